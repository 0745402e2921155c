using System.IO.Pipelines;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Umbra.Core.Memory;
using Umbra.Transports;
using Umbra.Transports.Tests.Contract;
using Umbra.Transports.Tls;

namespace Umbra.Benchmarks.Link;

/// <summary>Two nodes' worth of drivers with one wire between them, as nodes use it: an endpoint of Kestrel with TLS at the target node, a connector with TLS at the near one.</summary>
internal sealed class LinkWire : IAsyncDisposable
{
    private readonly Channel<(ConnectionContext Connection, TaskCompletionSource Over)> _accepted = Channel.CreateUnbounded<(ConnectionContext, TaskCompletionSource)>();
    private readonly BufferPool _pool = new();
    private readonly WebApplication _target;
    private readonly WebApplication _near;
    private readonly TransportAddress _address;

    private LinkWire(string listen, string connect)
    {
        _address = TransportAddress.Parse(connect);
        _target = Build(kestrel => kestrel.Listen(
            TransportAddress.Parse(listen).ToListenEndPoint(), endPoint => endPoint.UseLinkTls(TestTls.Server(TestCertificates.Target, _ => true)).Run(ServeAsync)));
        _near = Build(_ => { });
    }

    /// <param name="listen">What the target node listens on.</param>
    /// <param name="connect">Where the near one finds it.</param>
    public static async Task<LinkWire> StartAsync(string listen, string connect)
    {
        LinkWire wire = new(listen, connect);
        await wire._target.StartAsync();
        return wire;
    }

    /// <summary>Over a connection of its own.</summary>
    public async Task<LinkRate> MeasureAsync(bool isToNear, TimeSpan time, CancellationToken cancellationToken)
    {
        Stream bare = await _near.Services.GetRequiredService<TransportConnectors>().ConnectAsync(_address, cancellationToken);
        LinkTlsStream tls = await LinkTls.ConnectAsync(bare, TestTls.Client(TestCertificates.Near, _ => true), _address.Driver.MaxTlsRecord, cancellationToken);
        await using StreamDuplex near = new(tls, _pool.AsMemoryPool(BufferTag.Test, _pool.Root));
        (ConnectionContext target, TaskCompletionSource over) = await _accepted.Reader.ReadAsync(cancellationToken);
        try
        {
            (PipeWriter writer, PipeReader reader) = isToNear ? (target.Transport.Output, near.Input) : (near.Output, target.Transport.Input);
            Transfer transfer = new(() => WriteAsync(writer), () => ReadAsync(reader), () =>
            {
                near.Abort();
                target.Abort();
            });
            return await transfer.MeasureAsync(time, cancellationToken);
        }
        finally
        {
            over.SetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _near.DisposeAsync();
        await _target.StopAsync();
        await _target.DisposeAsync();
        _pool.Dispose();
    }

    private static async ValueTask WriteAsync(PipeWriter writer)
    {
        writer.GetSpan(Transfer.WriteBytes)[..Transfer.WriteBytes].Clear();
        writer.Advance(Transfer.WriteBytes);
        if ((await writer.FlushAsync()).IsCompleted)
        {
            throw new IOException("nobody reads any more");
        }
    }

    private static async ValueTask<long> ReadAsync(PipeReader reader)
    {
        ReadResult result = await reader.ReadAsync();
        long count = result.Buffer.Length;
        reader.AdvanceTo(result.Buffer.End);
        return count > 0 || !result.IsCompleted ? count : throw new IOException("the connection has ended");
    }

    private WebApplication Build(Action<KestrelServerOptions> configure)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddRouting();
        builder.Services.AddTransports(_pool);
        builder.WebHost.ConfigureKestrel(configure);
        return builder.Build();
    }

    private async Task ServeAsync(ConnectionContext connection)
    {
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _accepted.Writer.WriteAsync((connection, over));
        await over.Task;
    }
}
