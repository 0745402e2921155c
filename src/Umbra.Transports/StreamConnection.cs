using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Umbra.Transports;

/// <summary>A stream that was accepted, as Kestrel wants it.</summary>
internal sealed class StreamConnection : DriverConnection
{
#pragma warning disable CA2213 // Disposed as it ends.
    private readonly Stream _stream;
#pragma warning restore CA2213
    private readonly StreamInput _input;
    private readonly StreamOutput _output;

    /// <param name="stream">Owned. Reads of no bytes wait until there are some; disposing it, from any thread, ends what waits for it.</param>
    /// <param name="writeBytes">What is gathered before it is written, at least.</param>
    public StreamConnection(Stream stream, int writeBytes, EndPoint local, EndPoint? remote, MemoryPool<byte> pool)
        : base(local, remote, pool)
    {
        _stream = stream;
        _output = new StreamOutput(PipeWriter.Create(stream, new StreamPipeWriterOptions(pool, writeBytes, leaveOpen: true)), stream.Dispose);
        _input = new StreamInput(StreamDuplex.ReaderOf(stream, pool));
        Transport = new DuplexPipe(_input, _output);
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _stream.Dispose();
        Closed();
    }

    protected override async ValueTask EndAsync()
    {
        await _output.CompleteAsync();
        await _input.CompleteAsync();
        await _stream.DisposeAsync();
    }
}
