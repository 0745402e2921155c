namespace Umbra.Core.Link;

/// <summary>
/// The type byte of a frame. Numbers that are not listed are skipped by the receiver; a number is never given a second meaning.
/// </summary>
public enum LinkMessageType : byte
{
    Hello = 0x01,
    Open = 0x02,
    Opened = 0x03,
    Close = 0x04,
    Ping = 0x05,
    Pong = 0x06,
    Notice = 0x07,
    Attach = 0x10,
    Attached = 0x11,
    Denied = 0x12,
    Detach = 0x13,
    ModeChanged = 0x14,
    Format = 0x20,
    Picture = 0x21,
    Credit = 0x22,
    Cursor = 0x23,
    Title = 0x24,
    Bell = 0x25,
    Leds = 0x26,
    Clipboard = 0x27,
    Refresh = 0x28,
    Refreshed = 0x29,
    Key = 0x30,
    Pointer = 0x31,
    ResizeRequest = 0x32,
    Measure = 0x40,
    Filler = 0x41,
}
