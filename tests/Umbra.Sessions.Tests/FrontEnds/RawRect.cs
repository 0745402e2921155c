namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>A rectangle as it came over the wire.</summary>
internal sealed record RawRect(int X, int Y, int Width, int Height, int Encoding, byte[] Body);
