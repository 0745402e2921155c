using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Benchmarks.Link;

/// <summary>TLS 1.3 over a socket and nothing else: what the links are compared with.</summary>
internal static class PlainTls
{
    public static async Task<LinkRate> MeasureAsync(EndPoint at, TimeSpan time, CancellationToken cancellationToken)
    {
        ProtocolType protocol = at is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified;
        using Socket listener = new(at.AddressFamily, SocketType.Stream, protocol);
        listener.Bind(at);
        listener.Listen();
        using Socket near = new(at.AddressFamily, SocketType.Stream, protocol);
        await near.ConnectAsync(listener.LocalEndPoint!, cancellationToken);
        using Socket target = await listener.AcceptAsync(cancellationToken);
        if (at is IPEndPoint)
        {
            near.NoDelay = target.NoDelay = true;
        }

        await using SslStream reader = new(new NetworkStream(near));
        await using SslStream writer = new(new NetworkStream(target));
        SslServerAuthenticationOptions server = await TestTls.Server(TestCertificates.Target, _ => true).OnConnection(default!);
        await Task.WhenAll(
            reader.AuthenticateAsClientAsync(TestTls.Client(TestCertificates.Near, _ => true), cancellationToken), writer.AuthenticateAsServerAsync(server, cancellationToken));
        byte[] written = new byte[Transfer.WriteBytes];
        byte[] read = new byte[2 * Transfer.WriteBytes];
        Transfer transfer = new(() => writer.WriteAsync(written, CancellationToken.None), async () => await reader.ReadAsync(read, CancellationToken.None), () =>
        {
            near.Dispose();
            target.Dispose();
        });
        return await transfer.MeasureAsync(time, cancellationToken);
    }
}
