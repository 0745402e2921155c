using System.Buffers;
using System.IO.Compression;
using Umbra.Core.Rfb;

namespace Umbra.Core.Codecs;

/// <summary>
/// One zlib stream of a connection, fed rectangle by rectangle. Gives no more than it is asked for, so a small body that would swell
/// without end costs nothing. The window of about 40 KiB is zlib's own memory.
/// </summary>
internal sealed class Inflater : IDisposable
{
    private readonly InflateSource _source = new();
    private ZLibStream? _stream;

    /// <summary>Forgets the stream; the next bytes start with a zlib header.</summary>
    public void Reset()
    {
        _stream?.Dispose();
        _stream = null;
    }

    /// <summary>Lends the bytes of a rectangle until <see cref="End"/>.</summary>
    public void Begin(ReadOnlySequence<byte> compressed)
    {
        _source.Input = compressed;
        _stream ??= new ZLibStream(_source, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <summary>Reads some bytes; 0 when the input is used up.</summary>
    public int Read(Span<byte> output)
    {
        try
        {
            return _stream!.Read(output);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new ProtocolException("compressed data are damaged");
        }
    }

    public void ReadExactly(Span<byte> output)
    {
        while (!output.IsEmpty)
        {
            int count = Read(output);
            if (count == 0)
            {
                throw new ProtocolException("compressed data end before the rectangle is complete");
            }

            output = output[count..];
        }
    }

    /// <summary>Takes in what is left of the input (a flush marker) and gives the bytes back.</summary>
    public void End()
    {
        Span<byte> more = stackalloc byte[1];
        bool surplus = Read(more) != 0;
        _source.Input = default;
        if (surplus)
        {
            throw new ProtocolException("compressed data go on after the rectangle is complete");
        }
    }

    public void Dispose()
    {
        _source.Input = default;
        Reset();
        _source.Dispose();
    }
}
