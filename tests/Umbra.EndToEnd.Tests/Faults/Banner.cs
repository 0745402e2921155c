using System.Runtime.InteropServices;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>The notice over the last picture of a lost source.</summary>
internal static class Banner
{
    /// <summary>The coloured bar at its left; nothing in the tests' desktops has this colour.</summary>
    private const uint Accent = 0xF0A830;
    private const int Least = 30;

    public static bool IsIn(BgrxImage picture)
    {
        int count = 0;
        foreach (uint pixel in MemoryMarshal.Cast<byte, uint>(picture.Pixels))
        {
            count += (pixel & 0xFFFFFF) == Accent ? 1 : 0;
        }

        return count >= Least;
    }
}
