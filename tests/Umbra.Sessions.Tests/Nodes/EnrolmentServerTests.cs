using System.Buffers.Binary;
using System.Security.Cryptography;
using CsCheck;
using Umbra.Core.Rfb;
using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Tests.Nodes;

public sealed class EnrolmentServerTests : NodeTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    public async Task HandleAsync_GoodRequestInPieces_Enrols(int piece)
    {
        TestNode node = NewNode("server-b");
        using OneWayStream stream = new(Frame(GoodRequest()), piece);
        Peer? peer = await node.Server.HandleAsync(stream, Invited(node), Timeout);

        Assert.Equal("server-a", peer?.Name);
        Assert.Equal(["tcp://a:1"], peer?.Addresses);
        Assert.Equal(EnrolAnswer.Type, stream.Output.ToArray()[4]);
        Assert.Equal(peer, node.State.Peers.Find("server-a"));
    }

    [Fact]
    public async Task HandleAsync_FrameOverTheLimit_RefusedBeforeMemoryIsTaken()
    {
        TestNode node = NewNode("server-b");
        using OneWayStream stream = new([0x7F, 0xFF, 0xFF, 0xFF, 64]);
        await Assert.ThrowsAsync<ProtocolException>(() => node.Server.HandleAsync(stream, Invited(node), Timeout));

        Assert.InRange(Account.PeakBytes, 0, 4096);
    }

    [Fact]
    public async Task HandleAsync_CutAnywhere_RefusedAndInviteKept()
    {
        TestNode node = NewNode("server-b");
        PeerIdentity invited = Invited(node);
        byte[] frame = Frame(GoodRequest());
        for (int length = 0; length < frame.Length; length++)
        {
            using OneWayStream stream = new(frame[..length]);
            if (length == 0)
            {
                Assert.Null(await node.Server.HandleAsync(stream, invited, Timeout));
            }
            else
            {
                await Assert.ThrowsAsync<ProtocolException>(() => node.Server.HandleAsync(stream, invited, Timeout));
            }

            Assert.Equal(0, stream.Output.Length);
        }

        Assert.Empty(node.State.Peers.All);
        Assert.Single(node.State.Invites.Outstanding);
    }

    [Fact]
    public async Task HandleAsync_Mutations_OnlyProtocolExceptionAndNobodyEnrolledByAccident()
    {
        TestNode node = NewNode("server-b");
        PeerIdentity invited = Invited(node);
        byte[] good = Frame(GoodRequest());
        int csrFrom = 5 + 2 + "server-a".Length + 2;
        int csrTo = good.Length - 1 - 2 - "tcp://a:1".Length;
        await Gen.Select(Gen.Int[csrFrom, csrTo - 1], Gen.Byte, Gen.Int[0, 4], Gen.Byte).SampleAsync(
            async (at, value, headerAt, headerValue) =>
            {
                byte[] bytes = [.. good];
                bytes[at] ^= (byte)(value | 1);
                bytes[headerAt] = headerValue < 64 ? headerValue : bytes[headerAt];
                using OneWayStream stream = new(bytes);
                await Assert.ThrowsAsync<ProtocolException>(() => node.Server.HandleAsync(stream, invited, Timeout));
            },
            seed: "0000KOa1Hxv5",
            iter: 1000,
            threads: 1);
        await Gen.Byte.Array[0, 200].SampleAsync(
            async bytes =>
            {
                using OneWayStream stream = new(bytes);
                try
                {
                    Assert.Null(await node.Server.HandleAsync(stream, invited, Timeout));
                }
                catch (ProtocolException)
                {
                    // The one way to complain.
                }
            },
            seed: "0000KOa1Hxv5",
            iter: 1000,
            threads: 1);

        Assert.Empty(node.State.Peers.All);
        Assert.Single(node.State.Invites.Outstanding);
    }

    [Fact]
    public async Task HandleAsync_RequestForAnotherKindOfKey_Refused()
    {
        TestNode node = NewNode("server-b");
        using RSA rsa = RSA.Create(2048);
        byte[] rsaRequest = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=server-a", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest();
        using ECDsa larger = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        foreach (byte[] request in new[] { rsaRequest, NodeCertificates.CreateSigningRequest(larger, "server-a") })
        {
            using OneWayStream stream = new(Frame(new EnrolRequest("server-a", request, [])));
            await Assert.ThrowsAsync<ProtocolException>(() => node.Server.HandleAsync(stream, Invited(node), Timeout));
        }
    }

    [Fact]
    public async Task HandleAsync_SilentClient_GivenUpAfterThirtySeconds()
    {
        TestNode node = NewNode("server-b");
        await using Wire wire = await Wire.OpenAsync();
        Task<Peer?> handling = node.Server.HandleAsync(wire.Server, Invited(node), Timeout);
        Assert.False(handling.IsCompleted);
        Time.Advance(EnrolmentLimits.Timeout);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handling.WaitAsync(Timeout));
        Assert.Single(node.State.Invites.Outstanding);
    }

    [Fact]
    public async Task HandleAsync_PlainPeer_IsABug()
    {
        TestNode node = NewNode("server-b");
        using OneWayStream stream = new([]);
        await Assert.ThrowsAsync<ArgumentException>(() => node.Server.HandleAsync(stream, PeerIdentity.Refused("x"), Timeout));
    }

    private static PeerIdentity Invited(TestNode node) => PeerIdentity.OfInvite(node.State.CreateInvite().PublicKeyHash);

    private static EnrolRequest GoodRequest()
    {
        using ECDsa key = NodeCertificates.NewKey();
        return new EnrolRequest("server-a", NodeCertificates.CreateSigningRequest(key, "server-a"), ["tcp://a:1"]);
    }

    private static byte[] Frame(EnrolRequest request)
    {
        byte[] payload = EnrolmentMessageTests.Bytes(request);
        byte[] frame = new byte[5 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length);
        frame[4] = EnrolRequest.Type;
        payload.CopyTo(frame, 5);
        return frame;
    }
}
