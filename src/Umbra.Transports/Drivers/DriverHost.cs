using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;
using Umbra.Transports.Ipx;
using Umbra.Transports.Sockets;

namespace Umbra.Transports.Drivers;

/// <summary>
/// A driver of this node: starts and stops it, listens and connects with it, counts, and gives it its memory. Everything it takes is below one account, which is closed,
/// and reclaimed, when it is stopped; no other driver notices. What it listens on stays open to those who listen, and comes back when it is started again.
/// </summary>
public sealed class DriverHost : ITransportListenerFactory, ITransportConnector, IAsyncDisposable
{
    /// <summary>How long an address that is in use is asked for again when the driver is started.</summary>
    private static readonly TimeSpan ListenPatience = TimeSpan.FromSeconds(1);

    private readonly BufferPool _pool;
    private readonly IDriverMemory _memory;
    private readonly TransportOptions _options;
    private readonly TimeProvider _time;
    private readonly SocketSettings _sockets;
    private readonly IpxNetworks _ipx;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly EndPoint? _except;
    private readonly DriverFolder _folder;
    private readonly ConcurrentDictionary<DriverListener, bool> _listeners = new();
    private readonly ConcurrentDictionary<CountedStream, bool> _made = new();
    private readonly SemaphoreSlim _turn = new(1);
#pragma warning disable CA2213 // Disposed through a copy: from then on nobody is to find it here.
    private volatile ITransport? _transport;
#pragma warning restore CA2213

    /// <param name="except">An end point of the driver's kind that is none of its business.</param>
    /// <param name="ipx">What drivers over IPX share; null: nothing.</param>
    /// <param name="folder">Where a file may take the driver's place; null: nowhere.</param>
    internal DriverHost(
        TransportDriver driver, BufferPool pool, IDriverMemory memory, TransportOptions options, TimeProvider time, SocketSettings sockets, ILoggerFactory loggers, EndPoint? except = null,
        IpxNetworks? ipx = null, DriverFolder? folder = null)
    {
        Driver = driver;
        _pool = pool;
        _memory = memory;
        _options = options;
        _time = time;
        _sockets = sockets;
        _ipx = ipx ?? new IpxNetworks(pool.AsMemoryPool(BufferTag.TdIpx, pool.Root), time);
        _loggers = loggers;
        _logger = loggers.CreateLogger<DriverHost>();
        _except = except;
        _folder = folder ?? new DriverFolder(null);
        File = DriverFile.Of(driver);
        Account = OpenAccount();
        Begin();
    }

    /// <summary>Of the build, and what the node knows it by also while a file takes its place.</summary>
    public TransportDriver Driver { get; }

    /// <summary>What is at work, or was last, or was refused.</summary>
    public DriverFile File { get; private set; }

    public DriverState State { get; private set; }

    /// <summary>Why it is refused or has failed, and what to do; null otherwise.</summary>
    public string? Problem { get; private set; }

    /// <summary>Who pays for the driver's links, in both directions. It must not touch the reserves: links are not the owners' path. Another one after each start.</summary>
    public Account Account { get; private set; }

    public DriverCounters Counters { get; } = new();

    /// <summary>Connections that are open, in both directions.</summary>
    public int OpenConnections => _made.Count + _listeners.Keys.Sum(listener => listener.Count);

    /// <summary>Where it listens, or will again.</summary>
    public IReadOnlyList<EndPoint> Listening => [.. _listeners.Keys.Select(listener => listener.EndPoint)];

    public bool CanBind(EndPoint endpoint) => Driver.Owns(endpoint) && !endpoint.Equals(_except);

    public bool CanConnect(TransportAddress address) => address.Driver == Driver;

    /// <summary>For links. A driver that is refused listens once it is not any more: the node is to start without it.</summary>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ListenAsync(endpoint, () => Account, mayWait: true, cancellationToken);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endPoint, Account payer, CancellationToken cancellationToken) =>
        ListenAsync(endPoint, () => payer, mayWait: false, cancellationToken);

    public async ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        try
        {
            ITransport transport = Running();
            CountedStream stream = new(await transport.ConnectAsync(address, cancellationToken), Counters, self => _made.TryRemove(self, out _));
            _made[stream] = true;
            if (_transport != transport)
            {
                await stream.DisposeAsync();
                throw NotRunning();
            }

            Counters.AddConnection();
            return stream;
        }
        catch (Exception exception) when (IsOfTheSystem(exception))
        {
            throw Counted(exception, $"cannot connect to {address}");
        }
    }

    /// <summary>Sets it to work and opens what it listened on. Does nothing where it is at work.</summary>
    /// <exception cref="IOException">It cannot; <see cref="Problem"/> says the same.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (State == DriverState.Running)
            {
                return;
            }

            if (_transport is not null)
            {
                // It had begun, and could not open everything.
                await EndAsync();
            }

            Account = OpenAccount();
            if (Begin())
            {
                await ListenAgainAsync();
            }
        }
        finally
        {
            _turn.Release();
        }

        if (Problem is { } problem)
        {
            throw new TransportException(TransportError.Other, problem);
        }

        _logger.LogInformation("driver {Driver}: started", Driver.Name);
    }

    /// <summary>Ends its connections, closes what it listens on, and takes back its memory. Links over it look for another way.</summary>
    public async Task StopAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_transport is not null)
            {
                await EndAsync();
                _logger.LogInformation("driver {Driver}: stopped", Driver.Name);
            }

            (State, Problem) = (DriverState.Stopped, null);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_transport is { } transport)
        {
            _transport = null;
            await transport.DisposeAsync();
        }

        _turn.Dispose();
    }

    private Account OpenAccount() => _pool.Root.Open($"driver {Driver.Name}", driver: Driver.Name);

    /// <returns>False where it cannot be set to work: <see cref="Problem"/> says why.</returns>
    private bool Begin()
    {
        try
        {
            File = DriverFile.Of(Driver);
            LoadedDriver? loaded = _folder.Load(Driver);
            File = loaded?.File ?? File;
            int version = (loaded?.Driver ?? Driver).ContractVersion;
            if (version != TransportContract.Version)
            {
                loaded?.Unload();
                throw new TransportException(
                    TransportError.Other, $"driver {Driver.Name} in {File.Name} was written for version {version} of the transport contract, and this node needs version {TransportContract.Version}: "
                    + "install the driver that came with this version of Umbra");
            }

            DriverContext context = new(_memory.Of(Driver, Account), _options, _time, Counters, _loggers) { Sockets = _sockets, Ipx = _ipx };
            _transport = loaded?.Open(context) ?? Driver.Open(context);
            (State, Problem) = (DriverState.Running, null);
            return true;
        }
        catch (TransportException exception)
        {
            Account.CloseAndTell($"driver {Driver.Name}", _logger);
            (State, Problem) = (DriverState.Refused, exception.Message);
            _logger.LogError("{Problem}", Problem);
            return false;
        }
    }

    /// <summary>All of it, whoever asked for the start has waited or not.</summary>
    private async Task ListenAgainAsync()
    {
        foreach (DriverListener listener in _listeners.Keys)
        {
            try
            {
                await ListenAgainAsync(listener);
            }
            catch (Exception exception)
            {
                Counters.AddError(TransportException.KindOf(exception));
                Problem = $"driver {Driver.Name} cannot listen on {listener.EndPoint} again: {exception.Message}; free it, then start the driver once more";
                State = DriverState.Failed;
            }
        }
    }

    /// <summary>A process that this one starts just then has its sockets, too, until it runs its own program: what was closed is in use for a moment longer.</summary>
    private static async Task ListenAgainAsync(DriverListener listener)
    {
        for (long since = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await listener.ResumeAsync(listener.EndPoint, CancellationToken.None);
                return;
            }
            catch (Exception exception) when (TransportException.KindOf(exception) == TransportError.InUse && Stopwatch.GetElapsedTime(since) < ListenPatience)
            {
                await Task.Delay(20);
            }
        }
    }

    private async Task EndAsync()
    {
        string why = $"the driver {Driver.Name} was stopped";
        ITransport transport = _transport!;
        _transport = null;
        State = DriverState.Stopped;
        foreach (CountedStream stream in _made.Keys)
        {
            await TryAsync(stream.DisposeAsync);
        }

        foreach (DriverListener listener in _listeners.Keys)
        {
            await TryAsync(() => listener.SuspendAsync(why));
        }

        await TryAsync(transport.DisposeAsync);

        // Who used its connections has to notice, and to return what it holds.
        for (long since = _time.GetTimestamp(); Account.Blocks > 0 && _time.GetElapsedTime(since) < ArenaListener.Patience;)
        {
            await Task.Delay(20);
        }

        Account.CloseAndTell($"driver {Driver.Name}", _logger);
    }

    /// <summary>One step of the end of a driver that may have faults: all others are done, too.</summary>
    private async ValueTask TryAsync(Func<ValueTask> step)
    {
        try
        {
            await step();
        }
        catch (Exception exception)
        {
            _logger.LogError(exception, "driver {Driver}: failed as it was stopped", Driver.Name);
        }
    }

    private async ValueTask<IConnectionListener> ListenAsync(EndPoint endPoint, Func<Account> payer, bool mayWait, CancellationToken cancellationToken)
    {
        DriverListener listener = new(Counters, (at, token) => OpenAsync(at, payer(), token), self => _listeners.TryRemove(self, out _));
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (mayWait && State == DriverState.Refused)
            {
                listener.Wait(endPoint);
            }
            else
            {
                await listener.ResumeAsync(endPoint, cancellationToken);
            }

            _listeners[listener] = true;
            return listener;
        }
        catch (Exception exception) when (exception is AddressInUseException || IsOfTheSystem(exception))
        {
            throw Counted(exception, $"cannot listen on {endPoint}");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A wire's failure, or one that a driver let through: sockets, files, memory, what the system knows of its networks.</summary>
    private static bool IsOfTheSystem(Exception exception) => exception is IOException or Win32Exception or UnauthorizedAccessException or QuotaExceededException;

    /// <returns>What is to be thrown: the same where it is what callers expect.</returns>
    private Exception Counted(Exception exception, string what)
    {
        TransportError error = TransportException.KindOf(exception);
        Counters.AddError(error);
        return exception is IOException or AddressInUseException ? exception : new TransportException(error, $"{what}: {exception.Message}", exception);
    }

    private ValueTask<ArenaListener> OpenAsync(EndPoint endPoint, Account payer, CancellationToken cancellationToken)
    {
        ITransport transport = Running();
        ListenerArena arena = new(
            Driver.Name, Driver.Tag, () => payer.Open($"{Driver.Name} {endPoint}", mustSucceed: payer.MustSucceed, isWire: true, driver: Driver.Name), account => _memory.Of(Driver, account));
        return ArenaListener.BindAsync(arena, _options, _logger, memory => transport.ListenAsync(endPoint, memory, cancellationToken));
    }

    private ITransport Running() => _transport ?? throw NotRunning();

    private TransportException NotRunning() => new(TransportError.Refused, Problem ?? $"the driver {Driver.Name} is stopped on this node; 'umbra drivers start {Driver.Name}' starts it");
}
