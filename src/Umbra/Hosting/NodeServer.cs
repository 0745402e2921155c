using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Telemetry;
using Umbra.Transports;
using Umbra.Transports.Listening;
using Umbra.Transports.Pipes;
using Umbra.Transports.Sockets;
using Umbra.Web;

namespace Umbra.Hosting;

/// <summary>
/// One node: one Kestrel with the API on its Unix socket, and whatever <c>compose</c> adds (link listeners, engine, hosted services).
/// Disposing stops listening and removes the socket.
/// </summary>
internal sealed class NodeServer : IAsyncDisposable
{
    public const int MaxRequestBody = 64 * 1024;
    private const int Backlog = 128;
    private const int MaxTold = 8;

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RefuseWithin = TimeSpan.FromSeconds(1);
    private static int s_refusing;
    private readonly WebApplication _app;

    private NodeServer(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    /// <summary>Builds and starts a node.</summary>
    /// <param name="compose">Registers <see cref="INodeOperations"/> and adds its own listeners with
    /// <c>builder.WebHost.ConfigureKestrel</c>.</param>
    /// <exception cref="NodeOperationException">The socket is taken or an address cannot be listened on.</exception>
    public static async Task<NodeServer> StartAsync(NodeSettings settings, Action<WebApplicationBuilder> compose,
        CancellationToken cancellationToken)
    {
        WebApplication? app = null;
        try
        {
            app = Build(settings, compose);
            await app.StartAsync(cancellationToken);
            return new NodeServer(app);
        }
        catch (Exception exception)
        {
            await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
            if (exception is IOException or SocketException)
            {
                throw new NodeOperationException(ErrorCode.Conflict, $"cannot listen: {exception.Message}",
                    "choose another address, or stop what listens there", exception);
            }

            throw;
        }
    }

    /// <summary>Completes when SIGTERM, SIGINT or the token asks the node to stop; then the node has stopped.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static WebApplication Build(NodeSettings settings, Action<WebApplicationBuilder> compose)
    {
        // No arguments and no appsettings.json: everything comes from the settings.
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = "Production",
        });
        builder.Configuration.Sources.Clear();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Limit(kestrel, settings));
        builder.Services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = Bind);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = StopWithin);
        builder.Services.Configure<JsonOptions>(options =>
        {
            // The context brings the shapes; how strictly they are read and what is left out stays with these options.
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            options.SerializerOptions.RespectNullableAnnotations = true;
            options.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi("v1", options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Umbra node API";
            document.Servers = [];
            return Task.CompletedTask;
        }));
        builder.Services.AddSingleton(settings);
        AddLogging(builder.Logging, settings);
        compose(builder);
        WebApplication app = builder.Build();
        app.UseMetrics(settings);
        app.UseWeb(settings);
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        app.MapOpenApi();
        app.MapApi();
        return app;
    }

    /// <summary>Unix sockets are for this user alone.</summary>
    private static Socket Bind(EndPoint endPoint) => endPoint is UnixDomainSocketEndPoint pipe
        ? PipeListenSocket.Bind(pipe.ToString()!, Backlog)
        : SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);

    private static void Limit(KestrelServerOptions kestrel, NodeSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxRequestBody;
        kestrel.Limits.MaxRequestBufferSize = 2 * MaxRequestBody;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        kestrel.ListenUnixSocket(settings.ApiSocketPath, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (kestrel.ApplicationServices.GetService<ConnectionGate>() is { } all)
            {
                ConnectionLimits limits = new(settings.MaxConnections, int.MaxValue);
                listen.UseConnectionGate(new ConnectionGate(limits, TimeProvider.System, all, mustSucceed: true), refuse: RefuseAsync);
                listen.Use(next => connection =>
                {
                    connection.SetBuffers(kestrel.ApplicationServices.GetRequiredService<TransportOptions>());
                    return next(connection);
                });
            }
        });
    }

    /// <summary>An answer like any other. Who is told waits for a moment outside the gate, so not everybody is.</summary>
    private static async Task RefuseAsync(ConnectionContext connection)
    {
        if (Interlocked.Increment(ref s_refusing) <= MaxTold)
        {
            await AnswerRefusedAsync(connection);
        }

        Interlocked.Decrement(ref s_refusing);
    }

    private static async Task AnswerRefusedAsync(ConnectionContext connection)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        timeout.CancelAfter(RefuseWithin);
        try
        {
            // Who still writes when the connection closes never reads why.
            ReadResult request = await connection.Transport.Input.ReadAsync(timeout.Token);
            connection.Transport.Input.AdvanceTo(request.Buffer.End);
            await WriteRefusalAsync(connection);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Gone, or silent.
        }
    }

    private static async Task WriteRefusalAsync(ConnectionContext connection)
    {
        ApiProblem problem = ApiProblem.From(new NodeOperationException(
            ErrorCode.LimitReached, "as many connections are open as this node allows (setting maxConnections)", "try again when some have ended"));
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(problem, ApiJson.Default.ApiProblem);
        string head = $"HTTP/1.1 {problem.Status} Service Unavailable\r\nContent-Type: {ApiProblem.MediaType}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
        await connection.Transport.Output.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body]);
        await connection.Transport.Output.CompleteAsync();
    }

    /// <summary>Our own lines at the configured level, the frameworks' only from warning up unless everything is wanted.</summary>
    private static void AddLogging(ILoggingBuilder logging, NodeSettings settings)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(settings.LogLevel <= LogLevel.Debug ? settings.LogLevel
            : (LogLevel)Math.Max((int)settings.LogLevel, (int)LogLevel.Warning));
        logging.AddFilter("Umbra", settings.LogLevel);

        // What keeps a node from starting is told once, by the command, without a stack.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (settings.LogFormat == LogFormat.Json)
        {
            logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "O"));
        }
        else
        {
            logging.AddSimpleConsole(console =>
                (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ "));
        }
    }
}
