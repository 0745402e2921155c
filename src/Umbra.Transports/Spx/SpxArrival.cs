namespace Umbra.Transports.Spx;

/// <summary>What a packet that has arrived is to its <see cref="SpxReceiveWindow"/>.</summary>
internal enum SpxArrival
{
    /// <summary>The one that was expected.</summary>
    Next,

    /// <summary>Kept until those before it arrive.</summary>
    BehindGap,

    /// <summary>Has arrived before.</summary>
    Duplicate,

    /// <summary>There is no room for it, or it is behind the end.</summary>
    Outside,
}
