namespace Umbra.Transports.Sap;

/// <summary>The first two bytes of a SAP packet.</summary>
internal enum SapOperation : ushort
{
    Query = 1,
    Response = 2,
    NearestQuery = 3,
    NearestResponse = 4,
}
