using System.Runtime.InteropServices;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.X11;

/// <summary>The XFIXES extension, version 4: regions, the cursor's image, who owns a selection.</summary>
internal sealed class XFixes(XConnection connection, XExtension extension)
{
    private const int QueryVersion = 0;
    private const int SelectSelectionInput = 2;
    private const int SelectCursorInput = 3;
    private const int GetCursorImage = 4;
    private const int CreateRegion = 5;
    private const int FetchRegion = 19;
    private const uint EverySelectionEvent = 7;
    private const uint DisplayCursor = 1;
    private const int RectSize = 8;

    public byte SelectionNotify => extension.FirstEvent;

    public byte CursorNotify => (byte)(extension.FirstEvent + 1);

    public static async Task<XFixes> OpenAsync(XConnection connection)
    {
        XExtension extension = await XExtension.RequireAsync(connection, "XFIXES");
        using XReply version = (await connection.AskNowAsync(extension.Opcode, QueryVersion, [4, 0])).OrThrow("speak XFIXES");
        return version.U32(8) >= 4 ? new XFixes(connection, extension)
            : throw new X11Exception($"the x server's XFIXES is of version {version.U32(8)}; 4 is needed");
    }

    public void WatchSelection(uint window, uint selection) =>
        connection.Send(extension.Opcode, SelectSelectionInput, [window, selection, EverySelectionEvent]);

    public void WatchCursor(uint window) => connection.Send(extension.Opcode, SelectCursorInput, [window, DisplayCursor]);

    /// <summary>S16 x, y at 8; U16 width, height at 12; hot spot at 16; then ARGB pixels, colours multiplied with alpha.</summary>
    public Task<XReply> AskCursorAsync() =>
        connection.AskNowAsync(extension.Opcode, GetCursorImage, [], maxReply: XLimits.MaxCursorBytes);

    /// <summary>An empty region.</summary>
    public uint NewRegion()
    {
        uint region = connection.NewId();
        connection.Send(extension.Opcode, CreateRegion, [region]);
        return region;
    }

    /// <summary>To be read with <see cref="ReadRegion"/>.</summary>
    public Task<XReply> AskRegionAsync(uint region) => connection.AskNowAsync(extension.Opcode, FetchRegion, [region]);

    /// <summary>Adds the rectangles of a region; what surrounds them all where they are too many.</summary>
    public static void ReadRegion(XReply reply, List<Rect> rects)
    {
        ReadOnlySpan<byte> body = reply.Body;
        for (; body.Length >= RectSize; body = body[RectSize..])
        {
            ReadOnlySpan<short> edges = MemoryMarshal.Cast<byte, short>(body[..RectSize]);
            rects.Add(new Rect(edges[0], edges[1], (ushort)edges[2], (ushort)edges[3]));
        }
    }
}
