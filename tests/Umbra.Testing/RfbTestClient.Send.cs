using System.Buffers.Binary;
using System.Text;

namespace Umbra.Testing;

/// <content>Messages to the server (RFC 6143 7.5 and rfbproto).</content>
public sealed partial class RfbTestClient
{
    /// <summary>Anything at all.</summary>
    public Task SendBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        _stream.WriteAsync(bytes, cancellationToken).AsTask();

    /// <summary>32 bits little-endian 0x00RRGGBB, the only format this client reads.</summary>
    public Task SendPixelFormatAsync(CancellationToken cancellationToken) =>
        SendBytesAsync(new byte[] { 0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0 }, cancellationToken);

    public Task SendEncodingsAsync(IReadOnlyList<int> encodings, CancellationToken cancellationToken)
    {
        byte[] message = new byte[4 + (encodings.Count * 4)];
        message[0] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)encodings.Count);
        for (int i = 0; i < encodings.Count; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4 + (i * 4)), encodings[i]);
        }

        return SendBytesAsync(message, cancellationToken);
    }

    /// <summary>Asks for the whole picture.</summary>
    public Task RequestAsync(bool isIncremental, CancellationToken cancellationToken) =>
        RequestAsync(isIncremental, 0, 0, Picture.Width, Picture.Height, cancellationToken);

    public Task RequestAsync(bool isIncremental, int x, int y, int width, int height, CancellationToken cancellationToken) =>
        SendBytesAsync(Message(3, isIncremental ? 1 : 0, x, y, width, height), cancellationToken);

    public Task EnableContinuousUpdatesAsync(bool enable, CancellationToken cancellationToken) =>
        SendBytesAsync(Message(150, enable ? 1 : 0, 0, 0, Picture.Width, Picture.Height), cancellationToken);

    public Task SendKeyAsync(uint keysym, bool isDown, CancellationToken cancellationToken)
    {
        byte[] message = [4, isDown ? (byte)1 : (byte)0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), keysym);
        return SendBytesAsync(message, cancellationToken);
    }

    /// <summary>Presses and releases a key for each character (Latin-1; a line end is Return).</summary>
    public async Task TypeAsync(string text, CancellationToken cancellationToken)
    {
        foreach (char character in text)
        {
            uint keysym = character == '\n' ? 0xFF0Du : character;
            await SendKeyAsync(keysym, isDown: true, cancellationToken);
            await SendKeyAsync(keysym, isDown: false, cancellationToken);
        }
    }

    public Task SendPointerAsync(int x, int y, byte buttons, CancellationToken cancellationToken)
    {
        byte[] message = [5, buttons, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)x);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), (ushort)y);
        return SendBytesAsync(message, cancellationToken);
    }

    public Task SendCutTextAsync(string latin1, CancellationToken cancellationToken)
    {
        byte[] message = new byte[8 + latin1.Length];
        message[0] = 6;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), latin1.Length);
        Encoding.Latin1.GetBytes(latin1, message.AsSpan(8));
        return SendBytesAsync(message, cancellationToken);
    }

    /// <summary>SetDesktopSize with one screen.</summary>
    public Task SendDesktopSizeAsync(int width, int height, CancellationToken cancellationToken)
    {
        byte[] message = new byte[24];
        message[0] = 251;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)width);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), (ushort)height);
        message[6] = 1;
        message[11] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(16), (ushort)width);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(18), (ushort)height);
        return SendBytesAsync(message, cancellationToken);
    }

    /// <summary>Random bytes, the same for the same seed.</summary>
    public Task SendGarbageAsync(int count, int seed, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return SendBytesAsync(bytes, cancellationToken);
    }

    private static byte[] Message(byte type, int flag, int x, int y, int width, int height)
    {
        byte[] message = new byte[10];
        message[0] = type;
        message[1] = (byte)flag;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)x);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), (ushort)y);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), (ushort)width);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(8), (ushort)height);
        return message;
    }
}
