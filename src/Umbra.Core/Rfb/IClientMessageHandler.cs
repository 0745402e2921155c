using Umbra.Core.Input;

namespace Umbra.Core.Rfb;

/// <summary>
/// What a server does with each message of a client. Called by <see cref="ClientMessageReader"/>, in the order they came.
/// </summary>
public interface IClientMessageHandler
{
    /// <summary>Valid; holds from the next update on.</summary>
    void OnPixelFormat(PixelFormat format);

    void OnEncodings(ClientCapabilities capabilities);

    void OnUpdateRequest(FramebufferUpdateRequest request);

    /// <summary>From either kind of key message.</summary>
    void OnKey(KeyInput key);

    void OnPointer(PointerInput pointer);

    void OnCutText(string text);

    void OnExtendedClipboard(ExtendedClipboard message);

    /// <summary>A clipboard of this many bytes was over the limit and is passed over.</summary>
    void OnClipboardSkipped(long bytes);

    void OnContinuousUpdates(EnableContinuousUpdates message);

    void OnFence(Fence fence);

    void OnDesktopSize(SetDesktopSize message);
}
