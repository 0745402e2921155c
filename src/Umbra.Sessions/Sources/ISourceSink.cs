using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources;

/// <summary>What a source feeds: the session's surface. Called from one source at a time.</summary>
public interface ISourceSink
{
    BufferPool Pool { get; }

    /// <summary>The session's account; a source rents under it.</summary>
    Account Account { get; }

    /// <summary>The class to ask a source for that can deliver encoded pictures: lossless where any viewer wants that, else the best quality wanted.</summary>
    EncodingClass Wish { get; }

    /// <summary>
    /// A picture is complete. Copies what really changed inside <paramref name="damage"/> (claimed, may be generous) out of <paramref name="canvas"/>; the
    /// canvas stays the caller's. <paramref name="moves"/> happened first, in order, and their targets need not be in the damage. A canvas of another
    /// size than before resizes the session. The session is connected from its first commit on.
    /// </summary>
    /// <param name="received">The encoded form the picture came in, where viewers may be sent those bytes; taken over.</param>
    void Commit(Canvas canvas, ReadOnlySpan<Rect> damage, ReadOnlySpan<CopyMove> moves, ReceivedPicture? received = null);

    /// <summary>
    /// As <see cref="Commit"/>, for sources that draw on any canvas: the sink may keep the one it is given, and gives another of the same size for it, with an older
    /// picture. The source may know that one from before, and disposes it otherwise.
    /// </summary>
    /// <returns>The source's from now on.</returns>
    Canvas Exchange(Canvas canvas, ReadOnlySpan<Rect> damage)
    {
        Commit(canvas, damage, []);
        return canvas;
    }

    /// <summary>
    /// The bytes of the picture that is committed next, with the same damage, moves and <paramref name="received"/> (which stays the caller's): viewers who keep
    /// up are sent them while the source still decodes. A sink that has no such viewers need not care.
    /// </summary>
    void Announce(Size size, ReadOnlySpan<Rect> damage, ReadOnlySpan<CopyMove> moves, in ReceivedPicture received)
    {
    }

    /// <summary>What was announced turned out to be wrong and is not committed.</summary>
    void Withdraw()
    {
    }

    /// <summary>Takes ownership of <paramref name="cursor"/>.</summary>
    void SetCursor(CursorShape cursor);

    /// <summary>The desktop's title.</summary>
    void SetTitle(string title);

    void Bell();

    /// <summary>The session's clipboard changed. At most <see cref="Umbra.Core.Rfb.RfbLimits.MaxClipboardBytes"/> of UTF-8.</summary>
    void SetClipboard(string text);

    /// <summary>Lock keys: bit 0 scroll, bit 1 num, bit 2 caps (QEMU LED state).</summary>
    void SetLeds(byte leds);

    /// <summary>
    /// Completes when somebody is ready for a newer picture and the session's rate allows one. Nobody looking: does not complete, and the source asks
    /// its own server for nothing.
    /// </summary>
    ValueTask WaitForDemandAsync(CancellationToken cancellationToken);
}
