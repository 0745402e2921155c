namespace Umbra.Transports.NetBios;

/// <summary>
/// Takes the headers out of what arrives on a session, in place, so that a read goes straight into the reader's buffer and can bring many packets. Messages become
/// one stream of bytes; keep-alives vanish. Whatever else comes breaks it: what arrived before is still handed out.
/// </summary>
internal sealed class SessionFrames
{
    /// <summary>A longer message ends the session. The header could say twice as much.</summary>
    public const int MaxMessageBytes = 64 * 1024;

    private readonly byte[] _header = new byte[SessionHeader.Size];
    private int _headerBytes;
    private int _remaining;

    /// <summary>Why nothing more can be read, for people; null while it can.</summary>
    public string? Failure { get; private set; }

    /// <summary>An end here cuts nothing off.</summary>
    public bool IsBetweenPackets => _remaining == 0 && _headerBytes == 0;

    /// <param name="bytes">What has arrived. The messages' bytes are moved to its front, in order.</param>
    /// <returns>How many they are.</returns>
    public int Strip(Span<byte> bytes)
    {
        int kept = 0;
        int at = 0;
        while (at < bytes.Length && Failure is null)
        {
            if (_remaining == 0)
            {
                at += ReadHeader(bytes[at..]);
                continue;
            }

            int count = Math.Min(_remaining, bytes.Length - at);
            if (at != kept)
            {
                bytes.Slice(at, count).CopyTo(bytes[kept..]);
            }

            at += count;
            kept += count;
            _remaining -= count;
        }

        return kept;
    }

    private int ReadHeader(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(SessionHeader.Size - _headerBytes, bytes.Length);
        bytes[..count].CopyTo(_header.AsSpan(_headerBytes));
        _headerBytes += count;
        if (_headerBytes == SessionHeader.Size)
        {
            _headerBytes = 0;
            bool isWellFormed = SessionHeader.TryRead(_header, out SessionHeader header);
            switch (header)
            {
                case { Type: SessionPacketType.Message, Length: <= MaxMessageBytes } when isWellFormed:
                    _remaining = header.Length;
                    break;
                case { Type: SessionPacketType.KeepAlive, Length: 0 } when isWellFormed:
                    break;
                default:
                    Failure = $"the peer broke the rules of a NetBIOS session: a packet of type {(byte)header.Type:X2} and length {header.Length}";
                    break;
            }
        }

        return count;
    }
}
