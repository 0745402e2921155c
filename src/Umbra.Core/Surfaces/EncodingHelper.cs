using Umbra.Core.Codecs;
using Umbra.Core.Memory;

namespace Umbra.Core.Surfaces;

/// <summary>
/// A second thread that encodes parts of a picture while the surface's own does others, where a core is free for it. It is asked, and not waited for: what it has not begun
/// when the surface's own thread is through, it does not do. Its encoder is made when it is first of use. For one surface, under whose lock it is used.
/// </summary>
/// <param name="newEncoder">Another of the kind the surface has.</param>
public sealed class EncodingHelper(BufferPool pool, Account account, Func<IRectEncoder> newEncoder, ISpareCore spare) : IThreadPoolWorkItem, IDisposable
{
    private const int Idle = 0;

    /// <summary>In the queue.</summary>
    private const int Asked = 1;

    /// <summary>Still in the queue, but with nothing left to do.</summary>
    private const int Withdrawn = 2;

    private const int Working = 3;

    private readonly ManualResetEventSlim _over = new();
    private AreaEncoder? _encoder;
    private Work? _work;
    private int _state;

    /// <summary>Encodes areas on both threads, where there is a second; else nothing.</summary>
    /// <param name="own">The surface's.</param>
    /// <param name="payer">Of the pictures.</param>
    /// <param name="pictures">Gets one for each area, the caller's then; null where there was no memory for it.</param>
    internal void Encode(AreaEncoder own, Canvas canvas, StepPart[] parts, EncodingClass encodingClass, Account payer, EncodedPicture?[] pictures)
    {
        _work = new Work(canvas, parts, encodingClass, payer, pictures);
        if (!TryAsk())
        {
            return;
        }

        try
        {
            _work.Run(own);
        }
        finally
        {
            // What the other has begun is of this picture, which changes when the surface goes on.
            if (Interlocked.CompareExchange(ref _state, Withdrawn, Asked) != Asked)
            {
                _over.Wait();
            }
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (Interlocked.CompareExchange(ref _state, Working, Asked) != Asked)
        {
            if (Interlocked.CompareExchange(ref _state, Idle, Withdrawn) == Withdrawn)
            {
                return;
            }
        }

        try
        {
            _work!.Run(_encoder ??= new AreaEncoder(pool, account, newEncoder()));
        }
        catch (Exception)
        {
            // The surface's own thread comes to what is missing, and fails itself where it must.
        }

        Volatile.Write(ref _state, Idle);
        _over.Set();
    }

    /// <summary>Gives up its encoder until it is of use again.</summary>
    internal void Rest()
    {
        _encoder?.Dispose();
        _encoder = null;
    }

    public void Dispose()
    {
        Rest();
        _over.Dispose();
    }

    private bool TryAsk()
    {
        _over.Reset();
        if (Interlocked.CompareExchange(ref _state, Asked, Withdrawn) == Withdrawn)
        {
            return true;
        }

        // It is nowhere in a queue, so that nobody else changes this.
        Volatile.Write(ref _state, Asked);
        if (spare.TryRun(this))
        {
            return true;
        }

        Volatile.Write(ref _state, Idle);
        return false;
    }

    /// <summary>Each thread takes the next area that nobody has.</summary>
    private sealed class Work(Canvas canvas, StepPart[] parts, EncodingClass encodingClass, Account payer, EncodedPicture?[] pictures)
    {
        private int _taken;

        public void Run(AreaEncoder encoder)
        {
            try
            {
                for (int i = Interlocked.Increment(ref _taken) - 1; i < parts.Length; i = Interlocked.Increment(ref _taken) - 1)
                {
                    EncodeResult result = encoder.Encode(canvas, parts[i].Area, encodingClass);
                    pictures[i] = new EncodedPicture(encoder.ToShared(BufferTag.FramePacket, payer), result);
                }
            }
            catch (QuotaExceededException)
            {
                // The caller sees what is missing, and can make room.
            }
        }
    }
}
