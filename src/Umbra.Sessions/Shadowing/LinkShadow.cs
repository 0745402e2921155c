using Umbra.Core.Input;
using Umbra.Core.Link;

namespace Umbra.Sessions.Shadowing;

/// <summary>
/// One shadower on the near node's end of a link: remembers what was granted, sends its input under its own id, and attaches again when the link is back.
/// </summary>
public sealed class LinkShadow : IInputTarget, IGrantedAccess
{
    private readonly LinkSource _link;
    private TaskCompletionSource<Decision> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();

    internal LinkShadow(LinkSource link, uint id, AccessMode wanted, string user, string reason, string address)
    {
        _link = link;
        Right = new AccessRight(this, AccessMode.Off);
        Id = id;
        Wanted = wanted;
        User = user;
        Reason = reason;
        Address = address;
    }

    public uint Id { get; }

    /// <summary>What is asked of the target node, now and after each reconnection.</summary>
    public AccessMode Wanted { get; private set; }

    public AccessRight Right { get; }

    public string User { get; }

    public string Reason { get; }

    public string Address { get; }

    /// <summary>The target node's answer to the newest request.</summary>
    public Task<Decision> Answer => _answer.Task;

    /// <summary>Cancelled when the target node has ended the shadow.</summary>
    public CancellationToken Ended => _ended.Token;

    public string EndText { get; private set; } = "";

    public void SendKey(KeyInput key) => _link.Send(new LinkKey(Id, key).Write);

    public void SendPointer(PointerInput pointer) => _link.Send(new LinkPointer(Id, pointer).Write);

    public void SendClipboard(string text) => _link.Send(new LinkClipboard(Id, text).Write);

    public async Task<Decision> AskModeAsync(AccessMode wanted, CancellationToken cancellationToken)
    {
        AccessMode before = Wanted;
        _answer = new TaskCompletionSource<Decision>(TaskCreationOptions.RunContinuationsAsynchronously);
        Wanted = wanted;
        _link.AskMode(this);
        Decision decision = await _answer.Task.WaitAsync(cancellationToken);
        Wanted = decision.IsGranted ? wanted : before;
        return decision;
    }

    public void Leave() => _link.Detach(this);

    internal void Granted(AccessMode mode)
    {
        Right.Mode = mode;
        Wanted = mode;
        _answer.TrySetResult(new Decision(mode, LinkReason.None, "", ""));
    }

    /// <summary>The target node says no: to the first request, to another mode (then the old one stays), or from now on.</summary>
    internal void Denied(LinkDenied denied)
    {
        bool isAnswer = _answer.TrySetResult(new Decision(AccessMode.Off, denied.Reason, denied.Rule, denied.Text));
        if (!isAnswer || Right.Mode == AccessMode.Off)
        {
            End(denied.Reason, denied.Text);
        }
    }

    /// <summary>The link as a whole was refused: an answer for whoever waits for the first one; others keep waiting for the session to come back.</summary>
    internal void Refused(LinkDenied denied)
    {
        if (_answer.TrySetResult(new Decision(AccessMode.Off, denied.Reason, denied.Rule, denied.Text)) || denied.Reason == LinkReason.Disabled)
        {
            End(denied.Reason, denied.Text);
        }
    }

    internal void End(LinkReason reason, string text)
    {
        _answer.TrySetResult(new Decision(AccessMode.Off, reason, "", text));
        EndText = text;
        Right.Mode = AccessMode.Off;
        _ended.Cancel();
    }
}
