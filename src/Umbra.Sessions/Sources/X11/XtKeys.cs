namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// XT scan codes, as QEMU's extended key events carry them, and the key codes of X servers on Linux: those are the kernel's codes and 8 more, and the kernel took
/// the first of its own from the XT. Keys with an E0 before them, 0x80 here, have theirs in a table.
/// </summary>
internal static class XtKeys
{
    private const int Offset = 8;
    private const uint LastPlain = 0x58;

    /// <summary>0 where it is not known.</summary>
    public static byte KeycodeOf(uint xtCode) => xtCode switch
    {
        >= 1 and <= LastPlain => (byte)(xtCode + Offset),
        0x9C => 96 + Offset, // keypad enter
        0x9D => 97 + Offset, // right control
        0xB5 => 98 + Offset, // keypad divide
        0xB7 => 99 + Offset, // print
        0xB8 => 100 + Offset, // right alt
        0xC7 => 102 + Offset, // home
        0xC8 => 103 + Offset, // up
        0xC9 => 104 + Offset, // page up
        0xCB => 105 + Offset, // left
        0xCD => 106 + Offset, // right
        0xCF => 107 + Offset, // end
        0xD0 => 108 + Offset, // down
        0xD1 => 109 + Offset, // page down
        0xD2 => 110 + Offset, // insert
        0xD3 => 111 + Offset, // delete
        0xDB => 125 + Offset, // left super
        0xDC => 126 + Offset, // right super
        0xDD => 127 + Offset, // menu
        _ => 0,
    };
}
