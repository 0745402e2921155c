using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Umbra.Testing;
using Umbra.Transports.Tests.Contract;
using Umbra.Transports.Tls;

namespace Umbra.Transports.Tests.Tls;

public sealed class LinkTlsTests : PoolTest
{
    public static TheoryData<WireKind> Kinds => [WireKind.TcpTls, WireKind.PipeTls, WireKind.NetBiosTls, WireKind.MemoryTls];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Connect_BothAccepted_EachKnowsThePeer(WireKind kind)
    {
        TaskCompletionSource<string?> peer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Wire wire = await Wire.StartAsync(kind, Pool, connection =>
        {
            peer.SetResult(connection.PeerCertificate()?.Thumbprint);
            return Handlers.Echo(connection);
        });

        await using LinkTlsStream tls = await ConnectAsync(wire, TestCertificates.Near);

        Assert.Equal(SslProtocols.Tls13, tls.SslProtocol);
        Assert.Equal(TestCertificates.Target.Thumbprint, tls.PeerCertificate.Thumbprint);
        Assert.Equal(TestCertificates.Near.Thumbprint, await peer.Task.WaitAsync(Handlers.Limit));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Read_OurCertificateRefused_SaysSoAndTheServerLogsNoError(WireKind kind)
    {
        bool isServed = false;
        Wire wire = await Wire.StartAsync(kind, Pool, connection =>
        {
            isServed = true;
            return Handlers.Echo(connection);
        });
        for (int i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<CertificateRefusedException>(async () =>
            {
                await using LinkTlsStream tls = await ConnectAsync(wire, TestCertificates.Stranger);
                await tls.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Handlers.Limit);
            });
        }

        await wire.DisposeAsync();
        Assert.False(isServed);
        Assert.DoesNotContain(wire.Log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Read_NoCertificateGiven_IsRefusedToo()
    {
        bool isServed = false;
        Wire wire = await Wire.StartAsync(WireKind.TcpTls, Pool, connection =>
        {
            isServed = true;
            return Handlers.Echo(connection);
        });
        SslStream tls = new(await wire.ConnectBareAsync(), leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true });

        Exception? end = await Record.ExceptionAsync(() => tls.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Handlers.Limit));

        await tls.DisposeAsync();
        await wire.DisposeAsync();
        Assert.IsType<IOException>(end, exactMatch: false);
        Assert.False(isServed);
        Assert.DoesNotContain(wire.Log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Connect_CertificateRevokedSinceTheLastTime_IsRefused()
    {
        await using Wire wire = await Wire.StartAsync(WireKind.TcpTls, Pool, Handlers.Echo);
        await using (LinkTlsStream first = await ConnectAsync(wire, TestCertificates.Near))
        {
            await first.WriteAsync("x"u8.ToArray());
            await first.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Handlers.Limit);
        }

        wire.IsPeerAccepted = _ => false;

        await Assert.ThrowsAsync<CertificateRefusedException>(async () =>
        {
            await using LinkTlsStream second = await ConnectAsync(wire, TestCertificates.Near);
            await second.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Handlers.Limit);
        });
    }

    [Fact]
    public async Task Dispose_WhileWaitingForTheFirstByte_IsNotTakenForARefusal()
    {
        await using Wire wire = await Wire.StartAsync(WireKind.TcpTls, Pool, Handlers.Echo);
        LinkTlsStream tls = await ConnectAsync(wire, TestCertificates.Near);
        Task<int> reading = tls.ReadAsync(new byte[1]).AsTask();

        await tls.DisposeAsync();

        Assert.IsNotType<CertificateRefusedException>(await Record.ExceptionAsync(() => reading.WaitAsync(Handlers.Limit)));
    }

    [Fact]
    public async Task Connect_OlderTls_IsRefused()
    {
        await using Wire wire = await Wire.StartAsync(WireKind.TcpTls, Pool, Handlers.Echo);
        await using SslStream tls = new(await wire.ConnectBareAsync(), leaveInnerStreamOpen: false);
        using X509Certificate2 near = new(TestCertificates.Near);

        await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12,
            ClientCertificates = [near],
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        }));
    }

    [Fact]
    public async Task Connect_PeerNotAccepted_Throws()
    {
        await using Wire wire = await Wire.StartAsync(WireKind.TcpTls, Pool, Handlers.Echo);
        Stream bare = await wire.ConnectBareAsync();

        await Assert.ThrowsAsync<AuthenticationException>(() =>
            LinkTls.ConnectAsync(bare, TestTls.Client(TestCertificates.Near, _ => false), wire.Address.Driver.MaxTlsRecord, CancellationToken.None));
    }

    [Fact]
    public async Task Listen_BytesThatAreNoTls_AreDroppedWithoutAnAnswerFromUs()
    {
        Wire wire = await Wire.StartAsync(WireKind.TcpTls, Pool, Handlers.Echo);
        await using (Stream bare = await wire.ConnectBareAsync())
        {
            byte[] noise = new byte[4000];
            new Random(3).NextBytes(noise);
            await bare.WriteAsync(noise);
            byte[] answer = new byte[4000];
            try
            {
                while (await bare.ReadAsync(answer).AsTask().WaitAsync(Handlers.Limit) > 0)
                {
                }
            }
            catch (IOException)
            {
            }
        }

        await wire.DisposeAsync();
        Assert.DoesNotContain(wire.Log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Write_OverASlowWire_GoesInShortRecords()
    {
        const int MaxRecord = 1024;
        const int RecordOverhead = 22;
        await using Wire wire = await Wire.StartAsync(WireKind.MemoryTls, Pool, Handlers.Echo);
        WriteSizes bare = new(await wire.ConnectBareAsync());
        await using LinkTlsStream tls = await LinkTls.ConnectAsync(bare, TestTls.Client(TestCertificates.Near, _ => true), MaxRecord, CancellationToken.None);
        bare.Sizes.Clear();
        byte[] bytes = new byte[20_000];
        new Random(4).NextBytes(bytes);

        await tls.WriteAsync(bytes);

        Assert.Equal(bytes.Length + (20 * RecordOverhead), bare.Sizes.Sum());
        Assert.All(bare.Sizes, size => Assert.InRange(size, 1, MaxRecord + RecordOverhead));
        byte[] echo = new byte[bytes.Length];
        await tls.ReadExactlyAsync(echo).AsTask().WaitAsync(Handlers.Limit);
        Assert.Equal(bytes, echo);
    }

    private static async Task<LinkTlsStream> ConnectAsync(Wire wire, X509Certificate2 own) =>
        await LinkTls.ConnectAsync(await wire.ConnectBareAsync(), TestTls.Client(own, _ => true), wire.Address.Driver.MaxTlsRecord, CancellationToken.None)
            .WaitAsync(Handlers.Limit);
}
