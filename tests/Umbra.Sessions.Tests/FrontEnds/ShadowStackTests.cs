using System.Buffers.Binary;
using System.Text;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Shadowing;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>The target node's end of a link against a near node that has a valid certificate and bad intentions, in plain bytes.</summary>
public sealed class ShadowStackTests : PeerTest
{
    private const int ProtocolError = 108;
    private const byte View = 1;
    private const byte Control = 2;
    private readonly StillSource _source = new(new Size(80, 60));
    private readonly SessionDirectory _directory = new();
    private AccessMode _ceiling = AccessMode.Control;

    [Fact]
    public async Task Attach_View_GetsPicturesAndNoInputPasses()
    {
        await using RawLink link = await OpenAsync();
        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(7, View));
        Assert.Equal([0, 0, 0, 7, View], await link.ReadUntilAsync(RawLink.Attached));
        await link.SendAsync(RawLink.Credit, RawLink.CreditOf(1));
        byte[] picture = await link.ReadUntilAsync(RawLink.Picture);
        Assert.Equal((80, 60), SizeOf(picture));

        await SendInputAsync(link, 7);
        await AssertAliveAsync(link);
        AssertNoInput();
    }

    [Fact]
    public async Task Input_UnknownOrDetachedId_Dropped()
    {
        await using RawLink link = await OpenAsync();
        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(7, Control));
        await link.ReadUntilAsync(RawLink.Attached);
        await SendInputAsync(link, 8);
        await SendInputAsync(link, -1);
        await link.SendAsync(0x13, 0, 0, 0, 7);
        await SendInputAsync(link, 7);
        await AssertAliveAsync(link);
        AssertNoInput();
    }

    [Fact]
    public async Task Input_Control_ArrivesAndIsReleasedWhenTheLinkBreaks()
    {
        await using (RawLink link = await OpenAsync())
        {
            await link.SendAsync(RawLink.Attach, RawLink.AttachOf(7, Control));
            await link.ReadUntilAsync(RawLink.Attached);
            await link.SendAsync(RawLink.Key, RawLink.KeyOf(7, 0x61, 1));
            await AssertAliveAsync(link);
            Assert.Contains(_source.Keys, k => k.Down);
            Assert.DoesNotContain(_source.Keys, k => !k.Down);
        }

        Assert.Contains(_source.Keys, k => k is { Keysym: 0x61, Down: false });
    }

    [Fact]
    public async Task Attach_ControlUnderViewCeiling_DeniedAndNothingPasses()
    {
        _ceiling = AccessMode.View;
        await using RawLink link = await OpenAsync();
        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(7, Control));
        byte[] denied = await link.ReadUntilAsync(RawLink.Denied);
        Assert.Contains("shadowing=view", Encoding.UTF8.GetString(denied), StringComparison.Ordinal);
        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(8, View));
        await link.ReadUntilAsync(RawLink.Attached);
        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(8, Control));
        await link.ReadUntilAsync(RawLink.Denied);
        await SendInputAsync(link, 7);
        await SendInputAsync(link, 8);
        await AssertAliveAsync(link);
        AssertNoInput();
    }

    [Fact]
    public async Task Attach_ControlAfterItWasLoweredHere_DeniedUntilItIsRaisedHere()
    {
        await using RawLink link = await OpenAsync();
        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(7, Control));
        await link.ReadUntilAsync(RawLink.Attached);
        Grant grant = Assert.Single(_grants!.All);
        Assert.True(_grants.SetMode(grant, AccessMode.View).IsGranted);

        // Again under its id, under another, and after it has left.
        foreach (int id in (int[])[7, 8])
        {
            await link.SendAsync(RawLink.Attach, RawLink.AttachOf(id, Control));
            Assert.Contains("lowered-by-hand", Encoding.UTF8.GetString(await link.ReadUntilAsync(RawLink.Denied)), StringComparison.Ordinal);
        }

        await link.SendAsync(0x13, 0, 0, 0, 7);
        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(7, Control));
        await link.ReadUntilAsync(RawLink.Denied);
        await SendInputAsync(link, 7);
        await AssertAliveAsync(link);
        AssertNoInput();

        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(7, View));
        await link.ReadUntilAsync(RawLink.Attached);
        Assert.True(_grants.SetMode(Assert.Single(_grants.All), AccessMode.Control).IsGranted);
        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(8, Control));
        await link.ReadUntilAsync(RawLink.Attached);
    }

    [Fact]
    public async Task Picture_NeverAnsweredWithAPong_StopsAfterTheWindow()
    {
        await using RawLink link = await OpenAsync();
        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(7, View));
        await link.ReadUntilAsync(RawLink.Attached);
        byte[] ping = [];
        for (int i = 0; i < 8; i++)
        {
            await link.SendAsync(RawLink.Credit, RawLink.CreditOf(1));
            _source.RequestSize(new Size(100 + i, 60));
            await link.ReadUntilAsync(RawLink.Picture);
            ping = await link.ReadUntilAsync(RawLink.Ping);
        }

        // The ninth is not sent, so that what comes after a pong is the tenth.
        await link.SendAsync(RawLink.Credit, RawLink.CreditOf(1));
        await ShowAsync(new Size(200, 60));
        await AssertAliveAsync(link);
        await ShowAsync(new Size(300, 60));
        await link.SendAsync(RawLink.Pong, ping);
        Assert.Equal((300, 60), SizeOf(await link.ReadUntilAsync(RawLink.Picture)));
    }

    [Fact]
    public async Task ResizeRequest_FromAShadower_ChangesNothing()
    {
        await using RawLink link = await OpenAsync();
        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(7, Control));
        await link.SendAsync(RawLink.Resize, 0, 0, 0, 7, 0, 100, 0, 100);
        await AssertAliveAsync(link);
        Assert.Equal(new Size(80, 60), _directory.Find("alice")!.Surface.Size);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 9, 5, 1, 2, 3, 4, 5, 6, 7, 8 })]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 9, 1, 0x55, 0x4D, 0x42, 0x53, 0, 1, 0, 0 })]
    [InlineData(new byte[] { 0, 1, 0, 0, 1 })]
    [InlineData(new byte[] { 0x47, 0x45, 0x54, 0x20, 0x2F, 0x20, 0x48, 0x54, 0x54, 0x50 })]
    public async Task BeforeHello_AnythingElse_EndsWithoutAnAnswer(byte[] bytes)
    {
        await using RawLink link = await ConnectAsync();
        await link.SendBytesAsync(bytes);
        Assert.Equal([RawLink.Hello], (await link.ReadToEndAsync()).Types);
        await link.Done;
    }

    [Fact]
    public async Task Hello_VersionNotSpoken_ClosedAndTheRestIsNotHeard()
    {
        await using RawLink link = await ConnectAsync();
        await link.SendBytesAsync([.. RawLink.Frame(RawLink.Hello, RawLink.HelloOf("server-a", 0)),
            .. RawLink.Frame(RawLink.Open, RawLink.OpenOf("alice"))]);
        (List<byte> types, int reason, _) = await link.ReadToEndAsync();
        Assert.Equal([RawLink.Hello, RawLink.Close], types);
        Assert.Equal(102, reason);
    }

    [Fact]
    public async Task Hello_LaterVersionWithMoreFields_IsSpoken()
    {
        await using RawLink link = await ConnectAsync();
        await link.SendAsync(RawLink.Hello, [.. RawLink.HelloOf("server-a", 9), 1, 2, 3]);
        await link.SendAsync(RawLink.Open, RawLink.OpenOf("alice"));
        await link.ReadUntilAsync(RawLink.Opened);
    }

    [Fact]
    public async Task Hello_AnotherNodesName_Refused() =>
        await AssertRefusedAsync("certificate", await ConnectAsync(), [(RawLink.Hello, RawLink.HelloOf("server-c"))]);

    [Fact]
    public async Task Hello_Twice_Refused() =>
        await AssertRefusedAsync("hello", await HelloAsync(), [(RawLink.Hello, RawLink.HelloOf("server-a"))]);

    [Fact]
    public async Task Attach_BeforeOpen_Refused() =>
        await AssertRefusedAsync("before open", await HelloAsync(), [(RawLink.Attach, RawLink.AttachOf(1, View))]);

    [Fact]
    public async Task Open_Twice_Refused() =>
        await AssertRefusedAsync("opened twice", await OpenAsync(), [(RawLink.Open, RawLink.OpenOf("alice"))]);

    [Fact]
    public async Task Open_NoSuchSession_DeniedWithReasonThenClosed()
    {
        const int SessionNotFound = 5;
        await using RawLink link = await HelloAsync();
        await link.SendAsync(RawLink.Open, RawLink.OpenOf("nosuch"));
        byte[] denied = await link.ReadUntilAsync(RawLink.Denied);
        Assert.Equal((0, SessionNotFound), (BinaryPrimitives.ReadInt32BigEndian(denied), BinaryPrimitives.ReadUInt16BigEndian(denied.AsSpan(4))));
        (List<byte> types, int closed, _) = await link.ReadToEndAsync();
        Assert.Equal([RawLink.Close], types);
        Assert.Equal(SessionNotFound, closed);
        await link.Done;
    }

    [Fact]
    public async Task Refresh_SourceShowsSomethingElseNow_AnsweredBehindThatPicture()
    {
        await using RawLink link = await OpenAsync();
        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(7, View));
        await link.SendAsync(RawLink.Credit, RawLink.CreditOf(2));
        await link.ReadUntilAsync(RawLink.Picture);
        _source.Now = new Size(90, 70);
        await link.SendAsync(RawLink.Refresh);
        List<byte[]> pictures = [];
        for ((byte type, byte[] payload) = await link.ReadAsync(); type != RawLink.Refreshed; (type, payload) = await link.ReadAsync())
        {
            if (type == RawLink.Picture)
            {
                pictures.Add(payload);
            }
        }

        Assert.Equal((90, 70), SizeOf(Assert.Single(pictures)));
    }

    [Fact]
    public async Task Refresh_NothingNew_AnsweredWithoutAPicture()
    {
        await using RawLink link = await OpenAsync();
        await link.SendAsync(RawLink.Attach, RawLink.AttachOf(7, View));
        await link.SendAsync(RawLink.Credit, RawLink.CreditOf(2));
        await link.ReadUntilAsync(RawLink.Picture);
        await link.SendAsync(RawLink.Refresh);
        while (await link.ReadAsync() is var (type, _) && type != RawLink.Refreshed)
        {
            Assert.NotEqual(RawLink.Picture, type);
        }
    }

    [Fact]
    public async Task Open_ShadowingOff_DeniedNamingTheRuleWhateverIsAsked()
    {
        _ceiling = AccessMode.Off;
        await using RawLink link = await HelloAsync();
        await link.SendAsync(RawLink.Open, RawLink.OpenOf("nosuch"));
        Assert.Contains("shadowing=off", Encoding.UTF8.GetString(await link.ReadUntilAsync(RawLink.Denied)), StringComparison.Ordinal);
        await link.Done;
    }

    [Fact]
    public async Task Picture_FromANearNode_Refused()
    {
        byte[] picture = [.. new byte[8], 1, 0xFF, 1, 0, 80, 0, 60, 0, 0, 0, 1, 0, 0, 0, 0, 0, 16, 0, 16, 0, 0, 0, 7, 0x80, 1, 2, 3];
        await AssertRefusedAsync("no pictures", await OpenAsync(), [(RawLink.Picture, picture)]);
    }

    [Theory]
    [InlineData(RawLink.Attach)]
    [InlineData(RawLink.Key)]
    [InlineData(RawLink.Opened)]
    [InlineData(RawLink.Format)]
    [InlineData(RawLink.Credit)]
    public async Task AnyType_EmptyPayload_Refused(byte type) => await AssertRefusedAsync("link", await OpenAsync(), [(type, [])]);

    [Theory]
    [InlineData(RawLink.Key, 14)]
    [InlineData(RawLink.Ping, 9)]
    [InlineData(RawLink.Attach, 2315)]
    [InlineData(RawLink.Clipboard, 262149)]
    [InlineData(0x99, 1048577)]
    public async Task AnyType_OverItsLimit_RefusedBeforeThePayloadComes(byte type, int length)
    {
        await using RawLink link = await OpenAsync();
        long before = Pool.Root.Bytes;
        await link.SendBytesAsync([.. RawRfb.U32(length + 1), type]);
        (_, int reason, string text) = await link.ReadToEndAsync();
        Assert.Equal(ProtocolError, reason);
        Assert.Contains("limit", text, StringComparison.Ordinal);
        Assert.InRange(Pool.Root.Bytes - before, long.MinValue, 64 * 1024);
    }

    [Fact]
    public async Task UnknownTypes_Skipped()
    {
        await using RawLink link = await OpenAsync();
        await link.SendAsync(0x77, new byte[1024 * 1024]);
        await link.SendAsync(0xFE);
        await AssertAliveAsync(link);
    }

    [Fact]
    public async Task Attach_TwoThousand_TheLimitHoldsAndNamesItsRule()
    {
        await using RawLink link = await OpenAsync();
        Task sending = Task.Run(async () =>
        {
            for (int id = 1; id <= 2000; id++)
            {
                await link.SendAsync(RawLink.Attach, RawLink.AttachOf(id, View));
            }
        }, Timeout);
        int granted = 0;
        for (int i = 0; i < 2000; i++)
        {
            (byte type, byte[] payload) = await link.ReadAsync(0x23, 0x24, 0x26, RawLink.Opened);
            granted += type == RawLink.Attached ? 1 : 0;
            Assert.True(type == RawLink.Attached
                || Encoding.UTF8.GetString(payload).Contains("maxShadowsPerSession", StringComparison.Ordinal), $"type {type}");
        }

        await sending;
        Assert.Equal(MaxShadows, granted);
        await AssertAliveAsync(link);
    }

    [Theory]
    [InlineData(RawLink.Ping)]
    [InlineData(RawLink.Attach)]
    public async Task NeverReads_KeepsSending_CutOffWithBoundedMemory(byte type)
    {
        await using RawLink link = await OpenAsync();
        long before = Pool.Root.Bytes;
        byte[] frame = type == RawLink.Ping ? RawLink.Frame(type, new byte[8]) : RawLink.Frame(type, RawLink.AttachOf(1, View));
        byte[] many = [.. Enumerable.Repeat(frame, 1000).SelectMany(f => f)];
        long most = 0;
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
            {
                await link.SendBytesAsync(many);
                most = Math.Max(most, Pool.Root.Bytes - before);
            }
        });
        await link.Done;
        Assert.InRange(most, 0, 6 * 1024 * 1024);
        Assert.Contains(Log.Lines, line => line.Contains("does not read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Link_Ends_NoGrantIsLeft()
    {
        await using (RawLink link = await OpenAsync())
        {
            await link.SendAsync(RawLink.Attach, RawLink.AttachOf(1, Control));
            await link.ReadUntilAsync(RawLink.Attached);
            Assert.Single(_grants!.All);
            await link.SendBytesAsync(1, 2);
        }

        Assert.Empty(_grants!.All);
        Assert.Contains(Log.Lines, line => line.StartsWith("link from server-a ended", StringComparison.Ordinal));
    }

    private const int MaxShadows = 20;
    private Grants? _grants;

    private async Task<RawLink> ConnectAsync()
    {
        if (_directory.Find("alice") is null)
        {
            Session session = NewSession(_source);
            _directory.TryAdd(session);
            while (session.Commits == 0)
            {
                await Task.Delay(5, Timeout);
            }
        }

        _grants = new Grants("server-b", new ShadowPolicy(_ceiling, MaxShadows), TimeProvider.System, Log);
        return new RawLink(
            await ServeAsync(connection => ShadowStack.RunAsync(
                connection.Transport, "server-b", "server-a", Pool, _directory, _grants, TimeProvider.System, Log,
                    connection.ConnectionClosed)),
            Timeout);
    }

    private async Task ShowAsync(Size size)
    {
        Session session = _directory.Find("alice")!;
        _source.RequestSize(size);
        while (session.Surface.Size != size)
        {
            await Task.Delay(5, Timeout);
        }
    }

    private async Task<RawLink> HelloAsync()
    {
        RawLink link = await ConnectAsync();
        await link.SendAsync(RawLink.Hello, RawLink.HelloOf("server-a"));
        return link;
    }

    private async Task<RawLink> OpenAsync()
    {
        RawLink link = await HelloAsync();
        await link.SendAsync(RawLink.Open, RawLink.OpenOf("alice"));
        await link.ReadUntilAsync(RawLink.Opened);
        return link;
    }

    private static async Task AssertRefusedAsync(string reason, RawLink link, (byte Type, byte[] Payload)[] frames)
    {
        await using (link)
        {
            foreach ((byte type, byte[] payload) in frames)
            {
                await link.SendAsync(type, payload);
            }

            (_, int code, string text) = await link.ReadToEndAsync();
            Assert.Equal(ProtocolError, code);
            Assert.Contains(reason, text, StringComparison.OrdinalIgnoreCase);
            await link.Done;
        }
    }

    private static async Task SendInputAsync(RawLink link, int id)
    {
        await link.SendAsync(RawLink.Key, RawLink.KeyOf(id, 0x61, 1));
        await link.SendAsync(RawLink.Key, RawLink.KeyOf(id, 0x61, 0));
        await link.SendAsync(RawLink.Pointer, [.. RawRfb.U32(id), 0, 1, 0, 1, 1]);
        await link.SendAsync(RawLink.Clipboard, [.. RawRfb.U32(id), 0x61]);
    }

    /// <summary>A pong comes back only after everything before it was taken.</summary>
    private static async Task AssertAliveAsync(RawLink link)
    {
        await link.SendAsync(RawLink.Ping, 1, 2, 3, 4, 5, 6, 7, 8);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], await link.ReadUntilAsync(RawLink.Pong));
    }

    private void AssertNoInput()
    {
        Assert.Empty(_source.Keys);
        Assert.Empty(_source.Pointers);
        Assert.Empty(_source.Clipboards);
    }

    private static (int Width, int Height) SizeOf(byte[] picture) =>
        (BinaryPrimitives.ReadUInt16BigEndian(picture.AsSpan(11)), BinaryPrimitives.ReadUInt16BigEndian(picture.AsSpan(13)));
}
