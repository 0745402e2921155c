namespace Umbra.Transports.Tests.Contract;

/// <summary>The drivers, each plain (a port opened at run time) and under TLS (an endpoint of Kestrel).</summary>
public enum WireKind
{
    Tcp,
    TcpTls,
    Pipe,
    PipeTls,
    Async,
    AsyncTls,
    Ipx,
    IpxTls,
    Spx,
    SpxTls,
    NetBios,
    NetBiosTls,
    Memory,
    MemoryTls,
}
