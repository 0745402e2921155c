using Umbra.Core.Input;

namespace Umbra.Sessions.Sources.Rfb;

/// <summary>One input event on its way to the server: a key, or the pointer.</summary>
/// <param name="IsMove">The pointer moved and no button changed: may be dropped.</param>
internal readonly record struct RfbInput(KeyInput? Key, PointerInput Pointer, bool IsMove);
