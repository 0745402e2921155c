using System.Net;
using Umbra.Core.Memory;
using Umbra.Transports;
using Umbra.Transports.Drivers;

namespace Umbra.TestDrivers;

/// <summary>Takes the place of Tdtcp: the same work, with end points of its own.</summary>
public sealed class OtherTcpDriver : TransportDriver
{
    public override string Name => "Tdtcp";

    public override string Scheme => "tcp";

    public override string AddressForm => TransportDrivers.Tcp.AddressForm;

    public override string Medium => "TCP, by another driver";

    public override BufferTag Tag => BufferTag.TdTcp;

    public override bool Owns(EndPoint endPoint) => endPoint is OtherEndPoint;

    public override string TextOf(EndPoint endPoint) => TransportDrivers.Tcp.TextOf(((OtherEndPoint)endPoint).Inner);

    public override string? Read(string rest, out TransportAddress? address)
    {
        string? wrong = TransportDrivers.Tcp.Read(rest, out address);
        address = address is null ? null : new TransportAddress(this, address.Name, address.Port, new OtherEndPoint(address.EndPoint), rest);
        return wrong;
    }

    public override ITransport Open(DriverContext context) => new OtherTransport(TransportDrivers.Tcp.Open(context));
}
