using Umbra.Benchmarks.Fanout;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;
using Umbra.Testing;

namespace Umbra.Benchmarks.Micro;

/// <summary>Pictures as an X server of 1280x800 had them while something was drawn: what codecs are measured on, as noise and made-up patterns flatter some of them.</summary>
internal static class Recording
{
    private const uint Colours = 0xFFFFFF;

    /// <param name="workload">The name of a <see cref="FanoutWorkload"/>.</param>
    /// <returns>That many pictures, some steps apart; the caller's to dispose.</returns>
    public static async Task<Canvas[]> OfAsync(string workload, int pictures, BufferPool pool)
    {
        await using XDisplay display = await XDisplay.StartXvfbAsync();
        using TempFolder folder = new();
        FanoutWorkload drawn = FanoutWorkload.All.Single(known => known.Name == workload);
        await using Drawing drawing = await Drawing.StartAsync(drawn, isEcho: false, display.Variables, folder.Combine("log"), CancellationToken.None);
        Canvas[] recorded = new Canvas[pictures];
        for (int i = 0; i < pictures; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1 / drawn.Rate));
            await drawing.FreezeAsync(CancellationToken.None);
            recorded[i] = ToCanvas(await display.ScreenshotAsync(), pool);
            drawing.Thaw();
        }

        return recorded;
    }

    private static Canvas ToCanvas(BgrxImage image, BufferPool pool)
    {
        Canvas canvas = new(pool, pool.Root, new Size(image.Width, image.Height));
        image.Pixels.CopyTo(canvas.Pixels);
        foreach (ref uint pixel in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(canvas.Pixels))
        {
            pixel &= Colours;
        }

        return canvas;
    }
}
