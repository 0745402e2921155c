using System.Globalization;
using Umbra.Core.Input;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Sources.X11;

/// <summary>What is typed and clicked arrives in programs, whatever keys the server has.</summary>
public sealed class X11InputTests : X11SourceTest
{
    private const uint Shift = 0xFFE1;
    private const uint CapsLock = 0xFFE5;
    private const uint NumLock = 0xFF7F;
    private const byte CapsLed = 4;
    private const byte NumLed = 2;

    [Theory]
    [InlineData(Xvnc, true)]
    [InlineData(Xvnc, false)]
    [InlineData(Xvfb, true)]
    public async Task SendKey_Text_ArrivesCompleteAndInOrder(string server, bool isOurs)
    {
        await using Running running = await StartAsync(server, isOurs);
        string file = await StartTypingAsync(running);
        string text = string.Concat(Enumerable.Repeat("The quick, brown Fox; 1+2=3 (a) [b] {c} ~!@#$%^&*? \"and\" back\n", 20));

        running.Type(text);

        await UntilTypedAsync(running, file, text);
    }

    [Theory]
    [InlineData(Xvnc)]
    [InlineData(Xvfb)]
    public async Task SendKey_SymbolsThatNoKeyHas_Arrive(string server)
    {
        await using Running running = await StartAsync(server);
        string file = await StartTypingAsync(running);

        // More of them than there are keys to lend at once.
        const string text = "Grüße: żółw, Привет, λόγος, ∑∞≠, €100\nhello again äöü\n";
        running.Type(text);

        await UntilTypedAsync(running, file, text);
    }

    [Fact]
    public async Task SendKey_AnotherLayoutThanTheViewers_TheSymbolsArrive()
    {
        await using Running running = await StartAsync(Xvnc);
        (await running.Display.RunAsync(Require.Program("setxkbmap"), "de")).EnsureSuccess();
        string file = await StartTypingAsync(running);

        // On this layout Z and Y have changed places, and @ { [ ] } are reached with AltGr.
        const string text = "zZyY @{[]}\\~ äß? <>|\n";
        running.Type(text);

        await UntilTypedAsync(running, file, text);
    }

    [Fact]
    public async Task SendKey_ShiftHeldForWhatIsUnshiftedHere_TheSymbolArrives()
    {
        await using Running running = await StartAsync(Xvfb);
        string file = await StartTypingAsync(running);

        // As from a French keyboard, where digits are shifted; and Shift comes up before the letter does.
        running.Source.SendKey(new KeyInput(Shift, 0, true));
        running.Type("1");
        running.Source.SendKey(new KeyInput('A', 0, true));
        running.Source.SendKey(new KeyInput(Shift, 0, false));
        running.Source.SendKey(new KeyInput('a', 0, false));
        running.Type("b\n");

        await UntilTypedAsync(running, file, "1Ab\n");
    }

    [Fact]
    public async Task SendKey_CapsLockIsOn_TheSymbolArrivesAllTheSame()
    {
        await using Running running = await StartAsync(Xvfb);
        string file = await StartTypingAsync(running);
        running.Type(CapsLock);
        await running.Sink.WaitUntilAsync(sink => sink.Leds == CapsLed);

        running.Type("abcDEF1\n");

        await UntilTypedAsync(running, file, "abcDEF1\n");
    }

    [Fact]
    public async Task SendKey_ScanCodeAlone_TheKeyIsPressed()
    {
        await using Running running = await StartAsync(Xvfb);
        string file = await StartTypingAsync(running);

        running.Type(0, 0x1E);
        running.Type(0, 0x30);
        running.Type(0, 0x1C);

        await UntilTypedAsync(running, file, "ab\n");
    }

    [Fact]
    public async Task SendKey_ManySymbolsThatNoKeyHas_TheServersOwnKeysStay()
    {
        await using Running running = await StartAsync(Xvfb);
        string before = await KeysAsync(running);
        string file = await StartTypingAsync(running);
        string text = string.Concat(Enumerable.Range(0x4E00, 40).Select(c => (char)c)) + "\n";
        running.Type(text);
        await UntilTypedAsync(running, file, text);

        await running.StopAsync();

        Assert.Equal(before, await KeysAsync(running));
    }

    [Theory]
    [InlineData(Xvnc)]
    [InlineData(Xvfb)]
    public async Task SendKey_LockKeys_LedsFollow(string server)
    {
        await using Running running = await StartAsync(server);
        Assert.Equal((byte)0, running.Sink.Leds);
        running.Type(CapsLock);
        await running.Sink.WaitUntilAsync(sink => sink.Leds == CapsLed);
        running.Type(NumLock);
        await running.Sink.WaitUntilAsync(sink => sink.Leds == (CapsLed | NumLed));

        // By others as well.
        (await running.Display.RunAsync(Require.Program("xdotool"), "key", "Caps_Lock")).EnsureSuccess();
        await running.Sink.WaitUntilAsync(sink => sink.Leds == NumLed);
    }

    [Fact]
    public async Task SendKey_HeldKeyOfOurServer_RepeatsWhenSaidAndNotByItself()
    {
        await using Running running = await StartAsync(Xvnc, isOurs: true);
        string file = await StartTypingAsync(running);
        running.Source.SendKey(new KeyInput('r', 0, true));
        await UntilTypedAsync(running, file, "r");

        // Longer than a server waits before it repeats.
        await Task.Delay(1500, TestEnds);
        running.Source.SendKey(new KeyInput('r', 0, true));
        running.Source.SendKey(new KeyInput('r', 0, true));
        running.Source.SendKey(new KeyInput('r', 0, false));
        running.Type("\n");

        await UntilTypedAsync(running, file, "rrr\n");
    }

    [Theory]
    [InlineData(Xvnc)]
    [InlineData(Xvfb)]
    public async Task SendPointer_Moves_ThePointerIsThere(string server)
    {
        await using Running running = await StartAsync(server);
        foreach ((int x, int y) in ((int, int)[])[(123, 45), (0, 0), (799, 599)])
        {
            running.Source.SendPointer(new PointerInput(x, y, 0));
            await running.Sink.UntilAsync(async () => await PointerAsync(running) == (x, y), $"the pointer at {x},{y}", running.Task);
        }
    }

    [Fact]
    public async Task SendPointer_ButtonsAndWheels_AreSeenByAProgram()
    {
        await using Running running = await StartAsync(Xvfb);
        ExternalProcess xev = running.Display.Start(Require.Program("xev"), "-event", "button", "-geometry", "400x300+0+0");
        await running.Sink.UntilAsync(
            async () => (await running.Display.RunAsync(Require.Program("xdotool"), "search", "--onlyvisible", "--name", "Event Tester")).Output.Length > 0,
            "the program's window", running.Task);
        for (int button = 0; button < 7; button++)
        {
            running.Source.SendPointer(new PointerInput(200, 150, (byte)(1 << button)));
            running.Source.SendPointer(new PointerInput(200, 150, 0));
        }

        await running.Sink.UntilAsync(() => Buttons(xev, "button 7").Length == 2, "the last button", running.Task);
        int[] pressed = [.. Buttons(xev, "button").Where((_, i) => i % 2 == 0)];
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], pressed);
    }

    [Fact]
    public async Task Run_CursorOfAWindowChanges_ItsShapeComes()
    {
        string xsetroot = Require.Program("xsetroot");
        await using Running running = await StartAsync(Xvnc);
        foreach (string name in (string[])["left_ptr", "crosshair", "sb_h_double_arrow"])
        {
            int shapes = running.Sink.CursorShapes;
            (await running.Display.RunAsync(xsetroot, "-cursor_name", name)).EnsureSuccess();
            await running.Sink.WaitUntilAsync(sink => sink.CursorShapes > shapes);
        }

        Core.Surfaces.CursorShape cursor = running.Sink.Cursor!;
        Assert.InRange(cursor.Width, 8, 64);
        Assert.Equal(cursor.Width * cursor.Height * 4, cursor.Pixels!.Span.Length);
        Assert.Contains((byte)255, cursor.Pixels.Span.ToArray().Where((_, i) => i % 4 == 3));
        Assert.InRange(cursor.HotX, 0, cursor.Width - 1);
    }

    [Fact]
    public async Task Run_ProgramRingsTheBell_ItIsPassedOn()
    {
        string xterm = Require.Program("xterm");
        await using Running running = await StartAsync(Xvnc);
        running.Display.Start(xterm, "-e", "sh", "-c", "printf '\\a'; sleep 1000");
        await running.Sink.WaitUntilAsync(sink => sink.Bells > 0);
    }

    private static async Task UntilTypedAsync(Running running, string file, string text)
    {
        try
        {
            await running.Sink.UntilAsync(() => ReadShared(file) == text, "the typed text", running.Task);
        }
        catch (TimeoutException)
        {
            Assert.Equal(text, ReadShared(file));
        }
    }

    private static async Task<string> KeysAsync(Running running) => (await running.Display.RunAsync(Require.Program("xmodmap"), "-pke")).Output;

    private static int[] Buttons(ExternalProcess xev, string with) =>
    [
        .. xev.Output.ToString().Split('\n').Where(line => line.Contains(with, StringComparison.Ordinal) && line.Contains("button ", StringComparison.Ordinal))
            .Select(line => int.Parse(line[(line.IndexOf("button ", StringComparison.Ordinal) + 7)..].Split(',')[0], CultureInfo.InvariantCulture)),
    ];

    private static async Task<(int, int)> PointerAsync(Running running)
    {
        string output = (await running.Display.RunAsync(Require.Program("xdotool"), "getmouselocation", "--shell")).Output;
        int[] values = [.. output.Split('\n').Take(2).Select(line => int.Parse(line.Split('=')[1], CultureInfo.InvariantCulture))];
        return (values[0], values[1]);
    }
}
