using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.FrontEnds;

/// <summary>
/// SetDesktopSize. Each is answered exactly once, by a rectangle with the reason "this client": at once where nothing is to be done, else when a picture of
/// another size comes. A source may take a wish and never fulfil it (its server does not let it), so after a while the answer is that nothing came of it.
/// </summary>
public sealed partial class RfbConnection
{
    /// <summary>Wishes a client may have unanswered; more, from somebody who asks for no update that could hold the answers, would be a queue.</summary>
    private const int MaxPendingSizes = 64;

    /// <summary>Longer than a desktop takes to change its size, programs and all; what comes later is told as the server's own change.</summary>
    private static readonly TimeSpan ResizePatience = TimeSpan.FromSeconds(5);

    private readonly Queue<DesktopSizeStatus> _sizeAnswers = [];
    private readonly ITimer _resizeTimer;
    private int _sizesPending;
    private Size _sizeWanted;
    private bool _announceSize;

    void IClientMessageHandler.OnDesktopSize(SetDesktopSize message)
    {
        // All of it under the lock: the source may be quicker than we are.
        lock (_gate)
        {
            if (_sizeAnswers.Count + _sizesPending == MaxPendingSizes)
            {
                throw new ProtocolException($"more than {MaxPendingSizes} wishes for a size without asking for the answers");
            }

            if (Judge(message) is { } status)
            {
                _sizeAnswers.Enqueue(status);
            }
            else
            {
                _sizesPending++;
                _sizeWanted = message.Size;
                _resizeTimer.Change(ResizePatience, Timeout.InfiniteTimeSpan);
            }
        }

        _viewer.Wake();
    }

    /// <summary>The answer, or null where the source took the wish. Only the owner's: nothing a shadower does may resize the owner's session.</summary>
    private DesktopSizeStatus? Judge(SetDesktopSize message) =>
        !_access.IsOwner || _seat.Mode != AccessMode.Control ? DesktopSizeStatus.Prohibited
        : !message.Size.IsValid || message.Screens.Count != 1 ? DesktopSizeStatus.InvalidLayout
        : _sizesPending == 0 && message.Size == _session.Surface.Size ? DesktopSizeStatus.Ok
        : _session.Source.RequestSize(message.Size) ? null
        : DesktopSizeStatus.Prohibited;

    private void GiveUpResizing()
    {
        lock (_gate)
        {
            // It may have had that size all the while.
            AnswerPendingSizes(_session.Surface.Size == _sizeWanted ? DesktopSizeStatus.Ok : DesktopSizeStatus.OutOfResources);
        }

        _viewer.Wake();
    }

    /// <summary>Called under <see cref="_gate"/>.</summary>
    private void AnswerPendingSizes(DesktopSizeStatus status)
    {
        for (; _sizesPending > 0; _sizesPending--)
        {
            _sizeAnswers.Enqueue(status);
        }
    }

    /// <summary>The size where it is news, and what became of wishes. Called under <see cref="_gate"/>.</summary>
    private int WriteSize(PayloadWriter head)
    {
        bool isNew = _viewer.Picture.AcceptSize(out Size size);
        if (isNew)
        {
            _size = size;
            AnswerPendingSizes(DesktopSizeStatus.Ok);
        }

        if (_client.SupportsExtendedDesktopSize)
        {
            return WriteExtendedSize(head, isNew);
        }

        _sizeAnswers.Clear();
        if (!isNew)
        {
            return 0;
        }

        if (!_client.SupportsDesktopSize)
        {
            throw new ProtocolException($"the session is now {size} and this viewer cannot follow a change of size");
        }

        new DesktopSizeRect(size).Write(head);
        return 1;
    }

    /// <summary>Clients take no size from a refusal; from a wish that was fulfilled they do, and need not be told twice.</summary>
    private int WriteExtendedSize(PayloadWriter head, bool isNew)
    {
        int rects = 0;
        if ((isNew || _announceSize) && !_sizeAnswers.Contains(DesktopSizeStatus.Ok))
        {
            ExtendedDesktopSizeRect.Single(_size).Write(head);
            rects++;
        }

        _announceSize = false;
        for (; _sizeAnswers.TryDequeue(out DesktopSizeStatus status); rects++)
        {
            ExtendedDesktopSizeRect.Single(_size, DesktopSizeReason.ThisClient, status).Write(head);
        }

        return rects;
    }
}
