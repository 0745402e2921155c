using System.Runtime.InteropServices;
using System.Text;
using Umbra.Api;

namespace Umbra.Commands;

/// <summary>
/// The live table's loop: asks the node, reads keys, draws. On the terminal's other screen, which every way out leaves. A screen is drawn over the last one in
/// one piece, so that nothing flickers.
/// </summary>
internal sealed class PoolTerminal(INodeOperations node, ITerminal terminal, TextWriter output, TimeSpan interval, TimeProvider time)
{
    private const string Enter = "\u001b[?1049h\u001b[?25l\u001b[?7l";

    // The first two undo what reading keys switches on: cursor and number keys that send other codes.
    private const string Leave = "\u001b[?1l\u001b>\u001b[?7h\u001b[?25h\u001b[?1049l";
    private static readonly TimeSpan KeyInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns when q is pressed or the process is asked to end.</summary>
    /// <exception cref="NodeOperationException">The node does not answer the first time; later the screen says so.</exception>
    public async Task RunAsync(PoolView view, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ending.Cancel();
        }

        PoolSamples samples = new(await node.GetPoolAsync(cancellationToken), null, time.GetUtcNow());
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using PosixSignalRegistration quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, End);
        using PosixSignalRegistration hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        output.Write(Enter);
        try
        {
            await LoopAsync(samples, view, ending.Token);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C ends it as q does.
        }
        finally
        {
            await ending.CancelAsync();
            output.Write(Leave);
            output.Flush();
        }
    }

    private async Task LoopAsync(PoolSamples samples, PoolView view, CancellationToken cancellationToken)
    {
        Task<PoolInfo>? asking = null;
        string? trouble = null;
        (int Width, int Height) drawn = default;
        long asked = time.GetTimestamp();
        while (true)
        {
            bool isNew = drawn != (terminal.Width, terminal.Height);
            while (!view.IsEnding && terminal.ReadKey() is { } key)
            {
                view = view.Press(key);
                isNew = true;
            }

            if (view.IsEnding)
            {
                return;
            }

            if (asking is { IsCompleted: true })
            {
                (samples, trouble) = await TakeAsync(asking, samples, view);
                asking = null;
                isNew = true;
            }

            if (asking is null && !view.IsPaused && time.GetElapsedTime(asked) >= interval)
            {
                asked = time.GetTimestamp();
                asking = node.GetPoolAsync(cancellationToken);
            }

            if (isNew)
            {
                drawn = (terminal.Width, terminal.Height);
                Draw(PoolScreen.Of(samples, view, interval, trouble, drawn.Width, drawn.Height));
            }

            await Task.Delay(KeyInterval, time, cancellationToken);
        }
    }

    /// <summary>A node that is started again is back in a moment: the last numbers stay on the screen.</summary>
    private async Task<(PoolSamples Samples, string? Trouble)> TakeAsync(Task<PoolInfo> answer, PoolSamples samples, PoolView view)
    {
        try
        {
            return (samples.Next(await answer, time.GetUtcNow(), view), null);
        }
        catch (NodeOperationException exception)
        {
            return (samples, exception.Message);
        }
    }

    private void Draw(IReadOnlyList<PoolLine> lines)
    {
        StringBuilder screen = new("\u001b[H");
        for (int i = 0; i < lines.Count; i++)
        {
            string style = lines[i].Style switch
            {
                PoolLineStyle.Head => "\u001b[7m",
                PoolLineStyle.Changed => "\u001b[1m",
                _ => "",
            };
            screen.Append(style).Append(lines[i].Text).Append("\u001b[m\u001b[K").Append(i < lines.Count - 1 ? "\r\n" : "\u001b[J");
        }

        output.Write(screen.ToString());
        output.Flush();
    }
}
