namespace Umbra.Sessions.Sources.X11;

/// <summary>A request whose outcome is to come.</summary>
/// <param name="Sequence">Its number since the connection began.</param>
/// <param name="HasReply">Else it has dealt with when a later one is answered.</param>
/// <param name="Answer">Null: nobody cares.</param>
internal sealed record XRequest(ulong Sequence, int MaxReply, bool HasReply, TaskCompletionSource<XReply>? Answer);
