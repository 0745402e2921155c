using Umbra.Core.Input;
using Umbra.Core.Link;

namespace Umbra.Sessions.Shadowing;

/// <summary>
/// One shadower on the near node's end of a link: remembers what was granted, sends its input under its own id, and attaches again when the link is back.
/// Thread-safe.
/// </summary>
public sealed class LinkShadow : IInputTarget, IGrantedAccess
{
    /// <summary>Questions a target node may leave unanswered on one connection.</summary>
    private const int MaxAsked = 8;

    private static readonly Decision Unreachable = new(AccessMode.Off, LinkReason.TransportError, "", "the target node cannot be reached now, and the mode stays as it was");
    private readonly LinkSource _link;
    private readonly SemaphoreSlim _asking = new(1);
    private readonly TaskCompletionSource<Decision> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();

    /// <summary>Sent on the connection there is now; answers come in the same order.</summary>
    private readonly Queue<TaskCompletionSource<Decision>> _asked = new();

    /// <summary>The target node has said yes on the connection there is now.</summary>
    private bool _isAttached;

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

    /// <summary>The target node's first answer.</summary>
    public Task<Decision> Answer => _first.Task;

    /// <summary>Cancelled when the target node has ended the shadow.</summary>
    public CancellationToken Ended => _ended.Token;

    public string EndText { get; private set; } = "";

    public void SendKey(KeyInput key) => _link.Send(new LinkKey(Id, key).Write);

    public void SendPointer(PointerInput pointer) => _link.Send(new LinkPointer(Id, pointer).Write);

    public void SendClipboard(string text) => _link.Send(new LinkClipboard(Id, text).Write);

    /// <summary>One question at a time. Where the answer is no, or does not come before the cancellation, the mode stays what it was.</summary>
    public async Task<Decision> AskModeAsync(AccessMode wanted, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            return await _link.Ask(this, wanted).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // A late yes must not stand.
            _ = _link.Ask(this, Right.Mode);
            throw;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Leave() => _link.Detach(this);

    /// <summary>About to be sent.</summary>
    /// <returns>The answer; null where it must not be sent, since too many are unanswered or there is nothing to change.</returns>
    internal Task<Decision>? Asking(AccessMode wanted)
    {
        lock (_gate)
        {
            if (_asked.Count >= MaxAsked || wanted == AccessMode.Off)
            {
                return null;
            }

            Wanted = wanted;
            TaskCompletionSource<Decision> asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _asked.Enqueue(asked);
            return asked.Task;
        }
    }

    internal static Task<Decision> NotAsked() => Task.FromResult(Unreachable);

    internal void Granted(AccessMode mode)
    {
        SetMode(mode);
        Answered(new Decision(mode, LinkReason.None, "", ""));
    }

    /// <summary>The target node has changed the mode, asked or not.</summary>
    internal void SetMode(AccessMode mode)
    {
        lock (_gate)
        {
            _isAttached = true;
            Wanted = mode;
        }

        Right.Mode = mode;
    }

    /// <summary>The target node says no: to a request (a shadow that is attached keeps its mode), or from now on.</summary>
    internal void Denied(LinkDenied denied)
    {
        bool isAnswer = denied.Reason is not (LinkReason.Stopped or LinkReason.SessionEnded or LinkReason.Shed)
            && Answered(new Decision(AccessMode.Off, denied.Reason, denied.Rule, denied.Text));
        lock (_gate)
        {
            if (isAnswer && _isAttached)
            {
                Wanted = Right.Mode;
                return;
            }
        }

        End(denied.Reason, denied.Rule, denied.Text);
    }

    /// <summary>The link as a whole was refused: an answer for whoever waits for the first one; others keep waiting for the session to come back.</summary>
    internal void Refused(LinkDenied denied)
    {
        if (!_first.Task.IsCompleted || denied.Reason == LinkReason.Disabled)
        {
            End(denied.Reason, denied.Rule, denied.Text);
        }
    }

    /// <summary>The connection is gone, with whatever was asked on it; what was granted is asked for again on the next.</summary>
    internal void LinkLost()
    {
        List<TaskCompletionSource<Decision>> open;
        lock (_gate)
        {
            _isAttached = false;
            open = [.. _asked];
            _asked.Clear();
            Wanted = Right.Mode == AccessMode.Off ? Wanted : Right.Mode;
        }

        open.ForEach(asked => asked.TrySetResult(Unreachable));
    }

    internal void End(LinkReason reason, string rule, string text)
    {
        EndText = text;
        Right.Mode = AccessMode.Off;
        _first.TrySetResult(new Decision(AccessMode.Off, reason, rule, text));
        LinkLost();
        _ended.Cancel();
    }

    /// <returns>False where nothing was asked.</returns>
    private bool Answered(Decision decision)
    {
        TaskCompletionSource<Decision>? asked;
        lock (_gate)
        {
            _asked.TryDequeue(out asked);
        }

        _first.TrySetResult(decision);
        return asked?.TrySetResult(decision) ?? false;
    }
}
