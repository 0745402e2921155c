using Umbra.Core.Rfb;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Sources.X11;

/// <summary>Text goes between programs on the display and the session's clipboard, both ways.</summary>
public sealed class X11ClipboardTests : X11SourceTest
{
    [Theory]
    [InlineData(Xvnc, "clipboard", 20)]
    [InlineData(Xvfb, "clipboard", 20)]
    [InlineData(Xvfb, "primary", 20)]
    [InlineData(Xvfb, "clipboard", RfbLimits.MaxClipboardBytes)]
    public async Task Copy_ByAProgram_TextComes(string server, string selection, int length)
    {
        await using Running running = await StartAsync(server);
        string text = TextOf(length);

        Copy(running, selection, text);

        await running.Sink.UntilAsync(() => running.Sink.Clipboard == text, "the text", running.Task);
    }

    [Fact]
    public async Task Copy_BeforeWeCame_TextComes()
    {
        XDisplay display = await XDisplay.StartXvfbAsync(320, 200, "-noreset");
        string file = WriteText("early");
        display.Start(Require.Program("xclip"), "-quiet", "-selection", "clipboard", "-i", file);
        while ((await display.RunAsync("timeout", "5", Require.Program("xclip"), "-selection", "clipboard", "-o")).Output != "early")
        {
            await Task.Delay(20, TestEnds);
        }

        await using Running running = Run(display);
        await running.Sink.UntilAsync(() => running.Sink.Clipboard == "early", "the text", running.Task);
    }

    [Fact]
    public async Task Copy_TextBeyondTheLimit_IsLeftAloneAndTheNextOneComes()
    {
        await using Running running = await StartAsync(Xvfb);
        ExternalProcess owner = Copy(running, "clipboard", TextOf(RfbLimits.MaxClipboardBytes + 1), "-verbose");
        await running.Sink.UntilAsync(() => Requests(owner) > 0, "the source to ask", running.Task);
        ExternalProcess large = Copy(running, "clipboard", TextOf(3_000_000), "-verbose");
        await running.Sink.UntilAsync(() => Requests(large) > 0, "the source to ask again", running.Task);
        Copy(running, "clipboard", "short");

        await running.Sink.UntilAsync(() => running.Sink.Clipboard is not null, "a text", running.Task);
        Assert.Equal("short", running.Sink.Clipboard);

        static int Requests(ExternalProcess xclip) => xclip.Errors.ToString().Split("Waiting for selection request").Length - 2;
    }

    [Theory]
    [InlineData(Xvnc, "clipboard", 20)]
    [InlineData(Xvfb, "primary", 20)]
    [InlineData(Xvfb, "clipboard", RfbLimits.MaxClipboardBytes)]
    public async Task SendClipboard_Text_ProgramsPasteIt(string server, string selection, int length)
    {
        await using Running running = await StartAsync(server);
        string text = TextOf(length);

        running.Source.SendClipboard(text);

        await running.Sink.UntilAsync(async () => await PasteAsync(running, selection) == text, "the text on the display", running.Task);
        Assert.Equal("Grüße", await OfferedAsync(running, "Grüße", "STRING", System.Text.Encoding.Latin1));
        Assert.Contains("UTF8_STRING", await OfferedAsync(running, "more", "TARGETS", System.Text.Encoding.Latin1), StringComparison.Ordinal);
        Assert.Null(running.Sink.Clipboard);
    }

    [Fact]
    public async Task SendClipboard_ThenAProgramCopies_TheProgramHasIt()
    {
        await using Running running = await StartAsync(Xvfb);
        running.Source.SendClipboard("from the viewer");
        await running.Sink.UntilAsync(async () => await PasteAsync(running, "clipboard") == "from the viewer", "the text on the display", running.Task);

        Copy(running, "clipboard", "from the program");

        await running.Sink.UntilAsync(() => running.Sink.Clipboard == "from the program", "the program's text", running.Task);
        Assert.Equal("from the program", await PasteAsync(running, "clipboard"));
    }

    private static string TextOf(int bytes) => "ä" + string.Concat(Enumerable.Range(0, bytes - 2).Select(i => (char)('a' + (i % 26))));

    private string WriteText(string text)
    {
        string file = PathOf(Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, text);
        return file;
    }

    private ExternalProcess Copy(Running running, string selection, string text, string how = "-quiet") =>
        running.Display.Start(Require.Program("xclip"), how, "-selection", selection, "-i", WriteText(text));

    private async Task<string> PasteAsync(Running running, string selection)
    {
        string file = PathOf(Guid.NewGuid().ToString("N"));
        await running.Display.RunAsync("sh", "-c", $"timeout 5 {Require.Program("xclip")} -selection {selection} -o > {file}");
        return await File.ReadAllTextAsync(file, TestEnds);
    }

    private async Task<string> OfferedAsync(Running running, string text, string target, System.Text.Encoding encoding)
    {
        running.Source.SendClipboard(text);
        string file = PathOf(Guid.NewGuid().ToString("N"));
        await running.Sink.UntilAsync(async () => await PasteAsync(running, "clipboard") == text, "the text on the display", running.Task);
        await running.Display.RunAsync("sh", "-c", $"timeout 5 {Require.Program("xclip")} -selection clipboard -o -target {target} > {file}");
        return await File.ReadAllTextAsync(file, encoding, TestEnds);
    }
}
