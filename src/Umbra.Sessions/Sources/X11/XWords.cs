namespace Umbra.Sessions.Sources.X11;

/// <summary>Smaller numbers that share a word of a request.</summary>
internal static class XWords
{
    public static uint Pair(int first, int second) => (ushort)first | ((uint)(ushort)second << 16);

    public static uint Bytes(int first, int second, int third = 0, int fourth = 0) =>
        (byte)first | ((uint)(byte)second << 8) | ((uint)(byte)third << 16) | ((uint)(byte)fourth << 24);
}
