using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Umbra.Transports;
using Umbra.Transports.Listening;

namespace Umbra.Sessions.FrontEnds;

/// <summary>A WebSocket as any other connection. The socket stays its owner's.</summary>
public sealed class WebSocketConnection : ConnectionContext
{
    private readonly StreamDuplex _duplex;
    private readonly Action _abort;

    /// <param name="memory">For what is read and not yet handled, and for what is not yet flushed.</param>
    /// <param name="below">Of the connection the WebSocket came over.</param>
    /// <param name="abort">Ends it.</param>
    /// <param name="aborted">Is cancelled when it is gone.</param>
    public WebSocketConnection(WebSocket socket, MemoryPool<byte> memory, string id, IFeatureCollection below, Action abort, CancellationToken aborted)
    {
        _duplex = new StreamDuplex(new WebSocketBytes(socket), memory);
        _abort = abort;
        ConnectionId = id;
        ConnectionClosed = aborted;
        Transport = _duplex;
        if (below.Get<GateEntry>() is { } entry)
        {
            Features.Set(entry);
        }
    }

    public override string ConnectionId { get; set; }

    /// <summary>Its place at the gate, and nothing of the connection below: what is written there is not what is to be written here.</summary>
    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    public override void Abort(ConnectionAbortedException abortReason) => _abort();

    public override async ValueTask DisposeAsync()
    {
        await _duplex.DisposeAsync();
        await base.DisposeAsync();
    }
}
