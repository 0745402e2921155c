using System.Net;
using Umbra.Core.Memory;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.Ipx;

/// <summary>Tdipx: packets of the Reliable protocol over IPX, which is carried in UDP.</summary>
internal sealed class IpxDriver : TransportDriver
{
    public override string Name => "Tdipx";

    public override string Scheme => "ipx";

    public override string AddressForm => "ipx://NET.NODE:SOCKET";

    public override string Medium => "IPX in UDP";

    public override BufferTag Tag => BufferTag.TdIpx;

    public override bool Owns(EndPoint endPoint) => endPoint is IpxEndPoint { Driver: IpxDriver };

    public override string? Read(string rest, out TransportAddress? address) => IpxEndPoint.Read(this, rest, hasNames: false, out address);

    public override string? WhyNotConnect(TransportAddress address) => address.EndPoint switch
    {
        IpxEndPoint { Address.Node: { Value: 0 } } => $"'{address}': node 0 is the node itself, to listen on; expected one to connect to, as in ipx://0.0A4D0001:9090",
        IpxEndPoint { Address.Socket: 0 } => $"'{address}': nobody listens on socket 0; expected {AddressForm}",
        _ => null,
    };

    public override TransportAddress? ToReachable(TransportAddress listening) => ((IpxEndPoint)listening.EndPoint).ToReachable();

    public override ITransport Open(DriverContext context) => new IpxTransport(context);
}
