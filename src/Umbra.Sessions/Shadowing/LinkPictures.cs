using System.Buffers;
using System.Runtime.InteropServices;
using Umbra.Core.Codecs;
using Umbra.Core.Link;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources;

namespace Umbra.Sessions.Shadowing;

/// <summary>
/// Hands on the bytes of a link's pictures, decodes them onto a canvas and commits that. In this order: decoding a full screen costs 5 to 10 ms, which
/// viewers who are sent the same bytes need not wait for.
/// </summary>
internal sealed class LinkPictures(ISourceSink sink, Account account) : IDisposable
{
    private readonly TightScanner _scanner = new();
    private readonly RectDecoders _decoders = new(sink.Pool, account, PixelFormat.Bgrx);
    private readonly List<Rect> _damage = [];
    private readonly SemaphoreSlim _shown = new(0);
    private Canvas? _canvas;
    private bool _isWhole;
    private int _credits;

    private ReadOnlySpan<Rect> Damage => CollectionsMarshal.AsSpan(_damage);

    /// <summary>The target's number of the newest picture shown.</summary>
    public ulong LastCommit { get; private set; }

    /// <summary>To be called before the target is told.</summary>
    public void AddCredits(int credits) => Interlocked.Add(ref _credits, credits);

    /// <summary>Completes once per picture.</summary>
    public Task WaitForPictureAsync(CancellationToken cancellationToken) => _shown.WaitAsync(cancellationToken);

    /// <summary>Takes over the picture. Until the first complete one nothing is committed: half a desktop is no desktop.</summary>
    /// <exception cref="ProtocolException">Nobody asked for it, or the rectangles are not what the header says.</exception>
    public async ValueTask ShowAsync(LinkPicture picture)
    {
        using SharedLease bytes = picture.Rects.Share();
        if (Interlocked.Decrement(ref _credits) < 0)
        {
            throw new ProtocolException("link: a picture without a credit");
        }

        PictureHeader header = picture.Header;
        Canvas canvas = CanvasOf(header.Size);
        _damage.Clear();
        _scanner.Scan(bytes.Span, header.RectCount, header.Size, _damage);
        ReceivedPicture received = new(
            header.Format.EncodingClass, new EncodedPicture(bytes, new EncodeResult(header.RectCount, header.IsLossy)), header.IsRefinement);
        if (_isWhole)
        {
            sink.Announce(header.Size, Damage, header.Moves.Span, received);

            // To the end of the queue: on a busy machine viewers woken onto another core would wait for it longer than it takes to send to them.
            await Task.Yield();
        }

        try
        {
            Draw(canvas, header, bytes.Memory);
        }
        catch
        {
            sink.Withdraw();
            throw;
        }

        LastCommit = header.Commit;
        if (_isWhole)
        {
            sink.Commit(canvas, Damage, header.Moves.Span, received with { Picture = received.Picture.Retain() });
        }
        else if (header.IsComplete)
        {
            _isWhole = true;
            sink.Commit(canvas, [canvas.Size.Bounds], []);
        }

        _shown.Release();
    }

    public void Dispose()
    {
        _canvas?.Dispose();
        _decoders.Dispose();
        _scanner.Dispose();
        _shown.Dispose();
    }

    private Canvas CanvasOf(Size size)
    {
        if (_canvas?.Size != size)
        {
            Canvas canvas = new(sink.Pool, account, size);
            _canvas?.Dispose();
            _canvas = canvas;
            _isWhole = false;
        }

        return _canvas;
    }

    private void Draw(Canvas canvas, PictureHeader header, ReadOnlyMemory<byte> bytes)
    {
        foreach (CopyMove move in header.Moves.Span)
        {
            canvas.CopyWithin(move.SourceX, move.SourceY, move.Target);
        }

        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(bytes));
        foreach (Rect rect in _damage)
        {
            reader.Advance(RectHeader.WireSize);
            _decoders.Begin(RfbEncoding.Tight, canvas, rect);
            if (!_decoders.TryDecode(ref reader))
            {
                throw new ProtocolException("link picture: a rectangle is longer than its length");
            }
        }
    }
}
