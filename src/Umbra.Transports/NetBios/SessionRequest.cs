namespace Umbra.Transports.NetBios;

/// <summary>What a session begins with (RFC 1002 section 4.3.2), after its header: called name:34, calling name:34.</summary>
internal readonly record struct SessionRequest(NetBiosName Called, NetBiosName Calling)
{
    /// <summary>Without the header. With scopes it would be longer; there are none here.</summary>
    public const int Size = 2 * NetBiosName.EncodedBytes;

    public static bool TryRead(ReadOnlySpan<byte> bytes, out SessionRequest request)
    {
        request = default;
        if (!NetBiosName.TryDecode(bytes[..NetBiosName.EncodedBytes], out NetBiosName called)
            || !NetBiosName.TryDecode(bytes[NetBiosName.EncodedBytes..], out NetBiosName calling))
        {
            return false;
        }

        request = new SessionRequest(called, calling);
        return true;
    }

    public void Write(Span<byte> bytes)
    {
        Called.Encode(bytes);
        Calling.Encode(bytes[NetBiosName.EncodedBytes..]);
    }
}
