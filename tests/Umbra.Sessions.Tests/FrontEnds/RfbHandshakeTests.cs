using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Umbra.Sessions.FrontEnds;
using Umbra.Transports.Listening;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>Versions and security types, in plain bytes (RFC 6143 7.1 to 7.3, VeNCrypt of rfbproto).</summary>
public sealed class RfbHandshakeTests : PeerTest
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly X509Certificate2 _certificate = NewCertificate();

    private Tickets NewTickets() => new(_time, TimeSpan.FromMinutes(2));

    [Theory]
    [InlineData("003.003")]
    [InlineData("003.005")]
    [InlineData("003.889")]
    [InlineData("004.001")]
    public async Task Version33_NoPassword_ServerDecidesNoneWithoutResult(string version)
    {
        await using RawRfb rfb = await ConnectAsync(AccessTo(NewStillSession()));
        await rfb.SayVersionAsync(version);
        Assert.Equal(1, await rfb.ReadS32Async());
        await rfb.InitAsync();
        Assert.Equal((80, 60), (rfb.Width, rfb.Height));
    }

    [Fact]
    public async Task Version33_Password_ServerDecidesVncAuth()
    {
        Tickets tickets = NewTickets();
        await using RawRfb rfb = await ConnectAsync(AccessTo(NewStillSession()) with { Tickets = tickets });
        await rfb.SayVersionAsync("003.003");
        Assert.Equal(2, await rfb.ReadS32Async());
        await rfb.AnswerChallengeAsync(tickets.Issue());
        Assert.Equal(0, await rfb.ReadS32Async());
        await rfb.InitAsync();
    }

    [Fact]
    public async Task Version33_OnlyEncryptionOffered_RefusedWithReason()
    {
        await using RawRfb rfb = await ConnectAsync(AccessTo(NewStillSession()) with { IsLocal = false, Certificate = () => _certificate });
        await rfb.SayVersionAsync("003.003");
        Assert.Equal(0, await rfb.ReadS32Async());
        Assert.Contains("encryption", await rfb.ReadTextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await rfb.ReadToEndAsync());
    }

    [Fact]
    public async Task Version37_NoPassword_ListButNoResult()
    {
        await using RawRfb rfb = await ConnectAsync(AccessTo(NewStillSession()));
        await rfb.SayVersionAsync("003.007");
        Assert.Equal([1], await rfb.ReadAsync(await rfb.ReadByteAsync()));
        await rfb.SendAsync(1);
        await rfb.InitAsync();
    }

    [Fact]
    public async Task Version37_WrongPassword_ResultWithoutReason()
    {
        Tickets tickets = NewTickets();
        tickets.Issue();
        await using RawRfb rfb = await ConnectAsync(AccessTo(NewStillSession()) with { Tickets = tickets });
        await rfb.SayVersionAsync("003.007");
        await GuessAsync(rfb, "guess");
        Assert.Equal(1, await rfb.ReadS32Async());
        Assert.Equal(0, await rfb.ReadToEndAsync());
    }

    [Fact]
    public async Task Version38_WrongPassword_ResultWithReasonText()
    {
        Tickets tickets = NewTickets();
        tickets.Issue();
        Assert.Contains("password", await TryAsync(tickets, "guess"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ticket_UsedTwice_SecondIsRefused()
    {
        Tickets tickets = NewTickets();
        string ticket = tickets.Issue();
        Assert.Null(await TryAsync(tickets, ticket));
        Assert.NotNull(await TryAsync(tickets, ticket));
    }

    [Fact]
    public async Task Ticket_Expired_Refused()
    {
        Tickets tickets = NewTickets();
        string ticket = tickets.Issue();
        _time.Advance(tickets.Lifetime + TimeSpan.FromSeconds(1));
        Assert.NotNull(await TryAsync(tickets, ticket));
    }

    [Fact]
    public async Task Ticket_TooManyGuesses_AllAreVoid()
    {
        Tickets tickets = NewTickets();
        string ticket = tickets.Issue();
        for (int i = 0; i < Tickets.MaxFailures; i++)
        {
            Assert.NotNull(await TryAsync(tickets, $"guess{i}"));
        }

        Assert.NotNull(await TryAsync(tickets, ticket));
    }

    [Fact]
    public async Task Ticket_FewGuesses_StillOpens()
    {
        Tickets tickets = NewTickets();
        string ticket = tickets.Issue();
        for (int i = 0; i < Tickets.MaxFailures - 1; i++)
        {
            Assert.NotNull(await TryAsync(tickets, $"guess{i}"));
        }

        Assert.Null(await TryAsync(tickets, ticket));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(19)]
    [InlineData(0)]
    [InlineData(255)]
    public async Task SecurityType_NotOffered_RefusedWithReason(byte type)
    {
        await using RawRfb rfb = await ConnectAsync(AccessTo(NewStillSession()) with { Tickets = NewTickets() });
        await rfb.SayVersionAsync("003.008");
        Assert.Equal([2], await rfb.ReadAsync(await rfb.ReadByteAsync()));
        await rfb.SendAsync(type);
        Assert.Equal(1, await rfb.ReadS32Async());
        Assert.Contains($"{type} was not offered", await rfb.ReadTextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await rfb.ReadToEndAsync());
    }

    [Fact]
    public async Task Offer_LocalWithCertificate_VncAuthThenVeNCrypt()
    {
        await using RawRfb rfb = await ConnectAsync(AccessTo(NewStillSession()) with
        {
            Tickets = NewTickets(),
            Certificate = () => _certificate
        });
        await rfb.SayVersionAsync("003.008");
        Assert.Equal([2, 19], await rfb.ReadAsync(await rfb.ReadByteAsync()));
    }

    [Fact]
    public async Task Offer_NotLocalWithoutCertificate_NothingWithReason()
    {
        await using RawRfb rfb = await ConnectAsync(AccessTo(NewStillSession()) with { Tickets = NewTickets(), IsLocal = false });
        await rfb.SayVersionAsync("003.008");
        Assert.Equal(0, await rfb.ReadByteAsync());
        Assert.Contains("encryption", await rfb.ReadTextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await rfb.ReadToEndAsync());
    }

    [Theory]
    [InlineData("RFB 003.002\n")]
    [InlineData("RFB 002.008\n")]
    [InlineData("RFB 00x.008\n")]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\0")]
    public async Task Version_NotRfb_Closed(string line)
    {
        await using RawRfb rfb = await ConnectAsync(AccessTo(NewStillSession()));
        await rfb.ReadAsync(12);
        await rfb.SendAsync(line);
        Assert.Equal(0, await rfb.ReadToEndAsync());
        await rfb.Done;
    }

    [Fact]
    public async Task Init_NotShared_OthersStay()
    {
        Session session = NewStillSession();
        await using RawRfb first = await ConnectAsync(AccessTo(session));
        await first.OpenAsync();
        await using RawRfb second = await ConnectAsync(AccessTo(session));
        await second.SayVersionAsync("003.003");
        await second.ReadS32Async();
        await second.InitAsync(shared: 0);
        await first.RequestAsync();
        Assert.NotEmpty((await first.ReadRectAsync(0)).Body);
    }

    [Fact]
    public async Task VeNCrypt_X509None_OpensUnderTls()
    {
        await using RawRfb rfb = await ConnectAsync(AccessTo(NewStillSession()) with { IsLocal = false, Certificate = () => _certificate });
        await rfb.SayVersionAsync("003.008");
        await rfb.UpgradeAsync(260);
        Assert.Equal(0, await rfb.ReadS32Async());
        await rfb.InitAsync();
        await rfb.RequestAsync();
        Assert.Equal(80 * 60 * 4, (await rfb.ReadPictureAsync()).Length);
    }

    [Fact]
    public async Task VeNCrypt_X509Vnc_TicketOpensOnce()
    {
        Tickets tickets = NewTickets();
        string ticket = tickets.Issue();
        RfbAccess access = AccessTo(NewStillSession()) with { IsLocal = false, Certificate = () => _certificate, Tickets = tickets };
        for (int i = 0; i < 2; i++)
        {
            await using RawRfb rfb = await ConnectAsync(access);
            await rfb.SayVersionAsync("003.008");
            await rfb.UpgradeAsync(261);
            await rfb.AnswerChallengeAsync(ticket);
            Assert.Equal(i, await rfb.ReadS32Async());
            if (i == 0)
            {
                await rfb.InitAsync();
            }
            else
            {
                Assert.Contains("password", await rfb.ReadTextAsync(), StringComparison.Ordinal);
                Assert.Equal(0, await rfb.ReadToEndAsync());
            }
        }
    }

    [Fact]
    public async Task VeNCrypt_WrongPasswordAndMore_NothingIsLeftBehind()
    {
        RfbAccess access = AccessTo(NewStillSession()) with { IsLocal = false, Certificate = () => _certificate, Tickets = NewTickets() };
        await using RawRfb rfb = await ConnectAsync(access);
        await rfb.SayVersionAsync("003.008");
        await rfb.UpgradeAsync(261);
        await rfb.ReadAsync(16);
        await rfb.SendAsync(new byte[100]);
        Assert.Equal(1, await rfb.ReadS32Async());
        await rfb.ReadTextAsync();
        await rfb.Done;
    }

    [Fact]
    public async Task VeNCrypt_CertificateWasReplaced_NextViewerSeesTheNewOne()
    {
        using X509Certificate2 second = NewCertificate();
        X509Certificate2 now = _certificate;
        RfbAccess access = AccessTo(NewStillSession()) with { IsLocal = false, Certificate = () => now };
        foreach (X509Certificate2 expected in (X509Certificate2[])[_certificate, second])
        {
            now = expected;
            await using RawRfb rfb = await ConnectAsync(access);
            await rfb.SayVersionAsync("003.008");
            Assert.Equal(expected.RawData, await rfb.UpgradeAsync(260));
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(255, 255)]
    public async Task VeNCrypt_OtherVersion_Refused(byte major, byte minor)
    {
        await using RawRfb rfb = await ConnectAsync(AccessTo(NewStillSession()) with { IsLocal = false, Certificate = () => _certificate });
        await rfb.SayVersionAsync("003.008");
        await rfb.ReadAsync(2);
        await rfb.SendAsync(19);
        await rfb.ReadAsync(2);
        await rfb.SendAsync(major, minor);
        Assert.Equal(255, await rfb.ReadByteAsync());
        Assert.Equal(0, await rfb.ReadToEndAsync());
    }

    [Theory]
    [InlineData(257)]
    [InlineData(258)]
    [InlineData(260)]
    [InlineData(-1)]
    public async Task VeNCrypt_SubtypeNotOffered_Refused(int subtype)
    {
        await using RawRfb rfb = await VeNCryptAsync(subtype);
        Assert.Equal(0, await rfb.ReadByteAsync());
        Assert.Equal(0, await rfb.ReadToEndAsync());
    }

    [Fact]
    public async Task VeNCrypt_NoPlaceForOneMore_RefusedWithReasonUntilOneLeaves()
    {
        ConnectionGate gate = new(new ConnectionLimits(1, int.MaxValue), TimeProvider.System);
        GateEntry taken = gate.TryEnter()!;
        RfbAccess access = AccessTo(NewStillSession()) with { IsLocal = false, Certificate = () => _certificate, Encrypted = gate };
        await using (RawRfb rfb = await ConnectAsync(access))
        {
            await rfb.SayVersionAsync("003.008");
            Assert.Equal([19], await rfb.ReadAsync(await rfb.ReadByteAsync()));
            await rfb.SendAsync(19);
            Assert.Equal(1, await rfb.ReadS32Async());
            Assert.Contains("maxConnections", await rfb.ReadTextAsync(), StringComparison.Ordinal);
        }

        taken.Dispose();
        await using RawRfb next = await ConnectAsync(access);
        await next.SayVersionAsync("003.008");
        await next.ReadAsync(await next.ReadByteAsync());
        await next.SendAsync(19);
        Assert.Equal([0, 2], await next.ReadAsync(2));
        Assert.Equal(1, gate.Count);
    }

    [Fact]
    public async Task VeNCrypt_GarbageForTls_Closed()
    {
        await using RawRfb rfb = await VeNCryptAsync(261);
        Assert.Equal(1, await rfb.ReadByteAsync());
        await rfb.SendAsync(RandomNumberGenerator.GetBytes(4096));
        await rfb.ReadToEndAsync();
        await rfb.Done;
    }

    [Fact]
    public async Task VeNCrypt_HelloThatEndsBeforeItsExtensions_Closed()
    {
        await using RawRfb rfb = await VeNCryptAsync(261);
        Assert.Equal(1, await rfb.ReadByteAsync());
        await rfb.SendAsync([22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, 0, 0]);
        await rfb.ReadToEndAsync();
        await rfb.Done;
        Assert.Contains(Log.Lines, line => line.Contains("tls failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task VeNCrypt_LeftInTlsHandshake_Closed()
    {
        await using RawRfb rfb = await VeNCryptAsync(261);
        Assert.Equal(1, await rfb.ReadByteAsync());
        await rfb.SendAsync(0x16, 3, 1, 2, 0, 1);
    }

    protected override void Dispose(bool disposing)
    {
        _certificate.Dispose();
        base.Dispose(disposing);
    }

    private async Task<RawRfb> VeNCryptAsync(int subtype)
    {
        RawRfb rfb = await ConnectAsync(AccessTo(NewSession(new StillSource(new(80, 60)))) with
        {
            IsLocal = false,
            Certificate = () => _certificate,
            Tickets = NewTickets()
        });
        await rfb.SayVersionAsync("003.008");
        await rfb.ReadAsync(2);
        await rfb.SendAsync(19);
        await rfb.ReadAsync(2);
        await rfb.SendAsync(0, 2);
        await rfb.ReadAsync(6);
        await rfb.SendAsync(RawRfb.U32(subtype));
        return rfb;
    }

    /// <summary>Null where the password opened; else the reason given.</summary>
    private async Task<string?> TryAsync(Tickets tickets, string password)
    {
        Session session = NewStillSession();
        await using RawRfb rfb = await ConnectAsync(AccessTo(session) with { Tickets = tickets });
        await rfb.SayVersionAsync("003.008");
        await GuessAsync(rfb, password);
        if (await rfb.ReadS32Async() == 0)
        {
            await rfb.InitAsync();
            return null;
        }

        string reason = await rfb.ReadTextAsync();
        Assert.Equal(0, await rfb.ReadToEndAsync());
        return reason;
    }

    private static async Task GuessAsync(RawRfb rfb, string password)
    {
        Assert.Equal([2], await rfb.ReadAsync(await rfb.ReadByteAsync()));
        await rfb.SendAsync(2);
        await rfb.AnswerChallengeAsync(password);
    }

    private static X509Certificate2 NewCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=server-a", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
