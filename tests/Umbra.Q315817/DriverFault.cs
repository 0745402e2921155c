namespace Umbra.Q315817;

/// <summary>How a driver can fail to return what it takes; see <see cref="FaultyDriver"/>.</summary>
public enum DriverFault
{
    None,
    /// <summary>The article's: what describes a transfer (tag Mdl) is never freed.</summary>
    NeverFreed,
    /// <summary>Of the chain of descriptors of a transfer only the first is freed.</summary>
    OnlyHeadFreed,
    /// <summary>Not freed where the transfer fails.</summary>
    ForgottenOnError,
    /// <summary>Not freed where the transfer is cancelled.</summary>
    ForgottenOnCancellation,
    /// <summary>Everything that comes is taken at once and queued, however slowly it is read (KB Q164723).</summary>
    UnboundedQueue,
}
