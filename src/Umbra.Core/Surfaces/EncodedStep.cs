using Umbra.Core.Codecs;

namespace Umbra.Core.Surfaces;

/// <summary>
/// A step in one class: as it was received, or encoded piece by piece, the first time somebody needs a piece. The first piece is all that is in no
/// <see cref="StepPart"/>, then those follow. Owns a reference on each.
/// </summary>
internal sealed class EncodedStep(int parts) : IDisposable
{
    private readonly EncodedPicture?[] _pieces = new EncodedPicture?[1 + parts];
    private EncodedPicture? _received;

    /// <summary>With the reference on it.</summary>
    public EncodedStep(EncodedPicture received, int parts)
        : this(parts) => (_received, Bytes, Result) = (received, received.Bytes.Length, received.Result);

    /// <summary>Bytes of what there is.</summary>
    public long Bytes { get; private set; }

    public EncodeResult Result { get; private set; }

    /// <summary>Nothing is left to encode for those who take all of it.</summary>
    public bool IsComplete { get; set; }

    public int Pieces => _pieces.Length;

    /// <summary>Remains the step's; null: not encoded yet.</summary>
    public EncodedPicture? this[int piece] => _pieces[piece];

    /// <summary>Takes over the reference.</summary>
    public EncodedPicture Add(int piece, EncodedPicture picture)
    {
        _pieces[piece] = picture;
        if (_received is null)
        {
            Bytes += picture.Bytes.Length;
            Result += picture.Result;
        }

        return picture;
    }

    /// <summary>All of it; must be complete.</summary>
    public void AddTo(PictureUpdate update)
    {
        if (_received is { } received)
        {
            update.Add(received.Retain());
            return;
        }

        foreach (EncodedPicture? piece in _pieces)
        {
            if (piece is { } picture)
            {
                update.Add(picture.Retain());
            }
        }
    }

    /// <summary>Whether it was received as these very bytes.</summary>
    public bool Is(EncodedPicture picture) => _received is { } received && received.Bytes == picture.Bytes;

    public void Dispose()
    {
        foreach (EncodedPicture? piece in _pieces.Append(_received))
        {
            piece?.Bytes.Dispose();
        }

        Array.Clear(_pieces);
        (_received, Bytes, Result, IsComplete) = (null, 0, default, false);
    }
}
