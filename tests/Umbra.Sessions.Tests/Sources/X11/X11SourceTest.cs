using Umbra.Core.Input;
using Umbra.Sessions.Sources.X11;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Sources.X11;

/// <summary>Base of tests against real X servers: TigerVNC's Xvnc and Xvfb, with a source that runs on them.</summary>
public abstract class X11SourceTest : PoolTest
{
    internal const string Xvnc = "Xvnc";
    internal const string Xvfb = "Xvfb";
    private readonly TempFolder _folder = new();

    protected static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    internal string PathOf(string name) => _folder.Combine(name);

    internal async Task<Running> StartAsync(string server, bool isOurs = false, params string[] more)
    {
        XDisplay display = server == Xvnc
            ? await XDisplay.StartXvncAsync(800, 600, ["-noreset", .. more])
            : await XDisplay.StartXvfbAsync(800, 600, ["-noreset", .. more]);
        Running running = Run(display, isOurs);
        await running.Sink.UntilAsync(() => running.Sink is { Commits: > 0, Leds: not null, Cursor: not null }, "a first picture", running.Task);
        return running;
    }

    internal Running Run(XDisplay display, bool isOurs = false) =>
        new(display, new RecordingSink(Pool, Account) { AlwaysDemands = true }, NewSource(display, isOurs));

    internal static X11Source NewSource(XDisplay display, bool isOurs = false)
    {
        Assert.True(X11Address.TryParse("x11:" + display.Name, out X11Address? address));
        return new X11Source(new X11SourceOptions { Address = address, XAuthority = display.Variables["XAUTHORITY"], IsOurs = isOurs });
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _folder.Dispose();
    }

    internal static string ReadShared(string path)
    {
        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    /// <summary>A terminal over all of the screen whose one program writes what is typed to a file; it has the keyboard.</summary>
    internal async Task<string> StartTypingAsync(Running running)
    {
        string file = PathOf($"typed-{Guid.NewGuid():N}");
        running.Display.Start(Require.Program("xterm"), "-u8", "-geometry", "120x40+0+0", "-e", "sh", "-c", $"stty -icanon; cat > {file}");
        await running.Sink.UntilAsync(() => File.Exists(file), "the terminal", running.Task);

        // Without a window manager the keyboard goes to the window under the pointer.
        running.Source.SendPointer(new PointerInput(60, 50, 0));
        return file;
    }

    internal sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        public Running(XDisplay display, RecordingSink sink, X11Source source)
        {
            (Display, Sink, Source) = (display, sink, source);
            Task = source.RunAsync(sink, _stop.Token);
        }

        public XDisplay Display { get; }

        public RecordingSink Sink { get; }

        public X11Source Source { get; }

        public Task Task { get; }

        public async Task<bool> ShowsTheDisplayAsync() => Sink.Copy().DifferenceFrom(await Display.ScreenshotAsync()) is null;

        public void Type(uint keysym, uint code = 0)
        {
            Source.SendKey(new KeyInput(keysym, code, true));
            Source.SendKey(new KeyInput(keysym, code, false));
        }

        public void Type(string text)
        {
            foreach (System.Text.Rune rune in text.EnumerateRunes())
            {
                Type(rune.Value == '\n' ? 0xFF0Du : rune.Value < 0x100 ? (uint)rune.Value : 0x01000000u + (uint)rune.Value);
            }
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            await Source.DisposeAsync();
            await Display.DisposeAsync();
            Sink.Dispose();
            _stop.Dispose();
        }
    }
}
