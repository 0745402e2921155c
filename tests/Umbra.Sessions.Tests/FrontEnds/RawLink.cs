using System.Buffers.Binary;
using System.Text;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>A link's frames in plain bytes, written from docs/link-protocol.md: shares no message class with the product.</summary>
internal sealed class RawLink(Served served, CancellationToken timeout) : IAsyncDisposable
{
    public const byte Hello = 0x01, Open = 0x02, Opened = 0x03, Close = 0x04, Ping = 0x05, Pong = 0x06, Attach = 0x10, Attached = 0x11,
        Denied = 0x12, Format = 0x20, Picture = 0x21, Credit = 0x22, Clipboard = 0x27, Refresh = 0x28, Refreshed = 0x29, Key = 0x30, Pointer = 0x31, Resize = 0x32;

    /// <summary>The product's handler has ended, by itself.</summary>
    public Task Done => served.Done;

    public Stream Stream => served.Client;

    public Task SendAsync(byte type, params byte[] payload) => SendBytesAsync(Frame(type, payload));

    public async Task SendBytesAsync(params byte[] bytes) => await served.Client.WriteAsync(bytes, timeout);

    /// <summary>The next frame that is none of the types passed over.</summary>
    public async Task<(byte Type, byte[] Payload)> ReadAsync(params byte[] passOver)
    {
        while (true)
        {
            byte[] head = new byte[5];
            await served.Client.ReadExactlyAsync(head, timeout);
            byte[] payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) - 1];
            await served.Client.ReadExactlyAsync(payload, timeout);
            if (!passOver.Contains(head[4]))
            {
                return (head[4], payload);
            }
        }
    }

    /// <summary>Reads up to a frame of this type.</summary>
    public async Task<byte[]> ReadUntilAsync(byte type)
    {
        while (true)
        {
            (byte got, byte[] payload) = await ReadAsync();
            if (got == type)
            {
                return payload;
            }
        }
    }

    /// <summary>Everything up to the end: the frames' types, and the reason and text of a Close.</summary>
    public async Task<(List<byte> Types, int Reason, string Text)> ReadToEndAsync()
    {
        List<byte> types = [];
        (int reason, string text) = (-1, "");
        try
        {
            while (true)
            {
                (byte type, byte[] payload) = await ReadAsync();
                types.Add(type);
                if (type == Close)
                {
                    (reason, text) = (BinaryPrimitives.ReadUInt16BigEndian(payload), Encoding.UTF8.GetString(payload.AsSpan(4)));
                }
            }
        }
        catch (IOException)
        {
            // The end of the stream, or a reset.
        }

        return (types, reason, text);
    }

    public ValueTask DisposeAsync() => served.DisposeAsync();

    public static byte[] Frame(byte type, params byte[] payload) => [.. RawRfb.U32(1 + payload.Length), type, .. payload];

    public static byte[] Text(string text) => [.. RawRfb.U16(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] HelloOf(string node, int version = 1) => [.. "UMBR"u8, .. RawRfb.U16(version), .. Text(node)];

    public static byte[] OpenOf(string session) => Text(session);

    public static byte[] AttachOf(int id, byte mode, string user = "bob") =>
        [.. RawRfb.U32(id), mode, .. Text(user), .. Text("a test"), .. Text("10.0.0.9")];

    public static byte[] KeyOf(int id, int keysym, byte down) => [.. RawRfb.U32(id), .. RawRfb.U32(keysym), 0, 0, 0, 0, down];

    public static byte[] CreditOf(byte credits) => [.. new byte[8], credits];
}
