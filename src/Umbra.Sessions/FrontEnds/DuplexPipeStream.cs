using System.IO.Pipelines;
using Umbra.Transports;

namespace Umbra.Sessions.FrontEnds;

/// <summary>Both directions of a pipe as one stream, for TLS that begins in the middle of a conversation. Does not own the pipe.</summary>
public sealed class DuplexPipeStream(IDuplexPipe pipe) : AsyncStream
{
    // Left undisposed on purpose: they would complete the pipe, which is not ours.
#pragma warning disable CA2213
    private readonly Stream _input = pipe.Input.AsStream(leaveOpen: true);
    private readonly Stream _output = pipe.Output.AsStream(leaveOpen: true);
#pragma warning restore CA2213

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _input.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _output.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);
}
