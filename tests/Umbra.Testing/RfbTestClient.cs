using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Umbra.Testing;

/// <summary>
/// A small RFB client written against RFC 6143 and rfbproto alone, for load and fault tests: it shares no message class and no decoder with
/// the product, so it agrees with the server only where both follow the documents. One reader and one writer at a time.
/// Its picture holds what Raw, CopyRect and Tight's fill and zlib rectangles said; JPEG, Hextile and ZRLE are not decoded (Hextile not at
/// all), see
/// <see cref="UndecodedRectangles"/>.
/// </summary>
public sealed partial class RfbTestClient : IAsyncDisposable
{
    private readonly RfbTestStream _stream;
    private readonly RfbTestOptions _options;
    private readonly RfbTightReader _tight;

    private RfbTestClient(RfbTestStream stream, RfbTestOptions options)
    {
        _stream = stream;
        _options = options;
        _tight = new RfbTightReader(options.Decodes);
    }

    public BgrxImage Picture { get; private set; } = new(0, 0, []);

    public string Name { get; private set; } = "";

    /// <summary>Security types as the server listed them.</summary>
    public IReadOnlyList<byte> OfferedSecurity { get; private set; } = [];

    public long BytesRead => _stream.BytesRead;

    public int Updates { get; private set; }

    public int Rectangles { get; private set; }

    public int CopyRectangles { get; private set; }

    /// <summary>
    /// Rectangles in encodings that were skipped by their length; 0 means that <see cref="Picture"/> is what the server sent.
    /// </summary>
    public int UndecodedRectangles { get; private set; }

    public int Resizes { get; private set; }

    /// <summary>Reason and status of the last extended desktop size; null before the first.</summary>
    public (int Reason, int Status)? LastSizeAnswer { get; private set; }

    public int Bells { get; private set; }

    public int CursorShapes { get; private set; }

    /// <summary>Those of <see cref="CursorShapes"/> that are not empty.</summary>
    public int VisibleCursorShapes { get; private set; }

    public byte? Leds { get; private set; }

    /// <summary>The last text from the server's clipboard (Latin-1 messages).</summary>
    public string? CutText { get; private set; }

    /// <summary>Whether the server has said that it can send without being asked.</summary>
    public bool OffersContinuousUpdates { get; private set; }

    public int FencesAnswered { get; private set; }

    /// <summary>Connects, shakes hands and says what is wanted.</summary>
    /// <exception cref="IOException">The server refused; with its reason.</exception>
    public static async Task<RfbTestClient> ConnectAsync(RfbTestOptions options, CancellationToken cancellationToken)
    {
        RfbTestClient client = new(await OpenAsync(options, cancellationToken), options);
        try
        {
            await client.ShakeHandsAsync(cancellationToken);
            if (options.Encodings.Count > 0)
            {
                await client.SendPixelFormatAsync(cancellationToken);
                await client.SendEncodingsAsync(options.Encodings, cancellationToken);
            }

            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects and says nothing: what is sent then is the test's own affair.</summary>
    public static async Task<RfbTestClient> ConnectOnlyAsync(RfbTestOptions options, CancellationToken cancellationToken) =>
        new(await OpenAsync(options, cancellationToken), options);

    /// <summary>Asks and reads for ever, until cancelled or the server closes.</summary>
    /// <param name="onUpdate">After each update.</param>
    public async Task WatchAsync(Action<RfbTestClient>? onUpdate, CancellationToken cancellationToken)
    {
        await RequestAsync(isIncremental: false, cancellationToken);
        while (true)
        {
            if (await ReadMessageAsync(cancellationToken) == ServerMessage.FramebufferUpdate)
            {
                onUpdate?.Invoke(this);
                await RequestAsync(isIncremental: true, cancellationToken);
            }
        }
    }

    /// <summary>Asks for the whole picture, or for what changed in it, and reads until an update is complete.</summary>
    public async Task<BgrxImage> ReadPictureAsync(bool isIncremental, CancellationToken cancellationToken)
    {
        await RequestAsync(isIncremental, cancellationToken);
        while (await ReadMessageAsync(cancellationToken) != ServerMessage.FramebufferUpdate)
        {
        }

        return Picture;
    }

    /// <summary>Whether nothing but the end of the connection is left to read.</summary>
    public async Task<bool> IsClosedByServerAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _stream.SkipAsync(1, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is EndOfStreamException or SocketException)
        {
            return true;
        }
    }

    /// <summary>Breaks the connection off: a reset where the wire has one (TCP), what is unsent is lost.</summary>
    public void Cut()
    {
        if (_options.Server is IPEndPoint)
        {
            _stream.Socket.LingerState = new LingerOption(true, 0);
        }

        _stream.Dispose();
    }

    /// <summary>Sends the beginning of a message and breaks off.</summary>
    public async Task CutInMessageAsync(CancellationToken cancellationToken)
    {
        await SendBytesAsync(new byte[] { 6, 0, 0, 0, 0, 0, 100, 0, 65, 66, 67 }, cancellationToken);
        Cut();
    }

    public ValueTask DisposeAsync()
    {
        _stream.Dispose();
        _tight.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<RfbTestStream> OpenAsync(RfbTestOptions options, CancellationToken cancellationToken)
    {
        bool isUnix = options.Server is UnixDomainSocketEndPoint;
        Socket socket = new(options.Server.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (options.ReceiveBuffer is { } size)
            {
                socket.ReceiveBufferSize = size;
            }

            await socket.ConnectAsync(options.Server, cancellationToken);
            if (!isUnix)
            {
                socket.NoDelay = true;
            }

            return new RfbTestStream(socket, options.BytesPerSecond);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>RFC 6143 7.1: version, security, then ClientInit and ServerInit.</summary>
    private async Task ShakeHandsAsync(CancellationToken cancellationToken)
    {
        string version = Encoding.ASCII.GetString(await _stream.ReadAsync(12, cancellationToken));
        if (!version.StartsWith("RFB 003.", StringComparison.Ordinal))
        {
            throw new IOException($"not an RFB server: {version}");
        }

        await SendBytesAsync("RFB 003.008\n"u8.ToArray(), cancellationToken);
        OfferedSecurity = await _stream.ReadAsync(await _stream.ReadByteAsync(cancellationToken), cancellationToken);
        if (OfferedSecurity.Count == 0)
        {
            throw new IOException(await ReadTextAsync(cancellationToken));
        }

        await AuthenticateAsync(cancellationToken);
        await SendBytesAsync(new[] { _options.Shared ? (byte)1 : (byte)0 }, cancellationToken);
        byte[] init = await _stream.ReadAsync(20, cancellationToken);
        Resize(BinaryPrimitives.ReadUInt16BigEndian(init), BinaryPrimitives.ReadUInt16BigEndian(init.AsSpan(2)));
        Name = await ReadTextAsync(cancellationToken);
    }

    private async Task AuthenticateAsync(CancellationToken cancellationToken)
    {
        byte type = _options.Password is not null && OfferedSecurity.Contains((byte)2) ? (byte)2 : (byte)1;
        if (!OfferedSecurity.Contains(type))
        {
            throw new IOException($"the server offers security types {string.Join(' ', OfferedSecurity)} only");
        }

        await SendBytesAsync(new[] { type }, cancellationToken);
        if (type == 2)
        {
            await SendBytesAsync(Answer(_options.Password!, await _stream.ReadAsync(16, cancellationToken)), cancellationToken);
        }

        if (await _stream.ReadInt32Async(cancellationToken) != 0)
        {
            throw new IOException(await ReadTextAsync(cancellationToken));
        }
    }

    /// <summary>RFC 6143 7.2.2: DES with the password as key, each of its bytes with the bits in reverse.</summary>
    private static byte[] Answer(string password, byte[] challenge)
    {
        byte[] key = new byte[8];
        Encoding.Latin1.GetBytes(password.AsSpan(0, Math.Min(8, password.Length)), key);
        for (int i = 0; i < key.Length; i++)
        {
            int reversed = 0;
            for (int bit = 0; bit < 8; bit++)
            {
                reversed = (reversed << 1) | (key[i] >> bit & 1);
            }

            key[i] = (byte)reversed;
        }

#pragma warning disable CA5351, CA5358 // The protocol says DES.
        using DES des = DES.Create();
        des.Key = key;
        return des.EncryptEcb(challenge, PaddingMode.None);
#pragma warning restore CA5351, CA5358
    }

    private async Task<string> ReadTextAsync(CancellationToken cancellationToken)
    {
        int length = await _stream.ReadInt32Async(cancellationToken);
        return length is >= 0 and <= 1 << 20
            ? Encoding.UTF8.GetString(await _stream.ReadAsync(length, cancellationToken))
            : throw new InvalidDataException($"a text of {length} bytes");
    }

    private void Resize(int width, int height)
    {
        if ((width, height) != (Picture.Width, Picture.Height))
        {
            Picture = new BgrxImage(width, height, _options.Decodes ? new byte[width * height * 4] : []);
            Resizes++;
        }
    }
}
