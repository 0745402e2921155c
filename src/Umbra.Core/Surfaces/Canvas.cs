using System.Buffers;
using Umbra.Core.Memory;

namespace Umbra.Core.Surfaces;

/// <summary>
/// A picture: 32-bit BGRX pixels (blue in the first byte, the fourth byte 0), rows top-down, no gap between rows, in one pool block, or in memory
/// that somebody else gave; it owns either. Not thread-safe: a source draws on its own canvas, the surface guards its own.
/// </summary>
public sealed class Canvas : IDisposable
{
    public const int BytesPerPixel = 4;
    private Lease _block;
    private IMemoryOwner<byte>? _owner;
    private Memory<byte> _foreign;

    /// <summary>A black picture.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is not <see cref="Size.IsValid"/>.</exception>
    /// <exception cref="QuotaExceededException">The account's limit is reached.</exception>
    public Canvas(BufferPool pool, Account account, Size size)
    {
        if (!size.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "not a surface size");
        }

        Size = size;
        _block = pool.Rent(checked(size.Width * size.Height * BytesPerPixel), BufferTag.SurfacePixels, account);
        _block.Span.Clear();
    }

    /// <summary>What is in that memory.</summary>
    /// <param name="owner">The canvas's from now on, but where this throws.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not <see cref="Size.IsValid"/>, or the memory too small for it.</exception>
    public Canvas(Size size, IMemoryOwner<byte> owner)
    {
        if (!size.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "not a surface size");
        }

        Size = size;
        _foreign = owner.Memory[..checked(size.Width * size.Height * BytesPerPixel)];
        _owner = owner;
    }

    public Size Size { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride => Size.Width * BytesPerPixel;

    /// <summary>All pixels, row after row.</summary>
    public Span<byte> Pixels => _block.IsEmpty ? _foreign.Span : _block.Span;

    public Memory<byte> Memory => _block.IsEmpty ? _foreign : _block.Memory;

    /// <summary>The pixels of row <paramref name="y"/> from <paramref name="x"/> on, <paramref name="width"/> of them.</summary>
    public Span<byte> Row(int x, int y, int width) => Pixels.Slice((y * Stride) + (x * BytesPerPixel), width * BytesPerPixel);

    public void Fill(Rect rect, uint bgrx)
    {
        rect = rect.Intersect(Size.Bounds);
        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(Row(rect.X, y, rect.Width)).Fill(bgrx);
        }
    }

    /// <summary>Moves pixels inside the picture (RFB CopyRect); the areas may overlap. Both must lie inside.</summary>
    public void CopyWithin(int sourceX, int sourceY, Rect target)
    {
        bool upwards = sourceY >= target.Y;
        for (int i = 0; i < target.Height; i++)
        {
            int row = upwards ? i : target.Height - 1 - i;
            Row(sourceX, sourceY + row, target.Width).CopyTo(Row(target.X, target.Y + row, target.Width));
        }
    }

    /// <summary>Copies <paramref name="rect"/> from another picture of the same coordinates.</summary>
    public void CopyFrom(Canvas other, Rect rect)
    {
        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            other.Row(rect.X, y, rect.Width).CopyTo(Row(rect.X, y, rect.Width));
        }
    }

    public void Dispose()
    {
        _block.Dispose();
        _block = default;
        _foreign = default;
        _owner?.Dispose();
        _owner = null;
    }
}
