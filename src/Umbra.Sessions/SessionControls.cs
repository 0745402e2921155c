using Umbra.Core.Surfaces;

namespace Umbra.Sessions;

/// <summary>
/// The session's small things besides pixels, each with its newest value and a number that grows when it changes: viewers compare numbers
/// and send what is newer, so nothing is queued. Read and changed under the session's lock.
/// </summary>
internal sealed class SessionControls
{
    public CursorShape? Cursor { get; set; }

    public string Title { get; set; } = "";

    public string Clipboard { get; set; } = "";

    public byte Leds { get; set; }

    public SessionState State { get; set; }

    /// <summary>Why the source is lost; empty otherwise.</summary>
    public string StateText { get; set; } = "";

    public ControlVersions Versions { get; set; }
}

/// <summary>How often each control has changed.</summary>
public readonly record struct ControlVersions(int Cursor, int Title, int Clipboard, int Leds, int Bells, int State);
