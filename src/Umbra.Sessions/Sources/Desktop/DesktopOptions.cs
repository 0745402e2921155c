using Umbra.Core.Surfaces;
using Umbra.Transports;

namespace Umbra.Sessions.Sources.Desktop;

/// <summary>A desktop to host.</summary>
public sealed record DesktopOptions
{
    /// <summary>Its title.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Made if need be, for the owner alone: X authority, state and logs. One desktop per directory; whoever comes with the same directory later takes over the
    /// desktop that runs there.
    /// </summary>
    public required string Directory { get; init; }

    public Size Size { get; init; } = new(1280, 800);

    /// <summary>What runs on the desktop, for /bin/sh. Null: a window manager if there is one, and a terminal.</summary>
    public string? Command { get; init; }

    /// <summary>TigerVNC's X server: a path, or a name to be found in PATH.</summary>
    public string Xvnc { get; init; } = "Xvnc";

    /// <summary>For the kernel's buffers.</summary>
    public TransportOptions Transport { get; init; } = new();

    /// <summary>How long the X server may take to start.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long programs may take to end by themselves before they are killed.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
