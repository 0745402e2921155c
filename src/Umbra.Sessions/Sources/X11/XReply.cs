using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Umbra.Core.Memory;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// What came back for a request: a reply, whose first 32 bytes and body read as one, or an error. Numbers are little-endian, as we asked for. Who gets it
/// disposes it.
/// </summary>
internal sealed class XReply : IDisposable
{
    public const int HeaderSize = 32;
    private readonly HeaderBytes _header;
    private Lease _body;

    public XReply(ReadOnlySpan<byte> header, Lease body)
    {
        header[..HeaderSize].CopyTo(_header);
        _body = body;
    }

    public XReply(XError error) => Error = error;

    /// <summary>A request without a reply was carried out.</summary>
    public static XReply Done() => new(new byte[HeaderSize], default);

    public XError? Error { get; init; }

    /// <summary>What follows the first 32 bytes.</summary>
    public ReadOnlySpan<byte> Body => _body.Span;

    public byte U8(int offset) => _header[offset];

    public ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Header[offset..]);

    public short I16(int offset) => BinaryPrimitives.ReadInt16LittleEndian(Header[offset..]);

    public uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Header[offset..]);

    private ReadOnlySpan<byte> Header => _header;

    /// <returns>This.</returns>
    /// <exception cref="X11Exception">It is an error; disposed then.</exception>
    public XReply OrThrow(string what)
    {
        if (Error is { } error)
        {
            Dispose();
            throw new X11Exception($"the x server cannot {what}: {error}");
        }

        return this;
    }

    public void Dispose()
    {
        _body.Dispose();
        _body = default;
    }

    [InlineArray(HeaderSize)]
    private struct HeaderBytes
    {
        private byte _first;
    }
}
