using Umbra.Core.Input;
using Umbra.Core.Link;

namespace Umbra.Sessions.Shadowing;

/// <summary>
/// One shadower on the near node's end of a link: remembers what was granted, sends its input under its own id, and attaches again when the link is back.
/// </summary>
public sealed class LinkShadow : IInputTarget
{
    private readonly LinkSource _link;
    private readonly TaskCompletionSource<Decision> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();

    internal LinkShadow(LinkSource link, uint id, AccessMode wanted, string user, string reason, string address)
    {
        _link = link;
        Id = id;
        Wanted = wanted;
        User = user;
        Reason = reason;
        Address = address;
    }

    public uint Id { get; }

    /// <summary>What is asked of the target node, now and after each reconnection.</summary>
    public AccessMode Wanted { get; private set; }

    public AccessMode Mode { get; private set; }

    public string User { get; }

    public string Reason { get; }

    public string Address { get; }

    /// <summary>The target node's first answer.</summary>
    public Task<Decision> Answer => _answer.Task;

    /// <summary>Cancelled when the target node has ended the shadow.</summary>
    public CancellationToken Ended => _ended.Token;

    public string EndText { get; private set; } = "";

    public event Action<AccessMode>? ModeChanged;

    public void SendKey(KeyInput key) => _link.Send(new LinkKey(Id, key).Write);

    public void SendPointer(PointerInput pointer) => _link.Send(new LinkPointer(Id, pointer).Write);

    public void SendClipboard(string text) => _link.Send(new LinkClipboard(Id, text).Write);

    /// <summary>Asks the target node for another mode; the answer comes as <see cref="ModeChanged"/>.</summary>
    public void AskMode(AccessMode wanted)
    {
        Wanted = wanted;
        _link.AskMode(this);
    }

    /// <summary>Leaves.</summary>
    public void Detach() => _link.Detach(this);

    internal void Granted(AccessMode mode)
    {
        Mode = mode;
        Wanted = mode;
        _answer.TrySetResult(new Decision(mode, LinkReason.None, "", ""));
        ModeChanged?.Invoke(mode);
    }

    /// <summary>The target node says no to this shadower: the first time, to another mode, or for good.</summary>
    internal void Denied(LinkDenied denied)
    {
        bool isFirst = _answer.TrySetResult(new Decision(AccessMode.Off, denied.Reason, denied.Rule, denied.Text));
        bool isAboutMode = !isFirst && denied.Reason == LinkReason.AccessDenied && Mode != AccessMode.Off && Wanted != Mode;
        if (isAboutMode)
        {
            Wanted = Mode;
        }
        else
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
        _ended.Cancel();
    }
}
