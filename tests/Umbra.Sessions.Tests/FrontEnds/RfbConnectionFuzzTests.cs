using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Umbra.Sessions.FrontEnds;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>Viewers that go wrong in every way, on a session with a healthy one.</summary>
public sealed class RfbConnectionFuzzTests : FuzzTest
{
    private static readonly byte[][] Messages =
    [
        [0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0],
        [2, 0, 0, 16, .. ((int[])[7, 16, 5, 1, 0, -223, -224, -239, -258, -261, -307, -308, -312, -313, -26, -250]).SelectMany(RawRfb.U32)],
        [3, 0, 0, 0, 0, 0, 0, 96, 0, 64],
        [4, 1, 0, 0, 0, 0, 0, 0x61],
        [4, 0, 0, 0, 0, 0, 0, 0x61],
        [5, 1, 0, 10, 0, 10],
        [5, 0, 0, 20, 0, 10],
        [6, 0, 0, 0, 0, 0, 0, 3, 0x61, 0x62, 0x63],
        [248, 0, 0, 0, 0x80, 0, 0, 5, 4, 1, 2, 3, 4],
        [3, 1, 0, 0, 0, 0, 0, 96, 0, 64],
        [0, 0, 0, 0, 16, 16, 1, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0],
        [2, 0, 0, 6, .. ((int[])[16, 0, -314, -312, -313, unchecked((int)0xC0A1E5CE)]).SelectMany(RawRfb.U32)],
        [3, 0, 0, 0, 0, 0, 0, 96, 0, 64],
        Extended(0x1F000001, RawRfb.U32(100_000)),
        Extended(0x08000001, []),
        Extended(0x02000001, []),
        Extended(0x10000001, Deflate([0, 0, 0, 4, 0x61, 0x62, 0x63, 0])),
        [150, 1, 0, 0, 0, 0, 0, 96, 0, 64],
        [255, 0, 0, 1, 0, 0, 0, 0x62, 0, 0, 0, 0x30],
        [251, 0, 0, 120, 0, 80, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 120, 0, 80, 0, 0, 0, 0],
        [0, 0, 0, 0, 8, 8, 0, 0, .. new byte[12]],
        [2, 0, 0, 2, .. ((int[])[5, -223]).SelectMany(RawRfb.U32)],
        [3, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF],
        [150, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [3, 1, 0, 0, 0, 0, 0, 96, 0, 64],
    ];

    [Fact]
    public async Task Session_WithoutPassword_OutlivesEveryConversation()
    {
        byte[][] start = ["RFB 003.008\n"u8.ToArray(), [1], [1]];
        Session session = NewMovingSession();
        long answered = 0;
        await FuzzAsync(session, async seed => answered += await TalkAsync(AccessTo(session), [.. start, .. Messages], seed));
        Assert.True(answered > 0);
    }

    [Fact]
    public async Task Session_WithTickets_OutlivesEveryHandshake()
    {
        Session session = NewMovingSession();
        RfbAccess access = AccessTo(session) with { Tickets = new Tickets(TimeProvider.System, TimeSpan.FromMinutes(2)) };
        access.Tickets.Issue();
        await FuzzAsync(session, async seed =>
        {
            string version = seed % 3 == 0 ? "003" : seed % 3 == 1 ? "007" : "008";
            byte[][] handshake = [[.. "RFB 003."u8, .. System.Text.Encoding.ASCII.GetBytes(version), 10], [2], new byte[16], [1]];
            await TalkAsync(access, [.. handshake, .. Messages], seed);
        });
    }

    [Fact]
    public async Task Session_WithVeNCrypt_OutlivesEveryHandshake()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=server-a", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Session session = NewMovingSession();
        RfbAccess access = AccessTo(session) with { IsLocal = false, Certificate = () => certificate };
        byte[] hello = [22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, 0, 0];
        await FuzzAsync(session, async seed => await TalkAsync(
            access, ["RFB 003.008\n"u8.ToArray(), [19], [0, 2], [0, 0, 1, 4], hello, [23, 3, 3, 0, 20, .. new byte[20]]], seed));
    }

    private async Task<long> TalkAsync(RfbAccess access, byte[][] conversation, int seed)
    {
        Mutation mutation = new(seed);
        byte[] bytes = mutation.Apply(conversation);
        Served served = await ServeAsync(connection => RfbConnection.RunAsync(connection, access, TimeProvider.System, Log));
        return await BadPeer.TalkAsync(served, bytes, mutation.Random);
    }

    private static byte[] Extended(uint flags, byte[] rest) =>
        [6, 0, 0, 0, .. RawRfb.U32(-(4 + rest.Length)), .. RawRfb.U32((int)flags), .. rest];

    private static byte[] Deflate(byte[] bytes)
    {
        MemoryStream output = new();
        using (ZLibStream zlib = new(output, CompressionLevel.Fastest))
        {
            zlib.Write(bytes);
        }

        return output.ToArray();
    }
}
