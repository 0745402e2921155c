using Umbra.Transports.Packets;

namespace Umbra.Transports.Tests.Packets;

/// <summary>
/// Two machines and the wire between them in virtual time: what happens next is done at once, and the clock put forward to it. Nothing here depends on how fast it runs, and the
/// same seed gives the same run. The machines are made by the caller, at time zero, and stay the caller's.
/// </summary>
internal sealed class LossyLink(IPacketStream near, IPacketStream far, WireConditions there, WireConditions back, int seed = 1)
{
    /// <summary>More packets than any window holds: a machine that sends so many at one time sends for ever.</summary>
    private const int MaxAtOnce = 20_000;

    private readonly PriorityQueue<Action, (TimeSpan When, long Order)> _events = new();
    private long _order;

    public LossyLink(IPacketStream near, IPacketStream far, WireConditions both, int seed = 1)
        : this(near, far, both, both, seed)
    {
    }

    public TimeSpan Now { get; private set; }

    /// <summary>From near to far.</summary>
    public LossyWire There { get; } = new(there, seed);

    /// <summary>From far to near.</summary>
    public LossyWire Back { get; } = new(back, seed + 7919);

    /// <summary>Called after everything that happens: what the users of the two machines do, reading and writing.</summary>
    public Action Turn { get; set; } = () => { };

    /// <summary>Sees each packet as it is sent, and by whom.</summary>
    public Action<IPacketStream, byte[]>? Tap { get; set; }

    public void At(TimeSpan when, Action action) => _events.Enqueue(action, (when, _order++));

    /// <summary>Hands a machine a packet of anybody's, now.</summary>
    public void Inject(IPacketStream to, ReadOnlySpan<byte> packet) => to.Receive(packet, Now);

    /// <summary>Runs until that is so.</summary>
    /// <returns>False: it was not before the limit, or nothing was left to happen.</returns>
    /// <exception cref="InvalidOperationException">A machine sends without end, or wants to be asked again at a time that has passed and has nothing to send.</exception>
    public bool Run(Func<bool> isDone, TimeSpan limit)
    {
        while (true)
        {
            Turn();
            Send();
            if (isDone())
            {
                return true;
            }

            TimeSpan next = Earlier(near.NextDue, far.NextDue);
            if (next <= Now)
            {
                throw new InvalidOperationException($"due at {next} and silent at {Now}: near {near.NextDue} {near.State}, far {far.NextDue} {far.State}");
            }

            bool hasEvent = _events.TryPeek(out _, out (TimeSpan When, long Order) first);
            next = hasEvent ? Earlier(next, first.When) : next;
            if (next > limit)
            {
                return false;
            }

            Now = next > Now ? next : Now;
            while (_events.TryPeek(out _, out first) && first.When <= Now)
            {
                _events.Dequeue()();
            }
        }
    }

    /// <summary>All that both have to send now; again where a <see cref="Tap"/> has made them say more.</summary>
    private void Send()
    {
        long before = There.Packets + Back.Packets;
        long sent;
        do
        {
            sent = There.Packets + Back.Packets;
            Send(near, There, far);
            Send(far, Back, near);
            if (There.Packets + Back.Packets > before + MaxAtOnce)
            {
                throw new InvalidOperationException($"sends without end at {Now}: near {near.State}, far {far.State}");
            }
        }
        while (There.Packets + Back.Packets != sent);
    }

    /// <summary>Asks only who says that it is due, as those do who have a clock.</summary>
    private void Send(IPacketStream from, LossyWire wire, IPacketStream to)
    {
        if (from.NextDue > Now)
        {
            return;
        }

        byte[] packet = new byte[from.MaxPacketBytes];
        for (int sent = 0; sent < MaxAtOnce && from.Send(packet, Now) is > 0 and var length; sent++)
        {
            Tap?.Invoke(from, packet[..length]);
            wire.Carry(packet.AsSpan(0, length), Now, (arrived, when) => At(when, () => to.Receive(arrived, Now)));
        }
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
