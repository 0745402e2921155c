using Umbra.Core.Input;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources;

/// <summary>
/// Where a session's pixels come from and its input goes to. A member belongs here only if every source can implement it meaningfully.
/// Input members never block and never throw; what cannot be delivered (not connected) is dropped.
/// </summary>
public interface ISessionSource : IAsyncDisposable
{
    /// <summary>For people: "desktop", "vnc", "pattern", "link".</summary>
    string Kind { get; }

    /// <summary>
    /// Feeds the sink until cancelled or the source is lost. Returning or throwing means lost: the session shows a notice and calls again
    /// after a pause. Draws on a canvas of its own and commits it when a picture is complete.
    /// </summary>
    Task RunAsync(ISourceSink sink, CancellationToken cancellationToken);

    void SendKey(KeyInput key);

    void SendPointer(PointerInput pointer);

    /// <summary>Text for the session's clipboard.</summary>
    void SendClipboard(string text);

    /// <summary>Asks for another size. The answer is a <see cref="ISourceSink.Commit"/> of that size, or none.</summary>
    /// <returns>False where this source cannot be resized.</returns>
    bool RequestSize(Size size);

    /// <summary>
    /// Waits until the sink has what the source shows now. A source whose server says nothing unasked is stale while nobody looks; this asks. There must be
    /// demand meanwhile.
    /// </summary>
    /// <returns>False where the source is not connected, or is lost before it has answered.</returns>
    Task<bool> RefreshAsync();
}
