namespace Umbra.Sessions;

/// <summary>What a viewer's front end can say of itself, and be told when it has to go. Thread-safe.</summary>
public interface IViewerFrontEnd
{
    /// <summary>The viewer is another node, and others behind it lose the picture with it.</summary>
    bool IsLink { get; }

    /// <summary>Bytes of memory that would be free without it: its buffers, and the pictures on their way to it.</summary>
    long HeldBytes { get; }

    InFlight ReadInFlight();

    /// <summary>Ends the viewer, which is told why where it takes anything at all; returns at once.</summary>
    void Evict(string reason);
}
