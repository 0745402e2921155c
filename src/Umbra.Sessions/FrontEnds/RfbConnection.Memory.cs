using System.Runtime.CompilerServices;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Core.Surfaces.Text;

namespace Umbra.Sessions.FrontEnds;

/// <summary>What happens when memory is short.</summary>
public sealed partial class RfbConnection
{
    /// <summary>What a notice may cost, whatever the picture's size.</summary>
    private static readonly Size LargestNotice = new(640, 160);

    private readonly MemoryWait _memory;

    /// <summary>Null also where there is no memory for it now.</summary>
    private PictureUpdate? TakePicture()
    {
        _memory.TryTake(this, static rfb => rfb._viewer.TakeUpdate(rfb._budget.Bytes, MaxRects), out PictureUpdate? picture);
        return picture;
    }

    /// <summary>Waits for memory: the update it belongs to is half sent.</summary>
    private async ValueTask<PictureUpdate?> TakeOwedAsync(EncodingClass encodingClass, int maxTiles)
    {
        PictureUpdate? picture;
        while (!_memory.TryTake(
            (_viewer, encodingClass, _budget.Bytes, maxTiles), static from => from._viewer.TakeOwed(from.encodingClass, from.Bytes, from.maxTiles), out picture))
        {
            await _memory.PauseAsync(_closing.Token);
        }

        return picture;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Memory<byte>> GetMemoryAsync(int length)
    {
        Memory<byte> memory;
        while (!_memory.TryTake((_pipe.Output, length), static from => from.Output.GetMemory(from.length), out memory))
        {
            await _memory.PauseAsync(_closing.Token);
        }

        return memory;
    }

    /// <summary>The last update: why it is the last. A viewer that has not asked for one is not sent one.</summary>
    private async Task SendNoticeAsync(string text)
    {
        lock (_gate)
        {
            if (!_isUpdateWanted && !_isContinuous)
            {
                return;
            }
        }

        using Canvas canvas = new(_session.Pool, _account, new Size(Math.Min(_size.Width, LargestNotice.Width), Math.Min(_size.Height, LargestNotice.Height)));
        Rect panel = NoticeBanner.Draw(canvas, text);
        PixelConverter converter = PixelConverter.Create(_format);
        PayloadWriter head = _head!;
        head.Clear();
        new FramebufferUpdate(1).Write(head);
        new RectHeader(panel with { X = panel.X + ((_size.Width - canvas.Size.Width) / 2) }, RfbEncoding.Raw).Write(head);
        int rowSize = panel.Width * converter.BytesPerPixel;
        for (int y = panel.Y; y < panel.Bottom; y++)
        {
            converter.ToWire(canvas.Row(panel.X, y, panel.Width), head.GetSpan(rowSize)[..rowSize]);
            head.Advance(rowSize);
        }

        await WriteAsync(head.WrittenMemory);
        await FlushAsync();
        _isToldWhy = true;
    }
}
