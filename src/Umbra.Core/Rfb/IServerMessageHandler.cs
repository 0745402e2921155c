namespace Umbra.Core.Rfb;

/// <summary>
/// What a client does with each message of a server. Called by <see cref="ServerMessageReader"/>, in the order they came.
/// </summary>
public interface IServerMessageHandler
{
    /// <summary>An update begins: its rectangles come next and are the handler's to read, before the next call of the reader.</summary>
    void OnUpdate(FramebufferUpdate update);

    void OnBell();

    void OnCutText(string text);

    void OnExtendedClipboard(ExtendedClipboard message);

    /// <summary>A clipboard of this many bytes was over the limit and is passed over.</summary>
    void OnClipboardSkipped(long bytes);

    void OnEndOfContinuousUpdates();

    void OnFence(Fence fence);
}
