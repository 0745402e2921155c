namespace Umbra.Sessions;

/// <summary>What a viewer's front end can say of itself, and be told when it has to go. Thread-safe.</summary>
public interface IViewerFrontEnd
{
    /// <summary>The viewer is another node, and others behind it lose the picture with it.</summary>
    bool IsLink { get; }

    Backlog ReadBacklog();

    /// <summary>Ends the viewer, which is told why where it takes anything at all; returns at once.</summary>
    void Evict(string reason);
}
