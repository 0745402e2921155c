using System.Net;
using Umbra.Core.Memory;
using Umbra.Transports;
using Umbra.Transports.Drivers;

namespace Umbra.TestDrivers;

/// <summary>As one that was built for the version of the contract before.</summary>
public sealed class OldPipeDriver() : TransportDriver(TransportContract.Version - 1)
{
    public override string Name => "Tdpipe";

    public override string Scheme => "pipe";

    public override string AddressForm => "pipe:///PATH";

    public override string Medium => "nothing any more";

    public override BufferTag Tag => BufferTag.TdPipe;

    public override bool Owns(EndPoint endPoint) => false;

    public override string? Read(string rest, out TransportAddress? address)
    {
        address = null;
        return "nothing is an address";
    }

    public override ITransport Open(DriverContext context) => throw new InvalidOperationException("a driver of another contract is not opened");
}
