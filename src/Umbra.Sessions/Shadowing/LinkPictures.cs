using System.Buffers;
using Umbra.Core.Codecs;
using Umbra.Core.Link;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources;

namespace Umbra.Sessions.Shadowing;

/// <summary>Decodes the pictures of a link onto a canvas and commits them, together with the bytes they came in.</summary>
internal sealed class LinkPictures(ISourceSink sink, Account account) : IDisposable
{
    private readonly RectDecoders _decoders = new(sink.Pool, account, PixelFormat.Bgrx);
    private readonly List<Rect> _damage = [];
    private readonly SemaphoreSlim _shown = new(0);
    private Canvas? _canvas;
    private bool _isWhole;
    private int _credits;

    /// <summary>The target's number of the newest picture shown.</summary>
    public ulong LastCommit { get; private set; }

    /// <summary>To be called before the target is told.</summary>
    public void AddCredits(int credits) => Interlocked.Add(ref _credits, credits);

    /// <summary>Completes once per picture.</summary>
    public Task WaitForPictureAsync(CancellationToken cancellationToken) => _shown.WaitAsync(cancellationToken);

    /// <summary>Takes over the picture. Until the first complete one nothing is committed: half a desktop is no desktop.</summary>
    /// <exception cref="ProtocolException">Nobody asked for it, or the rectangles are not what the header says.</exception>
    public void Show(LinkPicture picture)
    {
        SharedLease bytes = picture.Rects.Share();
        try
        {
            if (Interlocked.Decrement(ref _credits) < 0)
            {
                throw new ProtocolException("link: a picture without a credit");
            }

            Canvas canvas = CanvasOf(picture.Header.Size);
            foreach (CopyMove move in picture.Header.Moves.Span)
            {
                canvas.CopyWithin(move.SourceX, move.SourceY, move.Target);
            }

            Decode(canvas, bytes.Memory, picture.Header.RectCount);
            LastCommit = picture.Header.Commit;
            if (_isWhole)
            {
                Commit(canvas, picture.Header, bytes.Retain());
            }
            else if (picture.Header.IsComplete)
            {
                _isWhole = true;
                sink.Commit(canvas, [canvas.Size.Bounds], []);
            }
        }
        finally
        {
            bytes.Dispose();
        }

        _shown.Release();
    }

    public void Dispose()
    {
        _canvas?.Dispose();
        _decoders.Dispose();
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

    private void Decode(Canvas canvas, ReadOnlyMemory<byte> bytes, int count)
    {
        _damage.Clear();
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(bytes));
        for (int i = 0; i < count; i++)
        {
            if (!RectHeader.TryRead(ref reader, out RectHeader header) || header.Encoding != RfbEncoding.Tight || !canvas.Size.Bounds.Contains(header.Rect))
            {
                throw new ProtocolException("link picture: a rectangle is missing, outside the picture or not tight");
            }

            _decoders.Begin(header.Encoding, canvas, header.Rect);
            if (!_decoders.TryDecode(ref reader))
            {
                throw new ProtocolException("link picture: the last rectangle is cut off");
            }

            _damage.Add(header.Rect);
        }

        if (!reader.End)
        {
            throw new ProtocolException("link picture: bytes after the last rectangle");
        }
    }

    private void Commit(Canvas canvas, PictureHeader header, SharedLease bytes)
    {
        EncodeResult result = new(header.RectCount, header.IsLossy);
        sink.Commit(
            canvas, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_damage), header.Moves.Span,
            new ReceivedPicture(header.Format.EncodingClass, new EncodedPicture(bytes, result), header.IsRefinement));
    }
}
