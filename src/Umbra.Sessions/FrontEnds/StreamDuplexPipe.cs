using System.Buffers;
using System.IO.Pipelines;

namespace Umbra.Sessions.FrontEnds;

/// <summary>A stream as a duplex pipe whose buffers come from the pool. Does not own the stream.</summary>
internal sealed class StreamDuplexPipe(Stream stream, MemoryPool<byte> memory) : IDuplexPipe
{
    public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(memory, bufferSize: 16 * 1024, leaveOpen: true));

    public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(memory, minimumBufferSize: 16 * 1024, leaveOpen: true));
}
