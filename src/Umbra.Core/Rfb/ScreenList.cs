using System.Buffers;

namespace Umbra.Core.Rfb;

/// <summary>The screens at the end of <see cref="SetDesktopSize"/> and <see cref="ExtendedDesktopSizeRect"/>.</summary>
internal static class ScreenList
{
    public static Screen[] Read(ReadOnlySpan<byte> wire, int count)
    {
        Screen[] screens = new Screen[count];
        for (int i = 0; i < count; i++)
        {
            screens[i] = Screen.Read(wire[(i * Screen.WireSize)..]);
        }

        return screens;
    }

    public static void Write(IBufferWriter<byte> output, IReadOnlyList<Screen> screens)
    {
        Span<byte> wire = stackalloc byte[Screen.WireSize];
        foreach (Screen screen in screens)
        {
            screen.Write(wire);
            output.Write(wire);
        }
    }
}
