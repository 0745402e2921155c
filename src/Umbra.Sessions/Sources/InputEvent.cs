using Umbra.Core.Input;

namespace Umbra.Sessions.Sources;

/// <summary>One input event on its way to where a session's programs are: a key, or the pointer.</summary>
/// <param name="IsMove">The pointer moved and no button changed: may be dropped.</param>
internal readonly record struct InputEvent(KeyInput? Key, PointerInput Pointer, bool IsMove);
