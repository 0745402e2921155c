using System.Net;

namespace Umbra.TestDrivers;

/// <summary>An end point as only this assembly knows it.</summary>
public sealed class OtherEndPoint(EndPoint inner) : EndPoint
{
    public EndPoint Inner => inner;

    public override string ToString() => $"other {inner}";
}
