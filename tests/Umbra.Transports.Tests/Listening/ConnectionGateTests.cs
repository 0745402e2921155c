using Microsoft.Extensions.Time.Testing;
using Umbra.Transports.Listening;

namespace Umbra.Transports.Tests.Listening;

public sealed class ConnectionGateTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void TryEnter_MoreThanAtOnce_IsRefusedUntilOneLeaves()
    {
        ConnectionGate gate = new(new ConnectionLimits(2, 100), _time);
        GateEntry first = gate.TryEnter()!;
        gate.TryEnter();

        Assert.Null(gate.TryEnter());
        first.Dispose();
        first.Dispose();

        Assert.NotNull(gate.TryEnter());
        Assert.Null(gate.TryEnter());
        Assert.Equal((2, 2), (gate.Count, gate.Refused));
    }

    [Fact]
    public void TryEnter_MoreStrangersThanASecondAllows_WaitForTheNextSecond()
    {
        ConnectionGate gate = new(new ConnectionLimits(100, 2), _time);
        gate.TryEnter()!.Dispose();
        gate.TryEnter()!.Dispose();
        Assert.Null(gate.TryEnter());

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull(gate.TryEnter());
    }

    [Fact]
    public void MarkAuthenticated_GivesThePlaceBackOnce()
    {
        ConnectionGate gate = new(new ConnectionLimits(100, 1), _time);
        GateEntry known = gate.TryEnter()!;
        known.MarkAuthenticated();
        known.MarkAuthenticated();

        Assert.NotNull(gate.TryEnter());
        Assert.Null(gate.TryEnter());
    }

    [Fact]
    public void MarkAuthenticated_InALaterSecond_GivesNothing()
    {
        ConnectionGate gate = new(new ConnectionLimits(100, 1), _time);
        GateEntry late = gate.TryEnter()!;
        _time.Advance(TimeSpan.FromSeconds(1));
        gate.TryEnter();

        late.MarkAuthenticated();

        Assert.Null(gate.TryEnter());
    }
}
