namespace Umbra.Sessions.Sources.X11;

/// <summary>An X server's answer to a request it did not carry out: 0, U8 code, U16 sequence, U32 bad value, U16 minor, U8 major opcode.</summary>
internal readonly record struct XError(int Code, uint BadValue, int Major, int Minor)
{
    /// <summary>Something is not ours to look at.</summary>
    public const int BadAccess = 10;

    /// <summary>Not the server's word: the reply was longer than its limit, and was thrown away.</summary>
    public const int TooLong = -1;

    /// <summary>Not the server's word: it answered a later request first.</summary>
    public const int NoReply = -2;

    public override string ToString() => Code switch
    {
        TooLong => "the reply is too long",
        NoReply => "there was no reply",
        _ => $"x error {Code}, value 0x{BadValue:x}, of request {Major}.{Minor}",
    };
}
