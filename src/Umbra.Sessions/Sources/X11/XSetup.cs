using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// What an X server says of itself (X protocol, 8: Connection Setup): of its screens the one that was asked for, if that has true-colour pixels of 32 bits,
/// blue in the first byte.
/// </summary>
/// <param name="IdBase">Our resources' numbers are this and any bits of <paramref name="IdMask"/>.</param>
internal readonly record struct XSetup(uint IdBase, uint IdMask, uint Root, Size Size)
{
    private const int Refused = 0;
    private const int Accepted = 1;
    private const int HeaderSize = 8;
    private const int FixedSize = 32;
    private const int FormatSize = 8;
    private const int ScreenSize = 40;
    private const int DepthSize = 8;
    private const int VisualSize = 24;
    private const int TrueColour = 4;

    /// <summary>Asks for little-endian numbers and protocol 11.0, with a secret where there is one.</summary>
    public static void WriteRequest(IBufferWriter<byte> output, ReadOnlySpan<byte> secret)
    {
        ReadOnlySpan<byte> method = secret.IsEmpty ? [] : XAuthority.Method;
        Span<byte> request = output.GetSpan(12 + Padded(method.Length) + Padded(secret.Length));
        int size = 12 + Padded(method.Length) + Padded(secret.Length);
        request = request[..size];
        request.Clear();
        request[0] = (byte)'l';
        request[2] = 11;
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], (ushort)method.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(request[8..], (ushort)secret.Length);
        method.CopyTo(request[12..]);
        secret.CopyTo(request[(12 + Padded(method.Length))..]);
        output.Advance(size);
    }

    /// <returns>False when more bytes are needed; none are consumed then.</returns>
    /// <exception cref="X11Exception">The server does not let us in, or its screen is not one that can be read here.</exception>
    /// <exception cref="ProtocolException">Not what an X server says.</exception>
    public static bool TryRead(ref SequenceReader<byte> reader, int screen, out XSetup setup)
    {
        setup = default;
        Span<byte> header = stackalloc byte[HeaderSize];
        if (!reader.TryCopyTo(header))
        {
            return false;
        }

        int size = 4 * BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        if (size > XLimits.MaxSetupBytes)
        {
            throw new ProtocolException($"a server that says {size} bytes of itself is not possible");
        }

        if (reader.Remaining < HeaderSize + size)
        {
            return false;
        }

        SequenceReader<byte> body = new(reader.Sequence.Slice(reader.Position).Slice(HeaderSize, size));
        reader.Advance(HeaderSize + size);
        if (header[0] != Accepted)
        {
            throw new X11Exception($"the x server does not let us in: {ReadReason(ref body, header)}");
        }

        setup = ReadBody(ref body, screen);
        return true;
    }

    private static string ReadReason(ref SequenceReader<byte> body, scoped ReadOnlySpan<byte> header)
    {
        ReadOnlySequence<byte> text = body.UnreadSequence;
        text = header[0] == Refused ? text.Slice(0, Math.Min(header[1], text.Length)) : text;
        return Encoding.Latin1.GetString(text).TrimEnd('\0', '\n', ' ');
    }

    private static XSetup ReadBody(ref SequenceReader<byte> body, int wanted)
    {
        Span<byte> head = stackalloc byte[FixedSize];
        Take(ref body, head);
        if (head[22] != 0)
        {
            throw new X11Exception("the x server's pixels are big-endian; little-endian ones are needed");
        }

        Skip(ref body, Padded(BinaryPrimitives.ReadUInt16LittleEndian(head[16..])));
        Span<byte> bitsOfDepth = stackalloc byte[256];
        bitsOfDepth.Clear();
        Span<byte> format = stackalloc byte[FormatSize];
        for (int i = 0; i < head[21]; i++)
        {
            Take(ref body, format);
            bitsOfDepth[format[0]] = format[1];
        }

        for (int i = 0; i < head[20]; i++)
        {
            (uint root, Size size) = ReadScreen(ref body, bitsOfDepth, isWanted: i == wanted);
            if (i == wanted)
            {
                return new XSetup(
                    BinaryPrimitives.ReadUInt32LittleEndian(head[4..]), BinaryPrimitives.ReadUInt32LittleEndian(head[8..]), root, size);
            }
        }

        throw new X11Exception($"the x server has no screen {wanted}");
    }

    private static (uint Root, Size Size) ReadScreen(ref SequenceReader<byte> body, scoped ReadOnlySpan<byte> bitsOfDepth, bool isWanted)
    {
        Span<byte> screen = stackalloc byte[ScreenSize];
        Take(ref body, screen);
        uint rootVisual = BinaryPrimitives.ReadUInt32LittleEndian(screen[32..]);
        byte rootDepth = screen[38];
        bool isReadable = false;
        Span<byte> depth = stackalloc byte[DepthSize];
        Span<byte> visual = stackalloc byte[VisualSize];
        for (int i = 0; i < screen[39]; i++)
        {
            Take(ref body, depth);
            for (int j = BinaryPrimitives.ReadUInt16LittleEndian(depth[2..]); j > 0; j--)
            {
                Take(ref body, visual);
                isReadable |= BinaryPrimitives.ReadUInt32LittleEndian(visual) == rootVisual && IsBgr(visual);
            }
        }

        if (isWanted && (!isReadable || rootDepth is not (24 or 32) || bitsOfDepth[rootDepth] != 32))
        {
            throw new X11Exception($"the x server's screen has depth {rootDepth} with {bitsOfDepth[rootDepth]} bits a pixel; "
                + "true colour of depth 24 or 32 with 32 bits a pixel, blue in the lowest byte, is needed");
        }

        return (BinaryPrimitives.ReadUInt32LittleEndian(screen),
            new Size(BinaryPrimitives.ReadUInt16LittleEndian(screen[20..]), BinaryPrimitives.ReadUInt16LittleEndian(screen[22..])));
    }

    private static bool IsBgr(ReadOnlySpan<byte> visual) => visual[4] == TrueColour
        && BinaryPrimitives.ReadUInt32LittleEndian(visual[8..]) == 0xFF0000
        && BinaryPrimitives.ReadUInt32LittleEndian(visual[12..]) == 0xFF00
        && BinaryPrimitives.ReadUInt32LittleEndian(visual[16..]) == 0xFF;

    private static void Take(ref SequenceReader<byte> body, scoped Span<byte> into)
    {
        if (!body.TryCopyTo(into))
        {
            throw new ProtocolException("what the server says of itself ends too early");
        }

        body.Advance(into.Length);
    }

    private static void Skip(ref SequenceReader<byte> body, int count)
    {
        if (body.Remaining < count)
        {
            throw new ProtocolException("what the server says of itself ends too early");
        }

        body.Advance(count);
    }

    private static int Padded(int length) => (length + 3) / 4 * 4;
}
