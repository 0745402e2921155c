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
    public void TryEnter_GateInsideAnother_BothAreEnteredAndLeft()
    {
        ConnectionGate all = new(new ConnectionLimits(2, 100), _time);
        ConnectionGate one = new(new ConnectionLimits(1, 100), _time, all);
        ConnectionGate other = new(new ConnectionLimits(5, 100), _time, all);
        GateEntry first = one.TryEnter()!;
        Assert.Null(one.TryEnter());
        Assert.Equal(1, all.Count);

        Assert.NotNull(other.TryEnter());
        Assert.Null(other.TryEnter());
        Assert.Equal((1, 1, 2), (one.Count, other.Count, all.Count));

        first.Dispose();
        Assert.Equal((0, 1), (one.Count, all.Count));
        Assert.NotNull(other.TryEnter());
    }

    [Fact]
    public void TryEnter_Reserve_IsForThoseThatMustSucceed()
    {
        ConnectionGate all = new(new ConnectionLimits(4, 100, Reserve: 1), _time);
        ConnectionGate shadowers = new(new ConnectionLimits(100, 100), _time, all);
        ConnectionGate owner = new(new ConnectionLimits(100, 100), _time, all, mustSucceed: true);
        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => shadowers.TryEnter() is not null));
        Assert.NotNull(owner.TryEnter());
        Assert.Null(owner.TryEnter());
        Assert.Equal((3, 1), (shadowers.Count, owner.Count));
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
