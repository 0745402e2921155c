using System.Buffers;
using System.Net;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.NetBios;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.NetBios;

public sealed class SessionHandshakeTests : PoolTest
{
    private const string CalledLetters = "4646454e45434643454244414442434143414341434143414341434143414341";
    private const string Called = "20" + CalledLetters + "00";
    private const string Calling = "20" + "4544454d454a4546454f46454543434143414341434143414341434143414141" + "00";
    private const string Request = "81000044" + Called + Calling;

    private static readonly SessionRequest ClientBToUmbra = new(NetBiosNameTests.Parse("UMBRA01"), NetBiosNameTests.Parse("CLIENTB#00"));

    private MemoryPool<byte> Memory => Pool.AsMemoryPool(BufferTag.Test, Account);

    [Theory]
    [InlineData("82000000", null, null)]
    [InlineData("8300000182", (int)SessionRefusal.CalledNameNotPresent, null)]
    [InlineData("8300000142", 0x42, null)]
    [InlineData("840000060a4d00021f90", null, "10.77.0.2:8080")]
    public async Task Request_Answered_SaysHow(string answer, int? refusal, string? retarget)
    {
        using StreamPair pair = await StreamPair.ConnectAsync();
        Task<byte[]> serving = ServeAsync(pair, answer + "00000001");

        SessionAnswer read = await SessionHandshake.RequestAsync(pair.Near, ClientBToUmbra, Memory, CancellationToken.None);

        Assert.Equal(new SessionAnswer((SessionRefusal?)refusal, retarget is null ? null : IPEndPoint.Parse(retarget)), read);
        Assert.Equal(Request, Convert.ToHexStringLower(await serving));

        // What comes behind is not the handshake's.
        byte[] behind = new byte[4];
        await pair.Near.ReadExactlyAsync(behind);
        Assert.Equal([0, 0, 0, 1], behind);
    }

    [Theory]
    [InlineData("82000001")]
    [InlineData("82800000")]
    [InlineData("83000000")]
    [InlineData("83000002")]
    [InlineData("84000005")]
    [InlineData("85000000")]
    [InlineData("00000004")]
    [InlineData("48545450")]
    public async Task Request_AnsweredWithSomethingElse_IsRefused(string answer)
    {
        using StreamPair pair = await StreamPair.ConnectAsync();
        Task serving = ServeAsync(pair, answer);

        IOException wrong = await Assert.ThrowsAsync<IOException>(() =>
            SessionHandshake.RequestAsync(pair.Near, ClientBToUmbra, Memory, CancellationToken.None).AsTask());

        Assert.Contains("does not speak", wrong.Message, StringComparison.Ordinal);
        await serving;
    }

    [Theory]
    [InlineData("")]
    [InlineData("8200")]
    [InlineData("83000001")]
    [InlineData("840000060a4d")]
    public async Task Request_EndBeforeTheAnswerIsWhole_IsAnError(string answer)
    {
        using StreamPair pair = await StreamPair.ConnectAsync();
        Task serving = ServeAsync(pair, answer);

        Task<SessionAnswer> request = SessionHandshake.RequestAsync(pair.Near, ClientBToUmbra, Memory, CancellationToken.None).AsTask();
        await serving;
        pair.Far.Dispose();

        await Assert.ThrowsAsync<EndOfStreamException>(() => request.WaitAsync(Handlers.Limit));
    }

    [Theory]
    [InlineData(null, "82000000")]
    [InlineData((int)SessionRefusal.CalledNameNotPresent, "8300000182")]
    [InlineData((int)SessionRefusal.InsufficientResources, "8300000183")]
    public async Task Answer_ARequest_InPieces_SaysWhatTheCheckSays(int? refusal, string expected)
    {
        byte[] request = Convert.FromHexString(Request);
        for (int split = 0; split <= request.Length; split += 9)
        {
            using StreamPair pair = await StreamPair.ConnectAsync();
            NetBiosName asked = default;
            Task<(SessionRequest Request, SessionRefusal? Refusal)?> answering = SessionHandshake.AnswerAsync(pair.Far, name =>
            {
                asked = name;
                return (SessionRefusal?)refusal;
            }, Memory, CancellationToken.None).AsTask();
            await pair.Near.WriteAsync(request.AsMemory(0, split));
            await Task.Yield();
            await pair.Near.WriteAsync(request.AsMemory(split));

            Assert.Equal((ClientBToUmbra, (SessionRefusal?)refusal), await answering.WaitAsync(Handlers.Limit));

            Assert.Equal(ClientBToUmbra.Called, asked);
            pair.Far.Dispose();
            Assert.Equal(expected, Convert.ToHexStringLower(await ReadAllAsync(pair.Near)));
        }
    }

    [Theory]
    [InlineData("85000000" + Request)]
    [InlineData("00000001" + "00")]
    [InlineData("81000043" + Called + Calling)]
    [InlineData("81000045" + Called + Calling + "00")]
    [InlineData("81010044" + Called + Calling)]
    [InlineData("81800044" + Called + Calling)]
    [InlineData("81000044" + Calling + "20" + CalledLetters + "01")]
    [InlineData("81000044" + Called + "20" + CalledLetters + "c0")]
    [InlineData("474554202f20485454502f312e310d0a")]
    public async Task Answer_WhatIsNoRequest_IsNotAnswered(string bytes)
    {
        using StreamPair pair = await StreamPair.ConnectAsync();
        await pair.Near.WriteAsync(Convert.FromHexString(bytes));

        Assert.Null(await SessionHandshake.AnswerAsync(pair.Far, _ => null, Memory, CancellationToken.None).AsTask().WaitAsync(Handlers.Limit));

        pair.Far.Dispose();
        Assert.Empty(await ReadAllAsync(pair.Near));
    }

    /// <summary>Never an exception but for the end, never an answer to anything but two good names.</summary>
    [Fact]
    public async Task Answer_MutatedRequests_EndInAnAnswerNoneOrTheEnd()
    {
        Random random = new(11);
        byte[] request = Convert.FromHexString(Request);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. request.AsSpan(0, random.Next(request.Length + 1))];
            for (int changes = random.Next(3); changes > 0 && bytes.Length > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            using Script stream = new(bytes);
            try
            {
                (SessionRequest Request, SessionRefusal? Refusal)? answer = await SessionHandshake.AnswerAsync(stream, _ => null, Memory, CancellationToken.None);
                Assert.Equal(answer is null ? [] : [0x82, 0, 0, 0], stream.Written.ToArray());
            }
            catch (EndOfStreamException)
            {
                Assert.True(bytes.Length < request.Length);
            }
        }
    }

    private static async Task<byte[]> ServeAsync(StreamPair pair, string answer)
    {
        byte[] request = new byte[SessionHeader.Size + SessionRequest.Size];
        await pair.Far.ReadExactlyAsync(request).AsTask().WaitAsync(Handlers.Limit);
        await pair.Far.WriteAsync(Convert.FromHexString(answer));
        return request;
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using MemoryStream all = new();
        try
        {
            await stream.CopyToAsync(all).WaitAsync(Handlers.Limit);
        }
        catch (IOException)
        {
            // Reset: the other end had not read everything.
        }

        return all.ToArray();
    }
}
