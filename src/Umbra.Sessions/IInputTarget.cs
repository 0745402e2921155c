using Umbra.Core.Input;

namespace Umbra.Sessions;

/// <summary>Where input goes once it is allowed: a session's source, or a link with the shadow it came from. Never blocks, never throws.</summary>
public interface IInputTarget
{
    void SendKey(KeyInput key);

    void SendPointer(PointerInput pointer);

    void SendClipboard(string text);
}
