namespace Umbra.Transports.Spx;

/// <summary>The second byte of a packet: what its payload is. Below these are the user's own.</summary>
internal static class SpxDataStream
{
    public const byte Data = 0;

    /// <summary>SPX II's orderly release, which is not spoken here.</summary>
    public const byte ReleaseRequest = 0xFC;

    /// <summary>Answers <see cref="ReleaseRequest"/>.</summary>
    public const byte ReleaseAck = 0xFD;

    /// <summary>The sender has ended; of a system packet: at once, and whatever is still under way is lost.</summary>
    public const byte End = 0xFE;

    /// <summary>The sender has ended, too, after its peer.</summary>
    public const byte EndAck = 0xFF;
}
