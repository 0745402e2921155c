using System.Net;
using Umbra.Core.Memory;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.Memory;

/// <summary>Tdmemory: connections inside this process, for tests.</summary>
internal sealed class MemoryDriver : TransportDriver
{
    public override string Name => "Tdmemory";

    public override string Scheme => "memory";

    public override string AddressForm => "memory://NAME";

    public override string Medium => "this process, for tests";

    public override BufferTag Tag => BufferTag.TdMemory;

    public override bool IsInternal => true;

    public static TransportAddress Address(string name) => new(TransportDrivers.Memory, name, 0, new MemoryEndPoint(name), name);

    public override bool Owns(EndPoint endPoint) => endPoint is MemoryEndPoint;

    public override string? Read(string rest, out TransportAddress? address)
    {
        address = rest.Length == 0 || rest.Any(c => c == '/' || char.IsControl(c)) ? null : Address(rest);
        return address is null ? "no name" : null;
    }

    public override ITransport Open(DriverContext context) => new MemoryTransport(context.Memory, context.Options);
}
