using System.Runtime.InteropServices;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.Pattern;

/// <summary>The canvas a source shows, and what stands on it.</summary>
internal sealed class PatternPicture(ISourceSink sink, PatternMode mode) : IDisposable
{
    private readonly List<Rect> _damage = [];
    private readonly List<CopyMove> _moves = [];
    private Canvas? _canvas;
    private PatternPainter? _painter;
    private PatternState _shown;
    private Size _asked;

    /// <summary>Whether size or input are others than those shown.</summary>
    public bool Differs(Size size, PatternInput input) => size != _asked || !ReferenceEquals(input, _shown.Input);

    /// <summary>Paints a state and commits it. A size the account has no room for leaves the picture at its size.</summary>
    /// <exception cref="QuotaExceededException">There is no room for the first picture.</exception>
    public void Show(Size size, PatternState state)
    {
        _damage.Clear();
        _moves.Clear();
        if (size != _asked && TryResize(size))
        {
            _painter!.Paint(_canvas!, state);
            _damage.Add(_canvas!.Size.Bounds);
        }
        else
        {
            _painter!.Advance(_canvas!, _shown, state, _damage, _moves);
        }

        _shown = state;
        sink.Commit(_canvas!, CollectionsMarshal.AsSpan(_damage), CollectionsMarshal.AsSpan(_moves));
    }

    public void Dispose()
    {
        _canvas?.Dispose();
        _painter?.Dispose();
    }

    private bool TryResize(Size size)
    {
        _asked = size;
        Canvas? canvas = null;
        try
        {
            canvas = new Canvas(sink.Pool, sink.Account, size);
            PatternPainter painter = new(sink.Pool, sink.Account, size, mode);
            Dispose();
            (_canvas, _painter) = (canvas, painter);
            return true;
        }
        catch (QuotaExceededException)
        {
            canvas?.Dispose();
            if (_canvas is null)
            {
                throw;
            }

            return false;
        }
    }
}
