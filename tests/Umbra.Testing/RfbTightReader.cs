using System.IO.Compression;

namespace Umbra.Testing;

/// <summary>
/// Tight rectangles for <see cref="RfbTestClient"/> (rfbproto, "Tight Encoding"; pixels are three bytes R G B). Fill, copy and palette are
/// decoded, gradient and JPEG only measured.
/// </summary>
/// <param name="decodes">False: everything is only measured.</param>
internal sealed class RfbTightReader(bool decodes) : IDisposable
{
    private const int MaxLength = 1 << 22;
    private const int Uncompressed = 12;
    private readonly Inflater?[] _streams = new Inflater?[4];

    /// <returns>False where the rectangle was skipped by its length.</returns>
    public async Task<bool> ReadAsync(
        RfbTestStream stream, BgrxImage picture, (int X, int Y, int Width, int Height) area, CancellationToken cancellationToken)
    {
        byte control = await stream.ReadByteAsync(cancellationToken);
        Reset(control);
        if (control >> 4 == 8)
        {
            byte[] colour = await stream.ReadAsync(3, cancellationToken);
            return Paint(picture, area, (_, _) => (colour, 0));
        }

        if (control >> 4 == 9)
        {
            await stream.SkipAsync(await ReadLengthAsync(stream, cancellationToken), cancellationToken);
            return false;
        }

        return control >> 4 < 8
            ? await ReadBasicAsync(stream, picture, area, control, cancellationToken)
            : throw new InvalidDataException($"tight compression control {control:X2}");
    }

    public void Dispose()
    {
        foreach (Inflater? stream in _streams)
        {
            stream?.Dispose();
        }
    }

    private void Reset(byte control)
    {
        for (int i = 0; i < _streams.Length; i++)
        {
            if ((control >> i & 1) != 0)
            {
                _streams[i]?.Dispose();
                _streams[i] = null;
            }
        }
    }

    private async Task<bool> ReadBasicAsync(
        RfbTestStream stream, BgrxImage picture, (int X, int Y, int Width, int Height) area, byte control,
        CancellationToken cancellationToken)
    {
        int filter = (control & 0x40) != 0 ? await stream.ReadByteAsync(cancellationToken) : 0;
        byte[] palette = [];
        if (filter == 1)
        {
            palette = await stream.ReadAsync((await stream.ReadByteAsync(cancellationToken) + 1) * 3, cancellationToken);
        }

        int stride = palette.Length switch { 0 => area.Width * 3, 6 => (area.Width + 7) / 8, _ => area.Width };
        byte[] data = await ReadDataAsync(stream, control >> 4 & 3, stride * area.Height, cancellationToken);
        if (filter is not (0 or 1))
        {
            return filter == 2 ? false : throw new InvalidDataException($"tight filter {filter}");
        }

        return Paint(picture, area, palette.Length switch
        {
            0 => (x, y) => (data, (y * stride) + (x * 3)),
            6 => (x, y) => (palette, (data[(y * stride) + (x / 8)] >> (7 - (x % 8)) & 1) * 3),
            _ => (x, y) => (palette, data[(y * stride) + x] * 3),
        });
    }

    private async Task<byte[]> ReadDataAsync(RfbTestStream stream, int index, int length, CancellationToken cancellationToken)
    {
        if (length < Uncompressed)
        {
            return await stream.ReadAsync(length, cancellationToken);
        }

        byte[] compressed = await stream.ReadAsync(await ReadLengthAsync(stream, cancellationToken), cancellationToken);
        return decodes ? (_streams[index] ??= new Inflater()).Inflate(compressed, length) : [];
    }

    /// <summary>One to three bytes, seven bits each, the low ones first; the third has eight.</summary>
    private static async Task<int> ReadLengthAsync(RfbTestStream stream, CancellationToken cancellationToken)
    {
        int length = 0;
        for (int shift = 0; shift <= 14; shift += 7)
        {
            byte part = await stream.ReadByteAsync(cancellationToken);
            length |= (shift == 14 ? part : part & 0x7F) << shift;
            if (shift < 14 && part < 0x80)
            {
                break;
            }
        }

        return length <= MaxLength ? length : throw new InvalidDataException($"tight length {length}");
    }

    private bool Paint(BgrxImage picture, (int X, int Y, int Width, int Height) area, Func<int, int, (byte[] Rgb, int Offset)> pixelAt)
    {
        for (int y = 0; decodes && y < area.Height; y++)
        {
            for (int x = 0; x < area.Width; x++)
            {
                (byte[] rgb, int offset) = pixelAt(x, y);
                int target = ((area.Y + y) * picture.Stride) + ((area.X + x) * 4);
                picture.Pixels[target] = rgb[offset + 2];
                picture.Pixels[target + 1] = rgb[offset + 1];
                picture.Pixels[target + 2] = rgb[offset];
            }
        }

        return decodes;
    }

    /// <summary>One of the four zlib streams, with the history of the rectangles before.</summary>
    private sealed class Inflater : IDisposable
    {
        private readonly Feed _feed = new();
        private readonly ZLibStream _zlib;

        public Inflater() => _zlib = new ZLibStream(_feed, CompressionMode.Decompress);

        public byte[] Inflate(byte[] compressed, int length)
        {
            _feed.Append(compressed);
            byte[] data = new byte[length];
            _zlib.ReadExactly(data);
            return data;
        }

        public void Dispose()
        {
            _zlib.Dispose();
            _feed.Dispose();
        }
    }

    /// <summary>Compressed bytes, one rectangle's after the other's.</summary>
    private sealed class Feed : MemoryStream
    {
        public void Append(byte[] bytes)
        {
            byte[] left = [.. GetBuffer().AsSpan((int)Position, (int)(Length - Position))];
            SetLength(0);
            Write(left);
            Write(bytes);
            Position = 0;
        }
    }
}
