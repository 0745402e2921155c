using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Umbra.Core.Input;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources.Rfb;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Sources.Rfb;

/// <summary>Against the servers of other people: TigerVNC's Xvnc, x11vnc, QEMU.</summary>
public sealed class RfbSourceRealServerTests : PoolTest
{
    private readonly string _directory = Directory.CreateTempSubdirectory("umbra-test-").FullName;

    [Theory]
    [InlineData(RfbEncoding.Raw)]
    [InlineData(RfbEncoding.Hextile)]
    [InlineData(RfbEncoding.Zrle)]
    [InlineData(RfbEncoding.Tight)]
    public async Task Run_Xvnc_PictureEqualsTheDisplays(RfbEncoding encoding)
    {
        string xterm = Require.Program("xterm");
        await using Running running = await StartXvncAsync(encoding);
        await running.Sink.UntilAsync(() => running.Sink.Commits > 0, "a first picture", running.Task);

        // Xvnc draws the pointer into the picture of a client that has not put it where it is: the middle.
        running.Source.SendPointer(new PointerInput(400, 300, 0));

        // Scrolls (CopyRect), then text and colours that stay.
        running.Display.Start(xterm, "-geometry", "100x30+20+10", "-e", "sh", "-c",
            "seq 1 3000; for i in $(seq 1 200); do printf '\\033[4%dm%d ' $((i % 8)) $i; done; touch " + Path.Combine(_directory,
                "drawn") + "; sleep 1000");

        await running.Sink.UntilAsync(
            async () => File.Exists(Path.Combine(_directory, "drawn"))
                && running.Sink.Copy().Pixels.Distinct().Count() > 4
                && await running.ShowsTheDisplayAsync(),
            "the display's picture", running.Task);
        Assert.True(running.Sink.CursorShapes > 0);
        Assert.Contains("umbra test", running.Sink.Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SendKey_Xvnc_TextArrivesInOrder(bool withScanCodes)
    {
        string xterm = Require.Program("xterm");
        await using Running running = await StartXvncAsync(RfbEncoding.Raw);
        string file = Path.Combine(_directory, "typed");
        running.Display.Start(xterm, "-geometry", "80x24+0+0", "-e", "sh", "-c", $"cat > {file}");
        await running.Sink.UntilAsync(() => running.Sink.Commits > 1 && File.Exists(file), "the terminal", running.Task);

        // The pointer over the terminal gives it the keyboard where there is no window manager.
        running.Source.SendPointer(new PointerInput(50, 50, 0));
        string text = string.Concat(Enumerable.Repeat("the quick brown fox\n", 20));
        foreach (char c in text)
        {
            uint keysym = c == '\n' ? 0xff0du : c;
            uint code = withScanCodes ? ScanCode(c) : 0;
            running.Source.SendKey(new KeyInput(keysym, code, true));
            running.Source.SendKey(new KeyInput(keysym, code, false));
        }

        await running.Sink.UntilAsync(() => ReadShared(file) == text, "the typed text", running.Task);
    }

    [Fact]
    public async Task RequestSize_Xvnc_ResizesAndThePictureFollows()
    {
        string xterm = Require.Program("xterm");
        await using Running running = await StartXvncAsync(RfbEncoding.Zrle);
        await running.Sink.UntilAsync(() => running.Sink.Commits > 0, "a first picture", running.Task);
        running.Display.Start(xterm, "-geometry", "60x20+10+10", "-e", "sh", "-c",
            "seq 1 100; sleep 1000");
        foreach (Size size in (Size[])[new(1000, 700), new(500, 400)])
        {
            Assert.True(running.Source.RequestSize(size));
            await running.Sink.UntilAsync(async () => running.Sink.Size == size && await running.ShowsTheDisplayAsync(), $"the picture at {size}", running.Task);
        }
    }

    [Fact]
    public async Task Refresh_XvncWhoseScreenHasJustChanged_HasWhatItShowsNow()
    {
        string xsetroot = Require.Program("xsetroot");
        await using Running running = await StartXvncAsync(RfbEncoding.Raw);
        await running.Sink.UntilAsync(() => running.Sink.Commits > 0, "a first picture", running.Task);
        running.Source.SendPointer(new PointerInput(400, 300, 0));
        foreach (string colour in (string[])["#102030", "#405060"])
        {
            (await running.Display.RunAsync(xsetroot, "-solid", colour)).EnsureSuccess();

            Assert.True(await running.Source.RefreshAsync().WaitAsync(RecordingSink.Patience, TestContext.Current.CancellationToken));

            Assert.True(await running.ShowsTheDisplayAsync());
        }
    }

    [Fact]
    public async Task Run_XvncKilled_EndsWithWhatHappened()
    {
        await using Running running = await StartXvncAsync(RfbEncoding.Raw);
        await running.Sink.UntilAsync(() => running.Sink.Commits > 0, "a first picture", running.Task);
        await running.Display.Server.KillAsync();

        RfbSourceException lost = await Assert.ThrowsAsync<RfbSourceException>(() =>
            running.Task.WaitAsync(RecordingSink.Patience, TestContext.Current.CancellationToken));
        Assert.Contains("vnc", lost.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("localhost", false)]
    [InlineData("elsewhere", true)]
    public async Task Run_XvncWithCertificate_OnlyThatOfItsHostAndOurAuthorityIsAccepted(string host, bool isOurs)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = SelfSigned(host, key);
        using X509Certificate2 other = SelfSigned(host, key);
        await WriteAsync("cert.pem", certificate.ExportCertificatePem());
        await WriteAsync("other.pem", other.ExportCertificatePem());
        await WriteAsync("key.pem", key.ExportPkcs8PrivateKeyPem());
        bool isExpected = isOurs && host == "localhost";
        await using XDisplay display = await XDisplay.StartXvncAsync(
            320, 200, "-SecurityTypes", "X509None", "-X509Cert", Path.Combine(_directory, "cert.pem"), "-X509Key", Path.Combine(_directory, "key.pem"));
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        using CancellationTokenSource stop = new();
        await using RfbSource source = new(new RfbSourceOptions
        {
            Address = RfbAddress.UnixSocket(display.RfbSocket),
            AuthorityFile = Path.Combine(_directory, isOurs ? "cert.pem" : "other.pem"),
        });
        Task task = source.RunAsync(sink, stop.Token);
        if (isExpected)
        {
            await sink.UntilAsync(() => sink.Commits > 0, "a first picture", task);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                task.WaitAsync(RecordingSink.Patience, TestContext.Current.CancellationToken));
        }
        else
        {
            RfbSourceException refused = await Assert.ThrowsAsync<RfbSourceException>(() =>
                task.WaitAsync(RecordingSink.Patience, TestContext.Current.CancellationToken));
            Assert.Contains("certificate", refused.Message, StringComparison.Ordinal);
        }
    }

    private static X509Certificate2 SelfSigned(string host, ECDsa key)
    {
        CertificateRequest request = new($"CN={host}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(_directory, name), text, TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("secret42", true)]
    [InlineData("wrong", false)]
    public async Task Run_X11vncWithPassword_LetsInOnlyTheRightOne(string password, bool isRight)
    {
        (string terminal, string server) = (Require.Program("xterm"), Require.Program("x11vnc"));
        await using XDisplay display = await XDisplay.StartXvfbAsync(640, 480);
        display.Start(terminal, "-e", "sh", "-c", "seq 1 100; sleep 1000");
        ExternalProcess x11vnc = display.Start(
            server, "-display", display.Name, "-autoport", "15900", "-localhost", "-no6", "-passwd", "secret42", "-forever", "-quiet");
        string port = await x11vnc.Output.WaitForAsync(line => line.StartsWith("PORT=", StringComparison.Ordinal), RecordingSink.Patience);
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        await using RfbSource source = new(new RfbSourceOptions
        {
            Address = RfbAddress.Parse($"vnc://127.0.0.1::{port[5..]}"),
            Password = () => Encoding.ASCII.GetBytes(password)
        });
        using CancellationTokenSource stop = new();
        Task task = source.RunAsync(sink, stop.Token);
        if (isRight)
        {
            await sink.UntilAsync(async () => sink.Copy().DifferenceFrom(await display.ScreenshotAsync()) is null, "the display's picture", task);
            Assert.True(await source.RefreshAsync().WaitAsync(RecordingSink.Patience, TestContext.Current.CancellationToken));
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                task.WaitAsync(RecordingSink.Patience, TestContext.Current.CancellationToken));
        }
        else
        {
            RfbSourceException refused = await Assert.ThrowsAsync<RfbSourceException>(() =>
                task.WaitAsync(RecordingSink.Patience, TestContext.Current.CancellationToken));
            Assert.Contains("did not let us in", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(password, refused.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(RfbEncoding.Raw)]
    [InlineData(RfbEncoding.Hextile)]
    [InlineData(RfbEncoding.Zrle)]
    [InlineData(RfbEncoding.Tight)]
    public async Task Run_Qemu_PictureEqualsItsScreenDump(RfbEncoding encoding)
    {
        string program = Require.Program("qemu-system-x86_64");
        string socket = Path.Combine(_directory, "qemu.sock");
        string dump = Path.Combine(_directory, "screen.ppm");
        await using ExternalProcess qemu = ExternalProcess.Start(
            program, ["-display", $"vnc=unix:{socket}", "-S", "-monitor", "stdio", "-nodefaults", "-vga", "std", "-m", "64"], hasInput: true);
        await WaitForSocketAsync(socket);
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        await using RfbSource source = new(new RfbSourceOptions { Address = RfbAddress.UnixSocket(socket), Encodings = [encoding] });
        using CancellationTokenSource stop = new();
        Task task = source.RunAsync(sink, stop.Token);
        await sink.UntilAsync(() => sink.Commits > 0, "a first picture", task);
        await qemu.Input.WriteLineAsync($"screendump {dump}");
        await qemu.Input.WriteLineAsync("info status");
        await qemu.Output.WaitForAsync(line => line.Contains("VM status", StringComparison.Ordinal), RecordingSink.Patience);

        await sink.UntilAsync(() => PpmEquals(dump, sink), "the screen dump's picture", task);
        Assert.True(await source.RefreshAsync().WaitAsync(RecordingSink.Patience, TestContext.Current.CancellationToken));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            task.WaitAsync(RecordingSink.Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Run_NobodyListens_SaysSo()
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        await using RfbSource source = new(new RfbSourceOptions { Address = RfbAddress.UnixSocket(Path.Combine(_directory, "nobody")) });

        RfbSourceException failed = await Assert.ThrowsAsync<RfbSourceException>(() => source.RunAsync(sink, CancellationToken.None));
        Assert.Contains("cannot reach", failed.Message, StringComparison.Ordinal);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Directory.Delete(_directory, recursive: true);
    }

    private static uint ScanCode(char c) => c switch
    {
        '\n' => 0x1c,
        ' ' => 0x39,
        _ => "qwertyuiop".Contains(c, StringComparison.Ordinal) ? 0x10 + (uint)"qwertyuiop".IndexOf(c, StringComparison.Ordinal)
            : "asdfghjkl".Contains(c, StringComparison.Ordinal) ? 0x1e + (uint)"asdfghjkl".IndexOf(c, StringComparison.Ordinal)
            : 0x2c + (uint)"zxcvbnm".IndexOf(c, StringComparison.Ordinal),
    };

    private static string ReadShared(string path)
    {
        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private static bool PpmEquals(string path, RecordingSink sink)
    {
        byte[] file = File.ReadAllBytes(path);
        string head = Encoding.ASCII.GetString(file, 0, Math.Min(32, file.Length));
        string[] words = head.Split([' ', '\n'], 5);
        (int width, int height) = (int.Parse(words[1], null), int.Parse(words[2], null));
        byte[] ours = sink.Copy().Pixels;
        int start = file.Length - (width * height * 3);
        if (sink.Size != new Size(width, height))
        {
            return false;
        }

        for (int i = 0; i < width * height; i++)
        {
            if (file[start + (i * 3)] != ours[(i * 4) + 2] || file[start + (i * 3) + 1] != ours[(i * 4) + 1]
                || file[start + (i * 3) + 2] != ours[i * 4])
            {
                return false;
            }
        }

        return ours.Distinct().Count() > 1;
    }

    private static async Task WaitForSocketAsync(string path)
    {
        using CancellationTokenSource timeout = new(RecordingSink.Patience);
        while (!File.Exists(path))
        {
            await Task.Delay(20, timeout.Token);
        }
    }

    private async Task<Running> StartXvncAsync(RfbEncoding encoding)
    {
        XDisplay display = await XDisplay.StartXvncAsync(800, 600, "-desktop", "umbra test", "-noreset");
        return new Running(display, new RecordingSink(Pool, Account) { AlwaysDemands = true },
            new RfbSource(new RfbSourceOptions { Address = RfbAddress.UnixSocket(display.RfbSocket), Encodings = [encoding] }));
    }

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        public Running(XDisplay display, RecordingSink sink, RfbSource source)
        {
            (Display, Sink, Source) = (display, sink, source);
            Task = source.RunAsync(sink, _stop.Token);
        }

        public XDisplay Display { get; }

        public RecordingSink Sink { get; }

        public RfbSource Source { get; }

        public Task Task { get; }

        public async Task<bool> ShowsTheDisplayAsync() => Sink.Copy().DifferenceFrom(await Display.ScreenshotAsync()) is null;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Source.DisposeAsync();
            await Display.DisposeAsync();
            Sink.Dispose();
            _stop.Dispose();
        }
    }
}
