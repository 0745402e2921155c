using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Umbra.Core.Input;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources.Rfb;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Sources.Rfb;

public sealed class RfbSourceTests : PoolTest
{
    private static readonly Rect All = FakeServer.Size.Bounds;
    private static readonly FramebufferUpdateRequest NextRequest = new(true, All);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);
    private readonly string _directory = Directory.CreateTempSubdirectory("umbra-test-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeServer _server;
    private readonly RfbSource _source;

    public RfbSourceTests()
    {
        string socket = Path.Combine(_directory, "s");
        _server = new FakeServer(socket);
        _source = new RfbSource(new RfbSourceOptions
        {
            Address = RfbAddress.UnixSocket(socket),
            Password = () =>
            Encoding.ASCII.GetBytes("secret")
        });
    }

    [Theory]
    [InlineData("RFB 003.003\n", "RFB 003.003\n")]
    [InlineData("RFB 003.005\n", "RFB 003.003\n")]
    [InlineData("RFB 003.007\n", "RFB 003.007\n")]
    [InlineData("RFB 003.008\n", "RFB 003.008\n")]
    [InlineData("RFB 003.889\n", "RFB 003.003\n")]
    public async Task Run_EachVersion_VncAuthAndNoneBothWork(string theirs, string ours)
    {
        foreach (byte security in (byte[])[1, 2])
        {
            using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
            Task task = _source.RunAsync(sink, _stop.Token);
            await _server.AcceptAsync();
            await _server.SendAsync(Encoding.ASCII.GetBytes(theirs));
            await _server.ExpectAsync(Encoding.ASCII.GetBytes(ours));
            await SecureAsync(ours, security);
            await _server.ExpectAsync([1]);
            await _server.SendAsync(new ServerInit(FakeServer.Size, PixelFormat.Bgrx, "fake").Write);
            RfbEncoding[] encodings = await _server.ExpectPreludeAsync();
            Assert.Equal(RfbEncoding.Raw, encodings[0]);
            Assert.Contains(RfbEncoding.CopyRect, encodings);
            await _server.SendAsync(new FramebufferUpdate(1).Write, FakeServer.Raw(All, 7));
            await _server.ExpectAsync(NextRequest.Write);
            Assert.All(sink.Copy().Pixels.Chunk(4), pixel => Assert.Equal([7, 7, 7, 0], pixel));
            _server.HangUp();
            await AssertLostAsync(task, "closed the connection");
        }
    }

    [Theory]
    [InlineData("RFB 003.008\n", new byte[] { 0, 0, 0, 0, 4, 98, 117, 115, 121 }, "busy")]
    [InlineData("RFB 003.003\n", new byte[] { 0, 0, 0, 0, 0, 0, 0, 4, 98, 117, 115, 121 }, "busy")]
    [InlineData("RFB 003.008\n", new byte[] { 1, 30 }, "30")]
    [InlineData("RFB 003.003\n", new byte[] { 0, 0, 0, 16 }, "16")]
    [InlineData("HTTP/1.1 400", new byte[0], "protocol")]
    [InlineData("RFB 003.0", new byte[0], "during the handshake")]
    public async Task Run_Refused_SaysWhy(string version, byte[] answer, string why)
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        Task task = _source.RunAsync(sink, _stop.Token);
        await _server.AcceptAsync();
        await _server.SendAsync(Encoding.ASCII.GetBytes(version));
        if (answer.Length > 0)
        {
            await _server.ReadAsync(12);
            await _server.SendAsync(answer);
        }
        else
        {
            _server.HangUp();
        }

        await AssertLostAsync(task, why);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { (byte)'R', (byte)'F', (byte)'B' })]
    public async Task Run_ServerAcceptsAndSaysNothing_EndsWithWhatHappened(byte[] said)
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        await using RfbSource source = new(new RfbSourceOptions { Address = RfbAddress.UnixSocket(Path.Combine(_directory, "s")), ConnectTimeout = Short });
        Task task = source.RunAsync(sink, _stop.Token);
        await _server.AcceptAsync();
        await _server.SendAsync(said);
        await AssertLostAsync(task, "does not end the handshake within 0.3 s");
    }

    [Fact]
    public async Task Run_NobodyAnswersTheConnect_EndsWithWhatHappened()
    {
        // A listener that accepts nothing: once its queue is full, the kernel drops what comes, as a machine that is gone does.
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        IPEndPoint address = (IPEndPoint)listener.LocalEndPoint!;
        List<Socket> queue = [];
        try
        {
            do
            {
                queue.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            }
            while (await ConnectsAsync(queue[^1], address));

            using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
            await using RfbSource source = new(
                new RfbSourceOptions { Address = RfbAddress.Parse($"vnc://127.0.0.1::{address.Port}"), ConnectTimeout = Short });
            await AssertLostAsync(source.RunAsync(sink, _stop.Token), "does not answer within 0.3 s");
        }
        finally
        {
            queue.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Run_TcpServer_KeepAliveFindsOutSoonThatItIsGone()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        await using RfbSource source = new(new RfbSourceOptions { Address = RfbAddress.Parse($"vnc://127.0.0.1::{port}") });
        Task task = source.RunAsync(sink, _stop.Token);
        using Socket server = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        await server.SendAsync("RFB 003.008\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await server.ReceiveAsync(new byte[12], TestContext.Current.CancellationToken);

        // Of the source's end, the kernel says which timer runs (02: keep-alive) and when it fires, in hundredths of a second.
        string[] connection = File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Single(words => words[2].EndsWith($":{port:X4}", StringComparison.Ordinal));
        string[] timer = connection[5].Split(':');
        Assert.Equal("02", timer[0]);
        Assert.InRange(Convert.ToInt32(timer[1], 16), 1, 3000);
        await StopAsync(task);
    }

    [Fact]
    public async Task Run_CopiesBeforeDrawing_AreMoves_AfterDrawing_AreDamage()
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        Task task = await OpenAsync(sink);
        await _server.SendAsync(
            new FramebufferUpdate(FramebufferUpdate.UntilLastRect).Write,
            FakeServer.Copy(0, 0, new Rect(8, 0, 8, 8)),
            FakeServer.Raw(new Rect(16, 16, 8, 8), 200),
            FakeServer.Copy(16, 16, new Rect(32, 16, 8, 8)),
            LastRectMarker.Write);
        await _server.ExpectAsync(NextRequest.Write);

        Assert.Equal([new CopyMove(0, 0, new Rect(8, 0, 8, 8))], sink.Moves);
        Assert.Equal(2, sink.LastDamage.Count);
        Assert.Equal(200, sink.Copy().Pixels[((16 * 64) + 32) * 4]);
        await StopAsync(task);
    }

    [Fact]
    public async Task Run_NewSize_IsShownOnlyWhenItWasDrawn()
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        Task task = await OpenAsync(sink);
        Size larger = new(100, 80);
        Assert.False(_source.RequestSize(larger));
        await _server.SendAsync(new FramebufferUpdate(1).Write, ExtendedDesktopSizeRect.Single(FakeServer.Size).Write);
        await _server.ExpectAsync(NextRequest.Write);

        Assert.True(_source.RequestSize(larger));
        await _server.ExpectAsync(new SetDesktopSize(larger, [Screen.Single(larger)]).Write);
        await _server.SendAsync(new FramebufferUpdate(1).Write, ExtendedDesktopSizeRect.Single(larger, DesktopSizeReason.ThisClient).Write);
        await _server.ExpectAsync(new FramebufferUpdateRequest(true, larger.Bounds).Write);
        Assert.Equal((FakeServer.Size, 1), (sink.Size, sink.Commits));

        await _server.SendAsync(new FramebufferUpdate(1).Write, FakeServer.Raw(larger.Bounds, 9));
        await _server.ExpectAsync(new FramebufferUpdateRequest(true, larger.Bounds).Write);
        Assert.Equal((larger, 2), (sink.Size, sink.Commits));
        await StopAsync(task);
    }

    [Fact]
    public async Task Run_ResizeRefused_NothingChanges()
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        Task task = await OpenAsync(sink);
        await _server.SendAsync(new FramebufferUpdate(1).Write,
            ExtendedDesktopSizeRect.Single(new Size(9, 9), DesktopSizeReason.ThisClient, DesktopSizeStatus.Prohibited).Write);
        await _server.ExpectAsync(NextRequest.Write);
        Assert.Equal(FakeServer.Size, sink.Size);
        await StopAsync(task);
    }

    [Fact]
    public async Task Run_NoDemand_AsksForNothingButServesTheRest()
    {
        using RecordingSink sink = new(Pool, Account);
        Task task = _source.RunAsync(sink, _stop.Token);
        await _server.OpenAsync();
        await _server.SendAsync(new FramebufferUpdate(0).Write);
        await _server.ExpectAsync(NextRequest.Write);
        await _server.SendAsync(new FramebufferUpdate(1).Write, FakeServer.Raw(All, 7));
        await _server.SendAsync(Bell.Write, new Fence(FenceFlags.Request | FenceFlags.BlockBefore, [42]).Write);
        await _server.ExpectAsync(new Fence(FenceFlags.BlockBefore, [42]).Write);
        Assert.Equal(1, sink.Bells);
        Assert.True(_server.HasSaidNothing);

        sink.Demand();
        await _server.ExpectAsync(NextRequest.Write);
        await StopAsync(task);
    }

    [Fact]
    public async Task Run_SmallThings_ReachTheSink()
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        Task task = await OpenAsync(sink);
        await _server.SendAsync(
            new FramebufferUpdate(3).Write, new DesktopNameRect("new name").Write, output =>
                new LedStateRect(2).Write(output, RfbEncoding.QemuLedState), QemuKeyRect.Write,
            new ServerCutText("copied").Write);
        await _server.ExpectAsync(NextRequest.Write);
        await sink.UntilAsync(() => sink.Clipboard == "copied", "the clipboard", task);
        Assert.Equal(("new name", (byte?)2), (sink.Title, sink.Leds));

        _source.SendKey(new KeyInput(97, 30, true));
        await _server.ExpectAsync(new QemuKeyEvent(new KeyInput(97, 30, true)).Write);
        _source.SendKey(new KeyInput(97, 0, false));
        await _server.ExpectAsync(new KeyEvent(97, false).Write);
        _source.SendClipboard("a\r\nü");
        await _server.ExpectAsync(new ClientCutText("a\nü").Write);
        await StopAsync(task);
    }

    [Fact]
    public async Task Run_ExtendedClipboard_BothWays()
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        Task task = await OpenAsync(sink);
        await _server.SendAsync(Written(ExtendedClipboard.Caps, asServer: true));
        await _server.ExpectAsync(Written(ExtendedClipboard.Caps, asServer: false));
        await _server.SendAsync(Written(ExtendedClipboard.Notify(true), asServer: true));
        await _server.ExpectAsync(Written(ExtendedClipboard.Request, asServer: false));
        await _server.SendAsync(Written(ExtendedClipboard.Provide("世界\n"), asServer: true));
        await sink.UntilAsync(() => sink.Clipboard == "世界\n", "the clipboard", task);

        _source.SendClipboard("ours 🙂");
        await _server.ExpectAsync(Written(ExtendedClipboard.Provide("ours 🙂"), asServer: false));
        await StopAsync(task);
    }

    [Theory]
    [InlineData(new byte[] { 9 }, "unknown server message")]
    [InlineData(new byte[] { 0, 0, 0, 1, 0, 60, 0, 0, 0, 8, 0, 8, 0, 0, 0, 0 }, "outside the picture")]
    [InlineData(new byte[] { 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0, 8, 0, 0, 0, 99 }, "99")]
    [InlineData(new byte[] { 0, 0, 0, 1, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 33 }, "not possible")]
    public async Task Run_ServerBreaksTheProtocol_SaysHow(byte[] wrong, string how)
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        Task task = await OpenAsync(sink);
        await _server.SendAsync(wrong);
        await AssertLostAsync(task, how);
    }

    [Fact]
    public async Task Run_ServerHangsUpMidMessage_GivesEverythingBack()
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        Task task = await OpenAsync(sink);
        await _server.SendAsync(new FramebufferUpdate(2).Write, FakeServer.Raw(new Rect(0, 0, 8, 8), 1),
            new RectHeader(All, RfbEncoding.Raw).Write);
        _server.HangUp();
        await AssertLostAsync(task, "closed the connection");
        Assert.Equal(1, sink.Commits);
    }

    [Fact]
    public async Task Run_ServerStopsReading_InputMembersReturnAndMemoryStaysBounded()
    {
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        Task task = await OpenAsync(sink);
        for (int i = 0; i < 300_000; i++)
        {
            _source.SendKey(new KeyInput(97, 0, i % 2 == 0));
            _source.SendPointer(new PointerInput(i % 60, i % 40, (byte)(i % 3)));
        }

        Assert.InRange(Pool.Root.Bytes, 0, 1024 * 1024);
        await StopAsync(task);
    }

    [Fact]
    public async Task Run_MutatedUpdates_EndInOneWayOnly()
    {
        Random random = new(5900);
        for (int i = 0; i < 60; i++)
        {
            using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
            Task task = await OpenAsync(sink);
            ArrayBufferWriter<byte> output = new();
            new FramebufferUpdate(4).Write(output);
            FakeServer.Copy(0, 0, new Rect(8, 0, 8, 8))(output);
            FakeServer.Raw(new Rect(1, 1, 5, 5), 3)(output);
            ExtendedDesktopSizeRect.Single(new Size(70, 50)).Write(output);
            new DesktopNameRect("name").Write(output);
            new ServerCutText("text").Write(output);
            byte[] mutant = output.WrittenSpan.ToArray();
            for (int changes = random.Next(1, 6); changes > 0; changes--)
            {
                mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
            }

            await _server.SendAsync(mutant);
            _server.HangUp();
            await AssertLostAsync(task, "");
        }
    }

    protected override void Dispose(bool disposing)
    {
        _source.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _stop.Dispose();
        _server.Dispose();
        base.Dispose(disposing);
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<bool> ConnectsAsync(Socket socket, IPEndPoint address)
    {
        using CancellationTokenSource patience = new(Short);
        try
        {
            await socket.ConnectAsync(address, patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task AssertLostAsync(Task task, string why)
    {
        RfbSourceException lost = await Assert.ThrowsAsync<RfbSourceException>(() =>
            task.WaitAsync(RecordingSink.Patience, TestContext.Current.CancellationToken));
        Assert.Contains(why, lost.Message, StringComparison.Ordinal);
    }

    private async Task SecureAsync(string version, byte security)
    {
        bool hasList = version != "RFB 003.003\n";
        await _server.SendAsync(hasList ? [1, security] : [0, 0, 0, security]);
        if (hasList)
        {
            await _server.ExpectAsync([security]);
        }

        if (security == 2)
        {
            byte[] challenge = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
            byte[] response = new byte[16];
            VncAuth.Encrypt(challenge, "secret"u8, response);
            await _server.SendAsync(challenge);
            await _server.ExpectAsync(response);
        }

        if (security == 2 || version == "RFB 003.008\n")
        {
            await _server.SendAsync([0, 0, 0, 0]);
        }
    }

    private async Task<Task> OpenAsync(RecordingSink sink)
    {
        Task task = _source.RunAsync(sink, _stop.Token);
        await _server.OpenAsync();
        await _server.SendAsync(new FramebufferUpdate(1).Write, FakeServer.Raw(All, 7));
        await _server.ExpectAsync(NextRequest.Write);
        return task;
    }

    private async Task StopAsync(Task task)
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            task.WaitAsync(RecordingSink.Patience, TestContext.Current.CancellationToken));
    }

    private byte[] Written(ExtendedClipboard message, bool asServer)
    {
        using Core.Memory.PayloadWriter output = new(Pool, Core.Memory.BufferTag.Test, Account, 256);
        (asServer ? (Action<Core.Memory.PayloadWriter>)message.WriteAsServer : message.WriteAsClient)(output);
        return output.Written.ToArray();
    }
}
