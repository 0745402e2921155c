using System.Net;

namespace Umbra.Transports.NetBios;

/// <summary>The names of this node at one address, and what is answered to others about them. Thread-safe.</summary>
/// <param name="unitId">The six bytes of the network card's address.</param>
internal sealed class NameTable(IPAddress address, byte[] unitId)
{
    private readonly Lock _changing = new();
    private volatile NetBiosName[] _names = [];

    public IPAddress Address => address;

    /// <summary>False where there is no room, or one of them is there already.</summary>
    public bool TryAdd(ReadOnlySpan<NetBiosName> names)
    {
        lock (_changing)
        {
            if (_names.Length + names.Length > NamePacket.MaxStatusNames || _names.AsSpan().ContainsAny(names))
            {
                return false;
            }

            _names = [.. _names, .. names];
            return true;
        }
    }

    public void Remove(NetBiosName[] names)
    {
        lock (_changing)
        {
            _names = [.. _names.Except(names)];
        }
    }

    /// <summary>Says whose a name is where somebody asks, and objects where another machine takes it. Silent about names that are not here.</summary>
    /// <param name="reply"><see cref="NamePacket.MaxBytes"/>.</param>
    /// <returns>The reply's length; 0: none.</returns>
    public int Answer(in NamePacket request, Span<byte> reply)
    {
        NetBiosName[] names = _names;
        bool isOurs = Array.IndexOf(names, request.Name) >= 0;
        return request switch
        {
            { IsResponse: true } => 0,
            { Operation: NameOperation.Query, Type: NameRecordType.Address } when isOurs =>
                NamePacket.WriteAnswer(reply, request.Transaction, request.Name, address),
            { Operation: NameOperation.Query, Type: NameRecordType.Status } when isOurs || (request.Name == NetBiosName.Any && names.Length > 0) =>
                NamePacket.WriteStatus(reply, request.Transaction, request.Name, names, unitId),

            // With our own address it is what we have sent ourselves, come back.
            { Operation: NameOperation.Registration } when isOurs && !address.Equals(request.Address) =>
                NamePacket.WriteConflict(reply, request.Transaction, request.Name, address),
            _ => 0,
        };
    }
}
