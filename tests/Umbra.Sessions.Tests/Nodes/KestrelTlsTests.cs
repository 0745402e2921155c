using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Umbra.Sessions.Tests.Nodes;

/// <summary>The options as the program uses them: Kestrel, a Unix socket, a connection handler.</summary>
public sealed class KestrelTlsTests : NodeTest
{
    [Fact]
    public async Task KestrelOptions_PeerAndStranger_OneIsServedTheOtherGetsNothing()
    {
        (TestNode issuer, TestNode member) = await EnrolledPairAsync();
        string socket = Path.Combine(issuer.Path, "link.sock");
        int handled = 0;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(socket, l =>
        {
            l.UseHttps(issuer.Tls.KestrelOptions());
            l.Run(async connection =>
            {
                Interlocked.Increment(ref handled);
                string? name = issuer.Tls.IdentifyClient(connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate).Peer?.Name;
                await connection.Transport.Output.WriteAsync(System.Text.Encoding.ASCII.GetBytes(name ?? "nobody"), Timeout);
            });
        }));
        await using WebApplication app = builder.Build();
        await app.StartAsync(Timeout);

        Assert.Equal("server-a", await ReadAsync(socket, member.Tls.ClientOptions("server-b")));
        Assert.Equal("", await ReadAsync(socket, NodeTlsTests.Stranger(null)));
        Assert.Equal(1, handled);
        await app.StopAsync(Timeout);
    }

    private async Task<string> ReadAsync(string path, SslClientAuthenticationOptions options)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), Timeout);
        await using SslStream tls = new(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(options, Timeout);
        using StreamReader reader = new(tls);
        try
        {
            return await reader.ReadToEndAsync(Timeout);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
