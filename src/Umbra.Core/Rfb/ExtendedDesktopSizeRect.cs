using System.Buffers;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Rfb;

/// <summary>
/// The desktop's size and screens (rfbproto): a rectangle head with x = reason, y = status, width and height = size; body U8
/// number-of-screens, 3 bytes padding,
/// SCREEN[]. Sent once the client lists it, on each change, and as the answer to <see cref="SetDesktopSize"/>. With a status other than
/// <see cref="DesktopSizeStatus.Ok"/> nothing has changed.
/// </summary>
public readonly record struct ExtendedDesktopSizeRect(
    DesktopSizeReason Reason, DesktopSizeStatus Status, Size Size, IReadOnlyList<Screen> Screens)
{
    private const int BodyHeaderSize = 4;

    /// <summary>A desktop with one screen.</summary>
    public static ExtendedDesktopSizeRect Single(Size size, DesktopSizeReason reason = default, DesktopSizeStatus status = default) =>
        new(reason, status, size, [Screen.Single(size)]);

    /// <summary>Reads the body after <paramref name="header"/>.</summary>
    public static bool TryReadBody(ref SequenceReader<byte> reader, RectHeader header, out ExtendedDesktopSizeRect rect)
    {
        rect = default;
        if (!reader.TryPeek(out byte count))
        {
            return false;
        }

        if (count > RfbLimits.MaxScreens)
        {
            throw new ProtocolException($"desktop of {count} screens is too many");
        }

        Span<byte> wire = stackalloc byte[BodyHeaderSize + (count * Screen.WireSize)];
        if (!reader.TryTake(wire))
        {
            return false;
        }

        rect = new ExtendedDesktopSizeRect(
            (DesktopSizeReason)header.Rect.X, (DesktopSizeStatus)header.Rect.Y, header.Rect.Size,
            ScreenList.Read(wire[BodyHeaderSize..], count));
        return true;
    }

    public void Write(IBufferWriter<byte> output)
    {
        new RectHeader(new Rect((int)Reason, (int)Status, Size.Width, Size.Height), RfbEncoding.ExtendedDesktopSize).Write(output);
        output.Write<byte>([checked((byte)Screens.Count), 0, 0, 0]);
        ScreenList.Write(output, Screens);
    }
}
