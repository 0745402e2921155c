using Umbra.Core.Input;
using Umbra.Core.Rfb;

namespace Umbra.Core.Tests.Rfb;

/// <summary>Writes down every message it is given.</summary>
internal sealed class RecordingHandler : IClientMessageHandler, IServerMessageHandler
{
    public List<string> Log { get; } = [];

    public void OnPixelFormat(PixelFormat format) => Log.Add($"format {format.BitsPerPixel}");

    public void OnEncodings(ClientCapabilities capabilities) => Log.Add($"encodings {capabilities.PictureEncoding}");

    public void OnUpdateRequest(FramebufferUpdateRequest request) => Log.Add($"request {request.IsIncremental} {request.Area}");

    public void OnKey(KeyInput key) => Log.Add($"key {key.Keysym} {key.XtCode} {key.Down}");

    public void OnPointer(PointerInput pointer) => Log.Add($"pointer {pointer.X} {pointer.Y} {pointer.Buttons}");

    public void OnCutText(string text) => Log.Add($"text {text.Length} {text[..Math.Min(10, text.Length)]}");

    public void OnExtendedClipboard(ExtendedClipboard message) => Log.Add($"clipboard {message.Action} {message.HasText} {message.Text}");

    public void OnClipboardSkipped(long bytes) => Log.Add($"skipped {bytes}");

    public void OnContinuousUpdates(EnableContinuousUpdates message) => Log.Add($"continuous {message.IsEnabled}");

    public void OnFence(Fence fence) => Log.Add($"fence {fence.Payload.Length}");

    public void OnDesktopSize(SetDesktopSize message) => Log.Add($"size {message.Size} {message.Screens.Count}");

    public void OnUpdate(FramebufferUpdate update) => Log.Add($"update {update.RectCount}");

    public void OnBell() => Log.Add("bell");

    public void OnEndOfContinuousUpdates() => Log.Add("end of continuous updates");
}
