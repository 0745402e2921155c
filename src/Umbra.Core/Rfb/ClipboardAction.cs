namespace Umbra.Core.Rfb;

/// <summary>What an extended clipboard message is (rfbproto, Extended Clipboard: bits 24 to 28 of its flags).</summary>
[Flags]
public enum ClipboardAction : uint
{
    None = 0,
    /// <summary>What the sender understands. In a caps message the other actions are listed beside it.</summary>
    Caps = 1u << 24,
    /// <summary>"Send me your clipboard."</summary>
    Request = 1u << 25,
    /// <summary>"Tell me what formats your clipboard has."</summary>
    Peek = 1u << 26,
    /// <summary>"My clipboard now has these formats."</summary>
    Notify = 1u << 27,
    /// <summary>"Here is my clipboard."</summary>
    Provide = 1u << 28,
}
