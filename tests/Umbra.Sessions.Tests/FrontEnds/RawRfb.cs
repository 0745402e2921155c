using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>The viewer's side in plain bytes, written from RFC 6143 and rfbproto: shares no message class with the product.</summary>
internal sealed class RawRfb(Served served, CancellationToken timeout) : IAsyncDisposable
{
    private Stream _stream = served.Client;

    public int Width { get; private set; }

    public int Height { get; private set; }

    public int BytesPerPixel { get; set; } = 4;

    /// <summary>The server's handler has ended, by itself.</summary>
    public Task Done => served.Done;

    public async Task SendAsync(params byte[] bytes) => await _stream.WriteAsync(bytes, timeout);

    public Task SendAsync(string ascii) => SendAsync(Encoding.ASCII.GetBytes(ascii));

    public async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, timeout);
        return bytes;
    }

    public async Task<byte> ReadByteAsync() => (await ReadAsync(1))[0];

    public async Task<int> ReadU16Async() => BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(2));

    public async Task<int> ReadS32Async() => BinaryPrimitives.ReadInt32BigEndian(await ReadAsync(4));

    public async Task<string> ReadTextAsync() => Encoding.UTF8.GetString(await ReadAsync(await ReadS32Async()));

    /// <summary>Reads what still comes until the server closes; how many bytes that was.</summary>
    public async Task<long> ReadToEndAsync()
    {
        byte[] sink = new byte[4096];
        long total = 0;
        try
        {
            while (await _stream.ReadAsync(sink, timeout) is > 0 and int count)
            {
                total += count;
            }
        }
        catch (IOException)
        {
            // A reset is an end, too.
        }

        return total;
    }

    /// <summary>RFB 3.8, security None, shared; then ServerInit.</summary>
    public async Task OpenAsync()
    {
        await SayVersionAsync("003.008");
        Assert.Equal([1], await ReadAsync(await ReadByteAsync()));
        await SendAsync(1);
        Assert.Equal(0, await ReadS32Async());
        await InitAsync();
    }

    public async Task SayVersionAsync(string version)
    {
        Assert.Equal("RFB 003.008\n", Encoding.ASCII.GetString(await ReadAsync(12)));
        await SendAsync($"RFB {version}\n");
    }

    public async Task InitAsync(byte shared = 1)
    {
        await SendAsync(shared);
        Width = await ReadU16Async();
        Height = await ReadU16Async();
        Assert.Equal(new byte[] { 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0 }, (await ReadAsync(16))[..13]);
        await ReadTextAsync();
    }

    /// <summary>RFC 6143 7.2.2: DES with the password as key, each of its bytes with the bits in reverse.</summary>
    public async Task AnswerChallengeAsync(string password)
    {
        byte[] key = new byte[8];
        Encoding.Latin1.GetBytes(password, key);
        for (int i = 0; i < key.Length; i++)
        {
            key[i] = (byte)Enumerable.Range(0, 8).Sum(bit => (key[i] >> bit & 1) << (7 - bit));
        }

#pragma warning disable CA5351, CA5358 // The protocol says DES.
        using DES des = DES.Create();
        des.Key = key;
        await SendAsync(des.EncryptEcb(await ReadAsync(16), PaddingMode.None));
#pragma warning restore CA5351, CA5358
    }

    /// <summary>VeNCrypt 0.2 up to the end of the TLS handshake.</summary>
    public async Task<byte[]> UpgradeAsync(int subtype)
    {
        Assert.Equal([19], await ReadAsync(await ReadByteAsync()));
        await SendAsync(19);
        Assert.Equal([0, 2], await ReadAsync(2));
        await SendAsync(0, 2);
        Assert.Equal(0, await ReadByteAsync());
        Assert.Equal(1, await ReadByteAsync());
        Assert.Equal(subtype, await ReadS32Async());
        await SendAsync(U32(subtype));
        Assert.Equal(1, await ReadByteAsync());
        SslStream tls = new(_stream);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "",
                RemoteCertificateValidationCallback = (_, shown, _, _) =>
                shown is not null
            }, timeout);
        _stream = tls;
        return tls.RemoteCertificate!.GetRawCertData();
    }

    public Task SetEncodingsAsync(params int[] encodings) =>
        SendAsync([2, 0, .. U16(encodings.Length), .. encodings.SelectMany(U32)]);

    public Task RequestAsync(bool isIncremental = false) =>
        SendAsync([3, isIncremental ? (byte)1 : (byte)0, 0, 0, 0, 0, .. U16(Width), .. U16(Height)]);

    /// <summary>SetDesktopSize with so many screens.</summary>
    public Task SetDesktopSizeAsync(int width, int height, int screens = 1) => SendAsync(
    [
        251, 0, .. U16(width), .. U16(height), (byte)screens, 0,
        .. Enumerable.Range(1, screens).SelectMany(id => (byte[])[.. U32(id), 0, 0, 0, 0, .. U16(width), .. U16(height), 0, 0, 0, 0]),
    ]);

    /// <summary>The rest of a framebuffer update whose type is read; sizes in it hold from then on.</summary>
    public async Task<List<RawRect>> ReadUpdateAsync()
    {
        await ReadByteAsync();
        int count = await ReadU16Async();
        List<RawRect> rects = [];
        for (int i = 0; i < count; i++)
        {
            int[] place = [await ReadU16Async(), await ReadU16Async(), await ReadU16Async(), await ReadU16Async()];
            int encoding = await ReadS32Async();
            rects.Add(new RawRect(place[0], place[1], place[2], place[3], encoding, await ReadBodyAsync(encoding, place[2], place[3])));
            if (encoding == -223 || (encoding == -308 && place[1] == 0))
            {
                (Width, Height) = (place[2], place[3]);
            }
        }

        return rects;
    }

    /// <summary>Reads messages until an update comes that has a rectangle of this encoding; asks for more as needed.</summary>
    public async Task<RawRect> ReadRectAsync(int encoding)
    {
        while (true)
        {
            await ReadUntilAsync(0);
            if ((await ReadUpdateAsync()).FirstOrDefault(r => r.Encoding == encoding) is { } found)
            {
                return found;
            }

            await RequestAsync(isIncremental: true);
        }
    }

    /// <summary>
    /// The picture in Raw, put together from as many rectangles and updates as it takes. To be called after <see cref="RequestAsync"/>.
    /// </summary>
    public async Task<byte[]> ReadPictureAsync()
    {
        byte[] picture = new byte[Width * Height * BytesPerPixel];
        int missing = Width * Height;
        while (missing > 0)
        {
            await ReadUntilAsync(0);
            foreach (RawRect rect in (await ReadUpdateAsync()).Where(r => r.Encoding == 0))
            {
                for (int row = 0; row < rect.Height; row++)
                {
                    rect.Body.AsSpan(row * rect.Width * BytesPerPixel, rect.Width * BytesPerPixel)
                        .CopyTo(picture.AsSpan((((rect.Y + row) * Width) + rect.X) * BytesPerPixel));
                }

                missing -= rect.Width * rect.Height;
            }

            await RequestAsync(isIncremental: true);
        }

        return picture;
    }

    /// <summary>Reads up to the type of a message, over messages of other types.</summary>
    public async Task ReadUntilAsync(int type)
    {
        while (await ReadByteAsync() is byte got && got != type)
        {
            await SkipAsync(got);
        }
    }

    /// <summary>The text of a Latin-1 ServerCutText, or the body of an extended one, whose type is read.</summary>
    public async Task<(bool IsExtended, byte[] Body)> ReadCutTextAsync()
    {
        await ReadAsync(3);
        int length = await ReadS32Async();
        return (length < 0, await ReadAsync(Math.Abs(length)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_stream is SslStream tls)
        {
            await tls.DisposeAsync();
        }

        await served.DisposeAsync();
    }

    public static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] U32(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private async Task SkipAsync(byte type)
    {
        switch (type)
        {
            case 0:
                await ReadUpdateAsync();
                break;
            case 1:
                await ReadAsync(3);
                await ReadAsync(await ReadU16Async() * 6);
                break;
            case 2 or 150:
                break;
            case 3:
                await ReadCutTextAsync();
                break;
            case 248:
                await ReadFenceAsync();
                break;
            default:
                Assert.Fail($"unknown message {type}");
                break;
        }
    }

    /// <summary>A fence whose type is read: flags and payload.</summary>
    public async Task<(uint Flags, byte[] Payload)> ReadFenceAsync()
    {
        await ReadAsync(3);
        return ((uint)await ReadS32Async(), await ReadAsync(await ReadByteAsync()));
    }

    private async Task<byte[]> ReadBodyAsync(int encoding, int width, int height) => encoding switch
    {
        0 => await ReadAsync(width * height * BytesPerPixel),
        1 => await ReadAsync(4),
        -223 or -224 or -258 => [],
        -239 => await ReadAsync((width * height * BytesPerPixel) + ((width + 7) / 8 * height)),
        -314 => await ReadAsync(4 + (width * height * 4)),
        -307 => Encoding.UTF8.GetBytes(await ReadTextAsync()),
        -308 => await ReadScreensAsync(),
        -261 => await ReadAsync(1),
        0x574d5668 => await ReadAsync(4),
        _ => throw new InvalidDataException($"rectangle in encoding {encoding}"),
    };

    private async Task<byte[]> ReadScreensAsync()
    {
        byte[] head = await ReadAsync(4);
        return [.. head, .. await ReadAsync(head[0] * 16)];
    }
}
