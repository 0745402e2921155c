using System.Net;
using Umbra.Api;
using Umbra.Api.Client;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.BadInput;

/// <summary>VeNCrypt with the viewer people have, which checks the node's certificate itself.</summary>
public sealed class RealViewerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, "X509Vnc")]
    [InlineData(false, "X509None")]
    public async Task TigerVnc_WithTheNodesAuthority_Watches(bool withPassword, string securityType)
    {
        string viewer = Require.Program("vncviewer");

        // The certificate is for the node's name: so the viewer can be told to connect to that very name.
        await using NodeProcess node = await NodeProcess.StartAsync();
        await node.StopAsync();
        await node.RunAsync("node", "init", "--name", "localhost");
        await node.StartAgainAsync();
        using NodeClient api = new(node.ApiSocket, NodePair.Patience);
        await api.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat", new SizeInfo(320, 200)), Ct);
        ShadowInfo shadow = await api.StartShadowAsync(new StartShadowRequest("pat", Listen: "127.0.0.1:0", NoPassword: !withPassword), Ct);
        string password = node.PathOf("password");
        await File.WriteAllBytesAsync(password, await ObfuscateAsync(shadow.Password ?? ""), Ct);

        await using XDisplay display = await XDisplay.StartXvfbAsync(640, 480);
        ExternalProcess watching = display.Start(
            viewer, $"-SecurityTypes={securityType}", $"-X509CA={node.PathOf("state/ca.crt")}", $"-passwd={password}",
            $"localhost::{IPEndPoint.Parse(shadow.Listen).Port}");

        ShadowInfo now = shadow;
        await Eventually.TrueAsync(
            async () => (now = await api.GetShadowAsync(shadow.Id, Ct)) is { Viewers: 1, Frames: > 10 },
            "the viewer watches",
            () => $"{now}\n{watching.Errors}\n{node.Process.Errors}");
    }

    /// <summary>As the viewer's password file has it.</summary>
    private static async Task<byte[]> ObfuscateAsync(string password)
    {
        ProcessResult result = await ExternalProcess.RunAsync(
            "/bin/sh", ["-c", $"printf %s '{password}' | {Require.Program("tigervncpasswd")} -f | od -An -v -tx1"]);
        return Convert.FromHexString(result.EnsureSuccess().Output.Replace(" ", "", StringComparison.Ordinal).Trim());
    }
}
