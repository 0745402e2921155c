using System.Net;
using Umbra.Core.Memory;
using Umbra.Transports.Drivers;

namespace Umbra.Transports;

/// <summary>
/// One kind of wire: what it is called, how its addresses are written, and how it is set to work. A driver is a folder with a class that derives from this, and a line in
/// <see cref="TransportDrivers"/>; all above it (TLS, the link's protocol, limits, accounts, stopping and starting) is the same for all. A file may hold another driver of
/// the same name that takes its place on a running node, see <see cref="DriverFolder"/>.
/// </summary>
/// <param name="contractVersion">Left out but in tests: the compiler of the class that derives puts in the constant it knows, so a driver keeps the version it was built for.</param>
public abstract class TransportDriver(int contractVersion = TransportContract.Version)
{
    /// <summary>Among the drivers, as in "Tdtcp".</summary>
    public abstract string Name { get; }

    /// <summary>Of its addresses, in lower case.</summary>
    public abstract string Scheme { get; }

    /// <summary>How its addresses are written, for people.</summary>
    public abstract string AddressForm { get; }

    /// <summary>What carries it, in a few words.</summary>
    public abstract string Medium { get; }

    /// <summary>Who takes the memory of its connections.</summary>
    public abstract BufferTag Tag { get; }

    /// <summary>Reaches into this process alone: not offered to people, and no link's.</summary>
    public virtual bool IsInternal => false;

    /// <summary>Plaintext bytes that TLS puts into one record at most: a record is of use only when all of it is there, and on a slow wire a large one takes seconds.</summary>
    public virtual int MaxTlsRecord => 16 * 1024;

    /// <summary>What version of <see cref="TransportContract"/> it was written for. A node sets to work only its own.</summary>
    public int ContractVersion => contractVersion;

    /// <summary>Whether this is an end point of its addresses.</summary>
    public abstract bool Owns(EndPoint endPoint);

    /// <summary>An end point of its own, as the address that is read as the same.</summary>
    public virtual string TextOf(EndPoint endPoint) => $"{endPoint}";

    /// <summary>Reads what comes after <c>scheme://</c>.</summary>
    /// <returns>Null where <paramref name="address"/> was read; else what is wrong with it, in a few words for people.</returns>
    public abstract string? Read(string rest, out TransportAddress? address);

    /// <summary>Where the address is to be listened on.</summary>
    public virtual EndPoint ToListenEndPoint(TransportAddress address) => address.EndPoint;

    /// <summary>Null where one can listen on the address; else why not and what would do, for people.</summary>
    public virtual string? WhyNotListen(TransportAddress address) => null;

    /// <summary>Null where others can connect to the address, as far as one can see; else why not and what would do, for people.</summary>
    public virtual string? WhyNotConnect(TransportAddress address) => null;

    /// <summary>What others connect to where one listens on this; null where they have an address of their own for it, as of their end of a cable.</summary>
    public virtual TransportAddress? ToReachable(TransportAddress listening) => listening;

    /// <summary>Sets it to work. What it opens, disposing the transport closes.</summary>
    public abstract ITransport Open(DriverContext context);

    public override string ToString() => Name;
}
