using System.Net;
using Umbra.Core.Memory;
using Umbra.Transports;
using Umbra.Transports.Drivers;

namespace Umbra.TestDrivers;

/// <summary>As one that needs what the node does not have.</summary>
public sealed class BrokenSpxDriver : TransportDriver
{
    public override string Name => "Tdspx";

    public override string Scheme => "spx";

    public override string AddressForm => "spx://NAME";

    public override string Medium => "nothing";

    public override BufferTag Tag => BufferTag.TdSpx;

    public override bool Owns(EndPoint endPoint) => false;

    public override string? Read(string rest, out TransportAddress? address)
    {
        address = null;
        return "nothing is an address";
    }

    public override ITransport Open(DriverContext context) => throw new FileNotFoundException("the node does not have the library Other");
}
