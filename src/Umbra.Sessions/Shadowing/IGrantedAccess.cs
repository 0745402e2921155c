namespace Umbra.Sessions.Shadowing;

/// <summary>A shadow as the near node holds it: granted here for a session of this node, or by another node over a link.</summary>
public interface IGrantedAccess
{
    AccessRight Right { get; }

    /// <summary>Cancelled when the target node has ended it.</summary>
    CancellationToken Ended { get; }

    /// <summary>Why it ended.</summary>
    string EndText { get; }

    /// <summary>Asks the target node for another mode.</summary>
    Task<Decision> AskModeAsync(AccessMode wanted, CancellationToken cancellationToken);

    /// <summary>The shadower leaves.</summary>
    void Leave();
}
