using Umbra.Core.Memory;

namespace Umbra.Transports;

/// <summary>One kind of wire: its name among the drivers ("Tdtcp"), the scheme of its addresses, the form they are written in.</summary>
/// <param name="Tag">Who takes the memory of connections made here; null where the driver is not in this build.</param>
public sealed record TransportDriver(string Name, string Scheme, string AddressForm, string Medium, BufferTag? Tag)
{
    public bool IsHere => Tag is not null;
}
