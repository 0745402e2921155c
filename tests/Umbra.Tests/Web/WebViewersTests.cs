using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Umbra.Api;
using Umbra.Testing;
using Umbra.Tests.Node;
using Umbra.Tests.Telemetry;

namespace Umbra.Tests.Web;

/// <summary>RFB over WebSockets: the same viewers, let in as carefully, at an address that serves nothing else and is not there unless asked for.</summary>
public sealed class WebViewersTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_WithItsOwnersPassword_ShowsAndControlsTheSession_AndLeavesNothing()
    {
        LogCollector log = new();
        await using LiveNode node = await StartAsync(log);
        await node.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat", new SizeInfo(320, 240)), Ct);
        TicketInfo ticket = await node.Operations.IssueTicketAsync("pat", new TicketRequest(), Ct);
        await using (WebSocketRelay relay = new(AddressOf(node, "/session/pat/rfb")))
        await using (RfbTestClient viewer = await ConnectAsync(relay, ticket.Password))
        {
            Assert.Equal([2], viewer.OfferedSecurity);
            Assert.Equal((320, 240), (viewer.Picture.Width, viewer.Picture.Height));
            for (int updates = 0; updates < 5; updates++)
            {
                await viewer.ReadPictureAsync(isIncremental: updates > 0, Ct);
            }

            Assert.Single((await node.Operations.GetPoolAsync(Ct)).Accounts, account => account.Name.StartsWith("web viewer ", StringComparison.Ordinal));
            Assert.Equal(1, (await node.Operations.GetSessionAsync("pat", Ct)).Viewers);
        }

        await MetricsTests.UntilAsync(async () => (await node.Operations.GetSessionAsync("pat", Ct)).Viewers == 0
            && !(await node.Operations.GetPoolAsync(Ct)).Accounts.Any(account => account.Name.StartsWith("web viewer ", StringComparison.Ordinal)));
        Assert.DoesNotContain(log.Lines, line => line.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Session_WithAWrongOrUsedPassword_IsRefused()
    {
        await using LiveNode node = await StartAsync();
        await node.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        TicketInfo ticket = await node.Operations.IssueTicketAsync("pat", new TicketRequest(), Ct);
        await using WebSocketRelay first = new(AddressOf(node, "/session/pat/rfb"));
        await using (await ConnectAsync(first, ticket.Password))
        {
        }

        await using WebSocketRelay relay = new(AddressOf(node, "/session/pat/rfb"));
        Assert.Contains("wrong or used", (await Assert.ThrowsAsync<IOException>(() => ConnectAsync(relay, ticket.Password))).Message, StringComparison.Ordinal);
    }

    /// <summary>A shadow without a password is for this machine's viewers, and not for whatever page is open in a browser here.</summary>
    [Fact]
    public async Task Shadow_WithItsPassword_IsServed_WithoutOneIsNot()
    {
        await using LiveNode node = await StartAsync();
        await node.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        ShadowInfo shadow = await node.Operations.StartShadowAsync(new StartShadowRequest("pat"), Ct);
        ShadowInfo open = await node.Operations.StartShadowAsync(new StartShadowRequest("pat", NoPassword: true), Ct);
        await using WebSocketRelay relay = new(AddressOf(node, $"/shadow/{shadow.Id}/rfb"));
        await using RfbTestClient viewer = await ConnectAsync(relay, shadow.Password!);
        await viewer.ReadPictureAsync(isIncremental: false, Ct);

        Assert.Equal(1, (await node.Operations.GetShadowAsync(shadow.Id, Ct)).Viewers);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(node, $"/shadow/{open.Id}/rfb"));
    }

    [Theory]
    [InlineData(null, HttpStatusCode.SwitchingProtocols)]
    [InlineData("http://HOST", HttpStatusCode.SwitchingProtocols)]
    [InlineData("https://desks.example", HttpStatusCode.SwitchingProtocols)]
    [InlineData("https://desks.example:8443", HttpStatusCode.Forbidden)]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    public async Task Origin_OfTheAddressOrAllowed_IsServed_AnyOtherIsNot(string? origin, HttpStatusCode expected)
    {
        LogCollector log = new();
        await using LiveNode node = await StartAsync(log);
        await node.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);

        Assert.Equal(expected, await StatusAsync(node, "/session/pat/rfb", origin?.Replace("HOST", AddressOf(node, "/").Authority, StringComparison.Ordinal)));

        // The connection was cut at once, which is no fault of ours.
        Assert.DoesNotContain(log.Lines, line => line.Level >= LogLevel.Error);
    }

    [Theory]
    [InlineData("binary", "binary")]
    [InlineData("base64", null)]
    [InlineData(null, null)]
    public async Task Protocol_Binary_IsAnsweredWhereAsked(string? asked, string? answered)
    {
        await using LiveNode node = await StartAsync();
        await node.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        using ClientWebSocket socket = new();
        if (asked is not null)
        {
            socket.Options.AddSubProtocol(asked);
        }

        await socket.ConnectAsync(AddressOf(node, "/session/pat/rfb"), Ct);
        Assert.Equal(answered, socket.SubProtocol);
    }

    [Fact]
    public async Task Address_ServesViewersAndNothingElse()
    {
        await using LiveNode node = await StartAsync();
        using HttpClient http = new() { BaseAddress = new UriBuilder(AddressOf(node, "/")) { Scheme = "http" }.Uri };
        foreach (string path in (string[])["/", "/metrics", Routes.Version, Routes.Sessions, Routes.OpenApi, "/session/pat", "/session/pat/rfb/x"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(path, Ct)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.UpgradeRequired, (await http.GetAsync("/session/pat/rfb", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(node, "/session/nobody/rfb"));
    }

    private static Task<LiveNode> StartAsync(LogCollector? log = null) => LiveNode.StartAsync(
        "server-a", settings => settings with { WebListen = new IPEndPoint(IPAddress.Loopback, 0), WebOrigins = ["https://desks.example"], LogLevel = LogLevel.Information }, log);

    private static Uri AddressOf(LiveNode node, string path)
    {
        string http = node.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Single(address => address.StartsWith("http://127.0.0.1:", StringComparison.Ordinal));
        return new UriBuilder(http) { Scheme = "ws", Path = path }.Uri;
    }

    private static Task<RfbTestClient> ConnectAsync(WebSocketRelay relay, string password) =>
        RfbTestClient.ConnectAsync(RfbTestOptions.For(relay.EndPoint.ToString(), password), Ct);

    /// <summary>What a WebSocket is answered.</summary>
    private static async Task<HttpStatusCode> StatusAsync(LiveNode node, string path, string? origin = null)
    {
        using ClientWebSocket socket = new();
        socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        try
        {
            await socket.ConnectAsync(AddressOf(node, path), Ct);
        }
        catch (WebSocketException)
        {
            // The status says why.
        }

        return socket.HttpStatusCode;
    }
}
