namespace Umbra.Transports.Ipx;

/// <summary>Well-known socket numbers, and where those begin and end that are for whoever comes.</summary>
internal static class IpxSockets
{
    /// <summary>DOSBox: registration at a hub, and pings.</summary>
    public const ushort Hub = 0x0002;

    /// <summary>Service advertising.</summary>
    public const ushort Sap = 0x0452;

    public const ushort FirstDynamic = 0x4000;
    public const ushort LastDynamic = 0x7FFF;

    /// <summary>Where nodes listen unless told otherwise. Not registered with anybody, and not in use by what is known to dissectors.</summary>
    public const ushort Default = 0x9090;
}
