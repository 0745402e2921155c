using Umbra.Transports;

namespace Umbra.Sessions.Sources.X11;

/// <summary>How to reach an X server, and what it is to us.</summary>
public sealed record X11SourceOptions
{
    public required X11Address Address { get; init; }

    /// <summary>For people: see <see cref="ISessionSource.Kind"/>.</summary>
    public string Kind { get; init; } = "x11";

    /// <summary>The file with the display's secret, read at each connection. Null: where programs look, $XAUTHORITY or .Xauthority in the home directory.</summary>
    public string? XAuthority { get; init; }

    /// <summary>The session's title. Null: the address.</summary>
    public string? Title { get; init; }

    /// <summary>
    /// Nobody sits at this server: its screen has no monitor, so any size will do, and its keyboard has nobody else, so that keys repeat when they are said to, and
    /// not by themselves.
    /// </summary>
    public bool IsOurs { get; init; }

    /// <summary>For the kernel's buffers.</summary>
    public TransportOptions Transport { get; init; } = new();

    /// <summary>How long connecting may take, up to the server's first words.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
