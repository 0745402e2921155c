using System.Net;
using Umbra.Core.Memory;
using Umbra.Transports.Drivers;
using Umbra.Transports.Ipx;

namespace Umbra.Transports.Spx;

/// <summary>Tdspx: SPX over IPX, which is carried in UDP.</summary>
internal sealed class SpxDriver : TransportDriver
{
    public override string Name => "Tdspx";

    public override string Scheme => "spx";

    public override string AddressForm => "spx://NET.NODE:SOCKET or spx://NAME";

    public override string Medium => "SPX over IPX in UDP";

    public override BufferTag Tag => BufferTag.TdSpx;

    public override bool Owns(EndPoint endPoint) => endPoint is IpxEndPoint { Driver: SpxDriver };

    public override string? Read(string rest, out TransportAddress? address) => IpxEndPoint.Read(this, rest, hasNames: true, out address);

    public override string? WhyNotConnect(TransportAddress address) => address.EndPoint switch
    {
        IpxEndPoint { Service: not null } => null,
        IpxEndPoint { Address.Node: { Value: 0 } } => $"'{address}': node 0 is the node itself, to listen on; expected one to connect to, as in spx://0.0A4D0001:9090",
        IpxEndPoint { Address.Socket: 0 } => $"'{address}': nobody listens on socket 0; expected {AddressForm}",
        _ => null,
    };

    public override TransportAddress? ToReachable(TransportAddress listening) => ((IpxEndPoint)listening.EndPoint).ToReachable();

    public override ITransport Open(DriverContext context) => new SpxTransport(context);
}
