using System.Buffers.Binary;
using System.Text;
using Umbra.Transports.Ipx;

namespace Umbra.Transports.Sap;

/// <summary>A service as SAP tells of it. <code>type:2 | name:48, padded with zeros | address:12 | hops:2</code></summary>
/// <param name="Name">At most 47 characters, in upper case.</param>
/// <param name="Hops"><see cref="Down"/>: it is gone.</param>
internal readonly record struct SapEntry(ushort Type, string Name, IpxAddress Address, ushort Hops = 1)
{
    public const int Bytes = 64;

    /// <summary>Every type, in a question.</summary>
    public const ushort AnyType = 0xFFFF;
    public const ushort Down = 16;
    private const int NameBytes = 48;

    /// <returns>False: it has no name, or one with other than visible ASCII characters.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SapEntry entry)
    {
        entry = default;
        ReadOnlySpan<byte> name = bytes.Slice(2, NameBytes);
        int end = name.IndexOf((byte)0);
        if (end <= 0 || name[..end].ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            return false;
        }

        entry = new SapEntry(
            BinaryPrimitives.ReadUInt16BigEndian(bytes), Encoding.ASCII.GetString(name[..end]), IpxAddress.Read(bytes[50..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[62..]));
        return true;
    }

    /// <summary>Into 64 bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, Type);
        bytes.Slice(2, NameBytes).Clear();
        Encoding.ASCII.GetBytes(Name, bytes.Slice(2, NameBytes - 1));
        Address.Write(bytes[50..]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[62..], Hops);
    }
}
