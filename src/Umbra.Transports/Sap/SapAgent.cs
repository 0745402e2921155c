using Umbra.Transports.Ipx;

namespace Umbra.Transports.Sap;

/// <summary>
/// Service advertising on one IPX network: tells of this node's services every minute and to whoever asks, and finds others' by name. What it hears it keeps for four minutes,
/// and of no more services than <see cref="MaxHeard"/>. It answers for its own services alone, at most so often a second: a question with a forged source is little use then.
/// </summary>
internal sealed class SapAgent : IAsyncDisposable
{
    public const int MaxHeard = 256;

    /// <summary>What one packet tells of.</summary>
    public const int MaxOwn = SapPacket.MaxEntries;
    private const int MaxAnswersPerSecond = 50;

    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a name is looked for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly IpxAddress Everybody = new(0, IpxNode.Broadcast, IpxSockets.Sap);

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<SapEntry> _own = [];
    private readonly Dictionary<(ushort Type, string Name), (SapEntry Entry, long At)> _heard = [];
    private readonly ITimer _telling;
    private IpxSocket _socket = null!;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _answersSince;
    private int _answers;

    private SapAgent(TimeProvider time)
    {
        _time = time;
        _telling = time.CreateTimer(_ => Tell(), null, TellEvery, TellEvery);
    }

    /// <summary>Services that were heard of and are not forgotten.</summary>
    public int Heard
    {
        get
        {
            lock (_gate)
            {
                Forget();
                return _heard.Count;
            }
        }
    }

    /// <exception cref="IOException">Socket 0452 is in use, or the network cannot be opened.</exception>
    public static async ValueTask<SapAgent> OpenAsync(IpxNetworks networks, IpxOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        SapAgent agent = new(time);
        try
        {
            IpxSocket socket = await networks.OpenAsync(options, IpxSockets.Sap, agent.Receive, cancellationToken);
            lock (agent._gate)
            {
                agent._socket = socket;
            }

            return agent;
        }
        catch
        {
            await agent._telling.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tells of a service, now and until the agent is disposed.</summary>
    /// <exception cref="IOException">There are too many, or one of that name.</exception>
    public void Advertise(SapEntry service)
    {
        lock (_gate)
        {
            if (_own.Count == MaxOwn || _own.Any(own => (own.Type, own.Name) == (service.Type, service.Name)))
            {
                throw new IOException($"cannot advertise {service.Name} in SAP: {(_own.Count == MaxOwn ? $"there are {MaxOwn} services of this node" : "it is advertised")}");
            }

            _own.Add(service);
        }

        Tell();
    }

    public void Withdraw(SapEntry service)
    {
        bool isOwn;
        lock (_gate)
        {
            isOwn = _own.Remove(service);
        }

        if (isOwn)
        {
            Send(Everybody, SapOperation.Response, [service with { Hops = SapEntry.Down }]);
        }
    }

    /// <summary>Asks until somebody knows.</summary>
    /// <returns>Null: nobody does, within three seconds.</returns>
    public async ValueTask<IpxAddress?> FindAsync(ushort type, string name, CancellationToken cancellationToken)
    {
        long begin = _time.GetTimestamp();
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                Forget();
                int own = _own.FindIndex(entry => entry.Type == type && entry.Name == name);
                if (own >= 0 || _heard.ContainsKey((type, name)))
                {
                    return own >= 0 ? _own[own].Address : _heard[(type, name)].Entry.Address;
                }

                changed = _changed.Task;
            }

            if (_time.GetElapsedTime(begin) >= Patience)
            {
                return null;
            }

            Ask(type);
            await Task.WhenAny(changed, Task.Delay(AskAgain, _time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _telling.DisposeAsync();
        SapEntry[] own;
        lock (_gate)
        {
            own = [.. _own];
            _own.Clear();
        }

        if (own.Length > 0)
        {
            Send(Everybody, SapOperation.Response, [.. own.Select(entry => entry with { Hops = SapEntry.Down })]);
        }

        await _socket.DisposeAsync();
    }

    private void Receive(in IpxAddress source, byte type, ReadOnlySpan<byte> payload)
    {
        if (!SapPacket.TryReadOperation(payload, out SapOperation operation))
        {
            return;
        }

        if (operation is SapOperation.Response or SapOperation.NearestResponse)
        {
            Hear(SapPacket.ReadEntries(payload));
        }
        else if (SapPacket.TryReadQuery(payload, out ushort wanted))
        {
            Answer(source, operation, wanted);
        }
    }

    private void Hear(List<SapEntry> entries)
    {
        lock (_gate)
        {
            Forget();
            foreach (SapEntry entry in entries)
            {
                if (entry.Hops >= SapEntry.Down)
                {
                    _heard.Remove((entry.Type, entry.Name));
                }
                else if (_heard.Count < MaxHeard || _heard.ContainsKey((entry.Type, entry.Name)))
                {
                    _heard[(entry.Type, entry.Name)] = (entry, _time.GetTimestamp());
                }
            }

            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Who asks for the nearest gets one. Who has none of the type says nothing.</summary>
    private void Answer(in IpxAddress to, SapOperation question, ushort type)
    {
        SapEntry[] fitting;
        lock (_gate)
        {
            if (_time.GetElapsedTime(_answersSince) >= TimeSpan.FromSeconds(1))
            {
                (_answersSince, _answers) = (_time.GetTimestamp(), 0);
            }

            fitting = [.. _own.Where(entry => type is SapEntry.AnyType || type == entry.Type)];
            if (fitting.Length == 0 || _answers == MaxAnswersPerSecond)
            {
                return;
            }

            _answers++;
        }

        bool isNearest = question == SapOperation.NearestQuery;
        Send(to, isNearest ? SapOperation.NearestResponse : SapOperation.Response, isNearest ? fitting[..1] : fitting);
    }

    private void Tell()
    {
        SapEntry[] own;
        lock (_gate)
        {
            own = [.. _own];
        }

        if (own.Length > 0)
        {
            Send(Everybody, SapOperation.Response, own);
        }
    }

    private void Ask(ushort type)
    {
        Span<byte> packet = stackalloc byte[SapPacket.QueryBytes];
        SapPacket.WriteQuery(packet, SapOperation.Query, type);
        _socket.Send(Everybody, IpxPacketType.PacketExchange, packet);
    }

    private void Send(in IpxAddress to, SapOperation operation, SapEntry[] entries)
    {
        Span<byte> packet = stackalloc byte[SapPacket.MaxBytes];
        int length = SapPacket.WriteResponse(packet, operation, entries);

        // The first packets may come while the socket is being opened.
        _socket?.Send(to, IpxPacketType.PacketExchange, packet[..length]);
    }

    private void Forget()
    {
        foreach ((var key, (_, long at)) in _heard)
        {
            if (_time.GetElapsedTime(at) >= ForgetAfter)
            {
                _heard.Remove(key);
            }
        }
    }
}
