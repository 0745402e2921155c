using System.Net;

namespace Umbra.Transports.Http;

/// <summary>A TCP address where Kestrel itself serves HTTP: no link, and no viewer that speaks RFB at once, so no driver's.</summary>
/// <param name="name">Of the account that its connections rent under.</param>
/// <param name="memoryLimit">Most bytes they may hold together.</param>
/// <param name="mustSucceed">They may use the reserve.</param>
public sealed class HttpEndPoint(IPEndPoint endPoint, string name, long memoryLimit, bool mustSucceed) : IPEndPoint(endPoint.Address, endPoint.Port)
{
    public string Name => name;

    public long MemoryLimit => memoryLimit;

    public bool MustSucceed => mustSucceed;
}
