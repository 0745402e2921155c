using System.Runtime.InteropServices;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.Pattern;

/// <summary>The pattern's cursor: a plain arrow, white with a dark edge.</summary>
internal static class PatternCursor
{
    private static readonly string[] Arrow =
    [
        "X...........",
        "XX..........",
        "XoX.........",
        "XooX........",
        "XoooX.......",
        "XooooX......",
        "XoooooX.....",
        "XooooooX....",
        "XoooooooX...",
        "XooooooooX..",
        "XoooooXXXXX.",
        "XooXooX.....",
        "XoX.XooX....",
        "XX..XooX....",
        "X....XooX...",
        ".....XooX...",
        "......XX....",
    ];

    /// <summary>The caller owns it.</summary>
    public static CursorShape Create(BufferPool pool, Account account)
    {
        int width = Arrow[0].Length;
        Lease lease = pool.Rent(width * Arrow.Length * 4, BufferTag.Cursor, account);
        Span<uint> pixels = MemoryMarshal.Cast<byte, uint>(lease.Span);
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = Arrow[i / width][i % width] switch { 'X' => 0xFF101010, 'o' => 0xFFFFFFFF, _ => 0 };
        }

        return new CursorShape(width, Arrow.Length, 0, 0, lease.Share());
    }
}
