using System.Net;

namespace Umbra.Transports.Http;

/// <summary>A TCP address where Kestrel itself serves HTTP: a page for somebody's eyes, no link and no viewer, so no driver's.</summary>
/// <param name="name">Of the account that its connections rent under.</param>
/// <param name="memoryLimit">Most bytes they may hold together.</param>
public sealed class HttpEndPoint(IPEndPoint endPoint, string name, long memoryLimit) : IPEndPoint(endPoint.Address, endPoint.Port)
{
    public string Name => name;

    public long MemoryLimit => memoryLimit;
}
