using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.X11;

/// <summary>Makes a cursor of XFIXES' answer.</summary>
internal static class XCursor
{
    /// <summary>Cut to the edge that a cursor may have. Null where the answer is none, or too short.</summary>
    public static CursorShape? From(XReply reply, BufferPool pool, Account account)
    {
        (int width, int height) = (reply.Error is null ? reply.U16(12) : 0, reply.Error is null ? reply.U16(14) : 0);
        if (reply.Error is not null || reply.Body.Length < width * height * Canvas.BytesPerPixel)
        {
            return null;
        }

        if (width == 0 || height == 0)
        {
            return new CursorShape(0, 0, 0, 0, null);
        }

        (int cutWidth, int cutHeight) = (Math.Min(width, CursorShape.MaxEdge), Math.Min(height, CursorShape.MaxEdge));
        int row = cutWidth * Canvas.BytesPerPixel;
        Lease pixels = pool.Rent(row * cutHeight, BufferTag.Cursor, account);
        for (int y = 0; y < cutHeight; y++)
        {
            reply.Body.Slice(y * width * Canvas.BytesPerPixel, row).CopyTo(pixels.Span[(y * row)..]);
        }

        return new CursorShape(cutWidth, cutHeight, Math.Min(reply.U16(16), cutWidth - 1), Math.Min(reply.U16(18), cutHeight - 1), pixels.Share());
    }
}
