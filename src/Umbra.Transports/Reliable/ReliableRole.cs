namespace Umbra.Transports.Reliable;

/// <summary>Who asks for a session.</summary>
internal enum ReliableRole
{
    /// <summary>This side does.</summary>
    Connect,

    /// <summary>The peer does; this side waits.</summary>
    Accept,

    /// <summary>Both ask, as on a line between equals: who has drawn the lower number answers the other.</summary>
    Either,
}
