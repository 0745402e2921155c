using Umbra.Core.Surfaces;
using Umbra.Transports;

namespace Umbra.Sessions;

/// <summary>How a session behaves.</summary>
public sealed record SessionOptions
{
    /// <summary>Somebody works in it here: it goes on when memory is short. Else it is only here for shadowers, as the near end of a link is.</summary>
    public bool IsOwned { get; init; } = true;

    /// <summary>Most bytes the session and all its viewers may hold.</summary>
    public long MemoryLimit { get; init; } = 1L << 30;

    /// <summary>Most pictures asked of the source in a second.</summary>
    public int UpdateRate { get; init; } = 60;

    /// <summary>How long a lossy tile rests before it is sent exactly.</summary>
    public int QuietMilliseconds { get; init; } = 500;

    /// <summary>How long somebody who comes to look waits where there has been no picture at all.</summary>
    public TimeSpan FirstPictureTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long they wait for the source to say that the picture is still what it shows, before they are shown the last there was.</summary>
    public TimeSpan RefreshTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Pauses between attempts to get a lost source back: the first, doubled up to the last.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan LastRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Told how long each update took from its begin until its viewer answered it. On the viewer's way: must be quick.</summary>
    public Action<ViewerKind, TimeSpan>? UpdateArrived { get; init; }

    /// <summary>Where shadowers and links are served, so that the source and owners are not in a queue with them; null: where everything is.</summary>
    public WorkLane? ShadowerLane { get; init; }

    /// <summary>Where there is one, large pictures are encoded on two threads; null: never.</summary>
    public ISpareCore? SpareCore { get; init; }
}
