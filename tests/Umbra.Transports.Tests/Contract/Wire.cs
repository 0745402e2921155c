using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Drivers;
using Umbra.Transports.Listening;
using Umbra.Transports.Tls;

namespace Umbra.Transports.Tests.Contract;

/// <summary>One listening server over one driver, and how to connect to it.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private static int s_names;
    private readonly BufferPool _pool;
    private readonly WebApplication _app;
    private readonly string _directory = Path.Combine(
        Path.GetTempPath(), $"umbra-wire-{Environment.ProcessId}-{Interlocked.Increment(ref s_names)}");
    private readonly TestLine? _line;
    private ListenerHost? _host;

    private Wire(WireKind kind, BufferPool pool, Func<ConnectionContext, Task> handler, ConnectionLimits limits, IDriverMemory? memory, string? folder)
    {
        Kind = kind;
        _pool = pool;
        _line = kind.IsLine() ? new TestLine() : null;
        Address = kind.Medium() switch
        {
            WireKind.Async => EndOf(_line!, 1),
            WireKind.Tcp => TransportAddress.Tcp("127.0.0.1", 0),
            WireKind.Pipe => TransportAddress.Pipe(Path.Combine(_directory, "s")),
            WireKind.NetBios => TransportAddress.Parse($"netb://WIRE?host=127.0.0.1&port={FreePort.Find()}&names=off"),
            WireKind.Ipx => SpxLoopback.NewAddress("ipx"),
            WireKind.Spx => SpxLoopback.NewAddress(),
            _ => TransportAddress.Memory("wire"),
        };
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(Log).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddRouting();
        if (memory is not null)
        {
            builder.Services.AddSingleton(memory);
        }

        builder.Services.AddTransports(pool, folder: new DriverFolder(folder));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (IsTls)
            {
                ConnectionGate gate = new(limits, TimeProvider.System);
                kestrel.Listen(EndPoint, listen => Secure(listen.UseConnectionGate(gate)).Run(connection => handler(connection)));
            }
        });
        _app = builder.Build();
    }

    public WireKind Kind { get; }

    /// <summary>The server's rule, by thumbprint.</summary>
    public Func<string, bool> IsPeerAccepted { get; set; } = thumbprint => thumbprint == TestCertificates.Near.Thumbprint;

    public LogCollector Log { get; } = new();

    public TransportAddress Address { get; private set; }

    public IServiceProvider Services => _app.Services;

    /// <summary>The driver at work here, for both sides.</summary>
    public DriverHost Driver => Services.GetRequiredService<DriverHosts>().Of(Address.Driver);

    private bool IsTls => Kind.IsTls();

    private EndPoint EndPoint => Address.ToListenEndPoint();

    public static async Task<Wire> StartAsync(WireKind kind, BufferPool pool, Func<ConnectionContext, Task> handler,
        ConnectionLimits? limits = null, Account? payer = null, IDriverMemory? memory = null, string? folder = null)
    {
        Wire wire = new(kind, pool, handler, limits ??= new ConnectionLimits(MaxUnauthenticatedPerSecond: 10_000), memory, folder);
        if (wire.IsTls)
        {
            await wire._app.StartAsync();
        }
        else
        {
            wire._host = await wire.Services.GetRequiredService<TransportListeners>()
                .ListenAsync(wire.EndPoint, payer, handler, limits, CancellationToken.None);
        }

        if (kind.Medium() == WireKind.Tcp)
        {
            wire.Address = TransportAddress.Tcp("127.0.0.1", wire.FindPort());
        }

        return wire;
    }

    /// <summary>The bare wire, without TLS.</summary>
    public async Task<Stream> ConnectBareAsync(CancellationToken cancellationToken = default) =>
        await Services.GetRequiredService<TransportConnectors>().ConnectAsync(_line is null ? Address : EndOf(_line, 0), cancellationToken);

    public async Task<StreamDuplex> ConnectAsync()
    {
        Stream stream = await ConnectBareAsync();
        if (IsTls)
        {
            stream = await LinkTls.ConnectAsync(
                stream, TestTls.Client(TestCertificates.Near, peer => peer.Equals(TestCertificates.Target)), Address.Driver.MaxTlsRecord, CancellationToken.None);
        }

        return new StreamDuplex(stream, _pool.AsMemoryPool(BufferTag.Test, _pool.Root));
    }

    /// <summary>Closes the port, and ends its connections.</summary>
    public async Task StopListeningAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        if (IsTls)
        {
            await _app.StopAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopListeningAsync();
        await _app.DisposeAsync();
        if (Directory.Exists(_directory))
        {
            Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
            Directory.Delete(_directory);
        }

        _line?.Dispose();
    }

    private static TransportAddress EndOf(TestLine line, int end) => TransportAddress.Parse($"async://{line.Paths[end]}?pace=off");

    private ListenOptions Secure(ListenOptions listen) => listen.UseLinkTls(
        TestTls.Server(TestCertificates.Target, peer => IsPeerAccepted(peer.Thumbprint)));

    private int FindPort() => _host is not null
        ? ((IPEndPoint)_host.EndPoint).Port
        : new Uri(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
}
