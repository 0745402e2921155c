using Umbra.Core.Input;

namespace Umbra.Sessions.Tests;

public sealed class InputSeatTests
{
    private readonly RecordingTarget _target = new();

    [Fact]
    public void Send_InViewMode_ReachesNothing()
    {
        using InputSeat seat = new(_target, AccessMode.View);
        seat.SendKey(new KeyInput('a', 0, true));
        seat.SendPointer(new PointerInput(1, 2, 1));
        seat.SendClipboard("text");

        Assert.Empty(_target.Events);
    }

    [Fact]
    public void Dispose_WithKeysAndButtonDown_ReleasesThem()
    {
        InputSeat seat = new(_target, AccessMode.Control);
        seat.SendKey(new KeyInput('a', 30, true));
        seat.SendKey(new KeyInput('b', 48, true));
        seat.SendKey(new KeyInput('b', 48, false));
        seat.SendPointer(new PointerInput(7, 8, 5));
        _target.Events.Clear();

        seat.Dispose();

        Assert.Equal([new KeyInput('a', 30, false), (object)new PointerInput(7, 8, 0)], _target.Events);
    }

    [Fact]
    public void Lower_OfARight_ReleasesAtOnceAndStopsAllSeats()
    {
        AccessRight right = new(_target, AccessMode.Control);
        using InputSeat first = right.OpenSeat();
        using InputSeat second = right.OpenSeat();
        first.SendKey(new KeyInput('x', 0, true));
        _target.Events.Clear();

        right.Mode = AccessMode.View;
        first.SendKey(new KeyInput('y', 0, true));
        second.SendPointer(new PointerInput(0, 0, 1));

        Assert.Equal([(object)new KeyInput('x', 0, false)], _target.Events);
    }

    [Fact]
    public void SendKey_MoreKeysThanAKeyboardHas_DropsTheRest()
    {
        InputSeat seat = new(_target, AccessMode.Control);
        for (uint key = 1; key <= 1000; key++)
        {
            seat.SendKey(new KeyInput(key, 0, true));
        }

        int pressed = _target.Events.Count;
        seat.Dispose();

        Assert.Equal(2 * pressed, _target.Events.Count);
        Assert.True(pressed < 100);
    }

    private sealed class RecordingTarget : IInputTarget
    {
        public List<object> Events { get; } = [];

        public void SendKey(KeyInput key) => Events.Add(key);

        public void SendPointer(PointerInput pointer) => Events.Add(pointer);

        public void SendClipboard(string text) => Events.Add(text);
    }
}
