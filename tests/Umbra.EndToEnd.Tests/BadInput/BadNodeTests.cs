using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;
using Umbra.Transports.Tls;

namespace Umbra.EndToEnd.Tests.BadInput;

/// <summary>The link port of a running node: against strangers, who learn nothing, and against an enrolled node gone bad.</summary>
public sealed class BadNodeTests(BadInputRig rig) : IClassFixture<BadInputRig>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task Strangers_PlainBytes_GetNoApplicationByte() => rig.UnnoticedAsync(async () =>
    {
        byte[][] openings =
        [
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(),
            "RFB 003.008\n"u8.ToArray(),
            [0, 0, 0, 17, 1, .. "UMBR"u8, 0, 1, 0, 8, .. "server-a"u8],
            [22, 3, 1, 0xFF, 0xFF, .. new byte[4096]],
            [22, 3, 1, 0, 5, 1, 0xFF, 0xFF, 0xFF, 3],

            // A hello that ends before its extensions do, on which SslStream fails with an exception of another kind.
            [22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, 0, 0],
            [],
            .. Enumerable.Range(0, 40).Select(seed => Noise(seed, 1 << (seed % 16))),
        ];
        foreach (byte[] opening in openings)
        {
            using Socket socket = await ConnectAsync();
            await SendAsync(socket, opening);
            if (opening.Length > 0)
            {
                socket.Shutdown(SocketShutdown.Send);
            }

            // At most a TLS alert, which says that this was no TLS and nothing else.
            byte[] answer = opening.Length == 0 ? [] : await ReadToEndAsync(socket);
            Assert.True(answer.Length == 0 || (answer.Length == 7 && answer[0] == 21), Convert.ToHexString(answer));
        }
    });

    [Fact]
    public Task Strangers_WithTls_GetNoApplicationByteAndAreLogged() => rig.UnnoticedAsync(async () =>
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=server-a", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        using X509Certificate2 selfSigned = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Assert.Equal("nothing", await TryTlsAsync(null, SslProtocols.Tls13));
        Assert.Equal("nothing", await TryTlsAsync(selfSigned, SslProtocols.Tls13));
#pragma warning disable CA5398, SYSLIB0039 // Old versions are what is tested.
        Assert.Equal("no handshake", await TryTlsAsync(selfSigned, SslProtocols.Tls12));
#pragma warning restore CA5398, SYSLIB0039
        LineLog log = rig.Pair.Target.Process.Errors;
        await log.WaitForAsync(line => line.Contains("refused a node", StringComparison.Ordinal)
            && line.Contains("no certificate", StringComparison.Ordinal), NodePair.Patience);
        Assert.Contains("info:", await log.WaitForAsync(line => line.Contains("refused a node", StringComparison.Ordinal),
            NodePair.Patience), StringComparison.Ordinal);
    });

    [Fact]
    public Task Strangers_ManyAtOnce_TheLinkStays() => rig.UnnoticedAsync(async () =>
    {
        List<Socket> silent = [];
        for (int i = 0; i < 300; i++)
        {
            silent.Add(await ConnectAsync());
        }

        silent.ForEach(socket => socket.Dispose());
    });

    [Fact]
    public async Task EnrolledNode_GoneBad_IsCutOffAndNobodyNotices()
    {
        using EnrolledNode bad = await EnrolledNode.JoinAsync(rig.Pair, "server-c", Ct);
        byte[] hello = [0, 0, 0, 17, 1, .. "UMBR"u8, 0, 1, 0, 8, .. "server-c"u8];
        byte[] open = [0, 0, 0, 16, 2, 0, 3, .. "pat"u8, 1, 0, 8, .. "server-c"u8];
        byte[] attach = [0, 0, 0, 17, 0x10, 0, 0, 0, 1, 2, 0, 3, .. "bad"u8, 0, 0, 0, 0];
        byte[] credit = [0, 0, 0, 10, 0x22, 0, 0, 0, 0, 0, 0, 0, 0, 255];
        await rig.UnnoticedAsync(async () =>
        {
            byte[][] conversations =
            [
                [],
                hello[..9],
                [.. hello, 0xFF, 0xFF, 0xFF, 0xFF],
                [.. hello, .. attach],
                [.. hello, .. open, .. open],
                [.. hello, .. open, .. attach, .. credit, 0, 0x80, 0, 1, 0x21],
                [.. hello, .. open, .. Enumerable.Repeat(attach, 2000).SelectMany(a => a)],
                [.. hello, .. open, .. attach, .. credit, .. Noise(1, 10_000)],
                .. Enumerable.Range(0, 20).Select(seed => (byte[])[.. hello, .. Noise(seed, 1 << (seed % 16))]),
                .. Enumerable.Range(0, 10).Select(seed => Noise(seed, 1 << (seed % 16))),
            ];
            for (int i = 0; i < conversations.Length; i++)
            {
                await using LinkTlsStream link = await bad.ConnectAsync(Ct);
                await TryAsync(async () => await link.WriteAsync(conversations[i], Ct));
                if (i % 2 == 1)
                {
                    await TryAsync(async () => await link.ReadExactlyAsync(new byte[17], Ct));
                }
            }
        });
        await Eventually.TrueAsync(
            async () => (await rig.Pair.TargetApi.ListShadowsAsync(Ct)).All(s => !s.Shadower.StartsWith("bad", StringComparison.Ordinal)),
            "no grant of the bad node is left");
    }

    [Fact]
    public async Task EnrolledNode_NeverReadsButKeepsAsking_IsCutOff()
    {
        using EnrolledNode bad = await EnrolledNode.JoinAsync(rig.Pair, "server-d", Ct);
        byte[] hello = [0, 0, 0, 17, 1, .. "UMBR"u8, 0, 1, 0, 8, .. "server-d"u8];
        byte[] pings = [.. Enumerable.Repeat((byte[])[0, 0, 0, 9, 5, 1, 2, 3, 4, 5, 6, 7, 8], 1000).SelectMany(p => p)];
        await rig.UnnoticedAsync(async () =>
        {
            await using LinkTlsStream link = await bad.ConnectAsync(Ct);
            await link.WriteAsync(hello, Ct);
            await Assert.ThrowsAnyAsync<IOException>(async () =>
            {
                while (true)
                {
                    await link.WriteAsync(pings, Ct).AsTask().WaitAsync(NodePair.Patience, Ct);
                }
            });
        });
        await rig.Pair.Target.Process.Errors.WaitForAsync(line => line.Contains("does not read", StringComparison.Ordinal),
            NodePair.Patience);
    }

    private Task<Socket> ConnectAsync() => BadInputRig.ConnectAsync(rig.Pair.Target.PathOf("run/link.sock"), Ct);

    private async Task<string> TryTlsAsync(X509Certificate2? certificate, SslProtocols protocols)
    {
        using Socket socket = await ConnectAsync();
        await using SslStream tls = new(new NetworkStream(socket));
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = "",
            EnabledSslProtocols = protocols,
            ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options, Ct);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            return "no handshake";
        }

        try
        {
            byte[] bytes = new byte[100];
            int count = await tls.ReadAsync(bytes, Ct);
            return count == 0 ? "nothing" : Encoding.Latin1.GetString(bytes, 0, count);
        }
        catch (IOException)
        {
            return "nothing";
        }
    }

    private static byte[] Noise(int seed, int count)
    {
        byte[] noise = new byte[count];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    private static Task SendAsync(Socket socket, byte[] bytes) => TryAsync(async () => await socket.SendAsync(bytes, Ct));

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        MemoryStream all = new();
        byte[] some = new byte[4096];
        await TryAsync(async () =>
        {
            while (await socket.ReceiveAsync(some, Ct) is > 0 and int count)
            {
                all.Write(some, 0, count);
            }
        });
        return all.ToArray();
    }

    private static async Task TryAsync(Func<Task> bad)
    {
        try
        {
            await bad().WaitAsync(NodePair.Patience, Ct);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            // Hung up on, as is right.
        }
    }
}
