using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Sources.Rfb;

/// <summary>The server's side of a connection, said and checked by the test line by line.</summary>
internal sealed class FakeServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ArrayBufferWriter<byte> _output = new();
    private Socket? _client;

    public FakeServer(string path)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
    }

    public static Size Size { get; } = new(64, 48);

    public async Task AcceptAsync()
    {
        using CancellationTokenSource timeout = new(RecordingSink.Patience);
        _client = await _listener.AcceptAsync(timeout.Token);
    }

    /// <summary>Accepts and goes through the handshake of 3.8 without security, up to and with the first request.</summary>
    public async Task OpenAsync()
    {
        await AcceptAsync();
        await SendAsync("RFB 003.008\n"u8.ToArray());
        await ExpectAsync("RFB 003.008\n"u8.ToArray());
        await SendAsync([1, 1]);
        await ExpectAsync([1]);
        await SendAsync([0, 0, 0, 0]);
        await ExpectAsync([1]);
        await SendAsync(new ServerInit(Size, PixelFormat.Bgrx, "fake").Write);
        await ExpectPreludeAsync();
    }

    /// <summary>SetPixelFormat, SetEncodings and the first, full request.</summary>
    public async Task<RfbEncoding[]> ExpectPreludeAsync()
    {
        await ReadAsync(SetPixelFormat.WireSize);
        byte[] header = await ReadAsync(4);
        byte[] body = await ReadAsync(4 * BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)));
        await ExpectAsync(new FramebufferUpdateRequest(false, Size.Bounds).Write);
        return [.. body.Chunk(4).Select(wire => (RfbEncoding)BinaryPrimitives.ReadInt32BigEndian(wire))];
    }

    public Task SendAsync(params Action<IBufferWriter<byte>>[] messages) => SendAsync(Bytes(messages));

    public async Task SendAsync(byte[] bytes)
    {
        using CancellationTokenSource timeout = new(RecordingSink.Patience);
        await _client!.SendAsync(bytes, timeout.Token);
    }

    public async Task<byte[]> ReadAsync(int count)
    {
        using CancellationTokenSource timeout = new(RecordingSink.Patience);
        await using NetworkStream stream = new(_client!, ownsSocket: false);
        byte[] bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, timeout.Token);
        return bytes;
    }

    public async Task ExpectAsync(byte[] expected) => Assert.Equal(expected, await ReadAsync(expected.Length));

    public Task ExpectAsync(Action<IBufferWriter<byte>> message) => ExpectAsync(Bytes(message));

    public bool HasSaidNothing => _client!.Available == 0;

    public void HangUp() => _client!.Dispose();

    public void Dispose()
    {
        _client?.Dispose();
        _listener.Dispose();
    }

    /// <summary>A Raw rectangle of one colour, with its head.</summary>
    public static Action<IBufferWriter<byte>> Raw(Rect rect, byte shade) => output =>
    {
        new RectHeader(rect, RfbEncoding.Raw).Write(output);
        for (int i = 0; i < rect.Area; i++)
        {
            output.Write<byte>([shade, shade, shade, 0]);
        }
    };

    public static Action<IBufferWriter<byte>> Copy(int x, int y, Rect target) => output =>
    {
        new RectHeader(target, RfbEncoding.CopyRect).Write(output);
        output.Write<byte>([(byte)(x >> 8), (byte)x, (byte)(y >> 8), (byte)y]);
    };

    private byte[] Bytes(params Action<IBufferWriter<byte>>[] messages)
    {
        _output.Clear();
        foreach (Action<IBufferWriter<byte>> message in messages)
        {
            message(_output);
        }

        return _output.WrittenSpan.ToArray();
    }
}
