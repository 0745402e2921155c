using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Umbra.Core.Rfb;

/// <summary>
/// Both ways (rfbproto, ClientFence and ServerFence): U8 type 248, 3 bytes padding, U32 flags, U8 length (at most 64), U8[] payload.
/// The payload means something to the asker only.
/// </summary>
public readonly struct Fence
{
    private const byte MessageType = (byte)ClientMessageType.ClientFence;
    private const int HeaderSize = 9;
    private const FenceFlags Understood = FenceFlags.BlockBefore | FenceFlags.BlockAfter | FenceFlags.SyncNext | FenceFlags.Request;
    private readonly PayloadBytes _payload;
    private readonly int _length;

    /// <param name="flags">What is asked for, or answered.</param>
    /// <param name="payload">At most <see cref="RfbLimits.MaxFenceBytes"/>; copied.</param>
    public Fence(FenceFlags flags, ReadOnlySpan<byte> payload)
    {
        Flags = flags;
        payload.CopyTo(_payload);
        _length = payload.Length;
    }

    public FenceFlags Flags { get; }

    public bool IsRequest => Flags.HasFlag(FenceFlags.Request);

    [UnscopedRef]
    public ReadOnlySpan<byte> Payload => ((ReadOnlySpan<byte>)_payload)[.._length];

    /// <summary>What to answer a request with: the same payload, the flags we understand.</summary>
    public Fence Answer() => new(Flags & Understood & ~FenceFlags.Request, Payload);

    public static bool TryRead(ref SequenceReader<byte> reader, out Fence fence)
    {
        fence = default;
        if (!reader.TryPeek(HeaderSize - 1, out byte length))
        {
            return false;
        }

        if (length > RfbLimits.MaxFenceBytes)
        {
            throw new ProtocolException($"fence of {length} bytes is too long");
        }

        Span<byte> wire = stackalloc byte[HeaderSize + length];
        if (!reader.TryTake(wire))
        {
            return false;
        }

        fence = new Fence((FenceFlags)BinaryPrimitives.ReadUInt32BigEndian(wire[4..]), wire[HeaderSize..]);
        return true;
    }

    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        header[0] = MessageType;
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], (uint)Flags);
        header[8] = (byte)_length;
        output.Write(header);
        output.Write(Payload);
    }

    [InlineArray(RfbLimits.MaxFenceBytes)]
    private struct PayloadBytes
    {
        private byte _first;
    }
}
