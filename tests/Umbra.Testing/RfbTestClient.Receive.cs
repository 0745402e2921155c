using System.Buffers.Binary;
using System.Text;

namespace Umbra.Testing;

/// <content>Messages from the server (RFC 6143 7.6 to 7.8 and rfbproto).</content>
public sealed partial class RfbTestClient
{
    private const int MaxText = 16 * 1024 * 1024;

    /// <summary>Reads the first byte of a message and leaves it at that: what follows is on its way.</summary>
    public async Task<ServerMessage> ReadMessageTypeAsync(CancellationToken cancellationToken) =>
        (ServerMessage)await _stream.ReadByteAsync(cancellationToken);

    /// <summary>Reads one message and takes it in.</summary>
    /// <exception cref="EndOfStreamException">The server closed.</exception>
    /// <exception cref="InvalidDataException">It is not RFB what came.</exception>
    public async Task<ServerMessage> ReadMessageAsync(CancellationToken cancellationToken)
    {
        ServerMessage type = (ServerMessage)await _stream.ReadByteAsync(cancellationToken);
        switch (type)
        {
            case ServerMessage.FramebufferUpdate:
                await ReadUpdateAsync(cancellationToken);
                break;
            case ServerMessage.SetColourMapEntries:
                byte[] map = await _stream.ReadAsync(5, cancellationToken);
                await _stream.SkipAsync(BinaryPrimitives.ReadUInt16BigEndian(map.AsSpan(3)) * 6, cancellationToken);
                break;
            case ServerMessage.Bell:
                Bells++;
                break;
            case ServerMessage.ServerCutText:
                await ReadCutTextAsync(cancellationToken);
                break;
            case ServerMessage.EndOfContinuousUpdates:
                OffersContinuousUpdates = true;
                break;
            case ServerMessage.ServerFence:
                await ReadFenceAsync(cancellationToken);
                break;
            default:
                throw new InvalidDataException($"unknown message {(int)type} after {BytesRead} bytes");
        }

        return type;
    }

    private async Task ReadCutTextAsync(CancellationToken cancellationToken)
    {
        byte[] head = await _stream.ReadAsync(7, cancellationToken);
        int length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(3));
        byte[] text = await _stream.ReadAsync((int)Limit(Math.Abs((long)length), MaxText), cancellationToken);
        CutText = length >= 0 ? Encoding.Latin1.GetString(text) : CutText;
    }

    private async Task ReadFenceAsync(CancellationToken cancellationToken)
    {
        byte[] head = await _stream.ReadAsync(8, cancellationToken);
        byte[] payload = await _stream.ReadAsync((int)Limit(head[7], 64), cancellationToken);
        uint flags = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(3));
        if ((flags & 0x80000000) != 0)
        {
            byte[] answer = [248, .. head, .. payload];
            BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(4), flags & 0x7);
            await SendBytesAsync(answer, cancellationToken);
            FencesAnswered++;
        }
    }

    private async Task ReadUpdateAsync(CancellationToken cancellationToken)
    {
        byte[] head = await _stream.ReadAsync(3, cancellationToken);
        int count = BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(1));
        for (int i = 0; count == 0xFFFF || i < count; i++)
        {
            byte[] rectangle = await _stream.ReadAsync(12, cancellationToken);
            int encoding = BinaryPrimitives.ReadInt32BigEndian(rectangle.AsSpan(8));
            if (encoding == -224)
            {
                break;
            }

            await ReadRectangleAsync(
                encoding,
                BinaryPrimitives.ReadUInt16BigEndian(rectangle),
                BinaryPrimitives.ReadUInt16BigEndian(rectangle.AsSpan(2)),
                BinaryPrimitives.ReadUInt16BigEndian(rectangle.AsSpan(4)),
                BinaryPrimitives.ReadUInt16BigEndian(rectangle.AsSpan(6)),
                cancellationToken);
        }

        Updates++;
    }

    private async Task ReadRectangleAsync(int encoding, int x, int y, int width, int height, CancellationToken cancellationToken)
    {
        Rectangles++;
        switch (encoding)
        {
            case 0:
                await ReadRawAsync(Inside(x, y, width, height), cancellationToken);
                break;
            case 1:
                CopyRectangles++;
                byte[] source = await _stream.ReadAsync(4, cancellationToken);
                Copy(
                    BinaryPrimitives.ReadUInt16BigEndian(source),
                    BinaryPrimitives.ReadUInt16BigEndian(source.AsSpan(2)),
                    Inside(x, y, width, height));
                break;
            case 7:
                UndecodedRectangles += await _tight.ReadAsync(_stream, Picture, Inside(x, y, width, height), cancellationToken) ? 0 : 1;
                break;
            case 16:
                UndecodedRectangles++;
                await _stream.SkipAsync(Limit(await _stream.ReadInt32Async(cancellationToken), MaxText), cancellationToken);
                break;
            default:
                Rectangles--;
                await ReadPseudoAsync(encoding, x, y, width, height, cancellationToken);
                break;
        }
    }

    private async Task ReadPseudoAsync(int encoding, int x, int y, int width, int height, CancellationToken cancellationToken)
    {
        switch (encoding)
        {
            case -223:
                Resize(width, height);
                break;
            case -308:
                byte[] screens = await _stream.ReadAsync(4, cancellationToken);
                await _stream.SkipAsync(screens[0] * 16, cancellationToken);
                LastSizeAnswer = (x, y);
                Resize(y == 0 ? width : Picture.Width, y == 0 ? height : Picture.Height);
                break;
            case -239:
                CursorShapes++;
                VisibleCursorShapes += width * height > 0 ? 1 : 0;
                await _stream.SkipAsync((width * height * 4) + ((width + 7) / 8 * height), cancellationToken);
                break;
            case -314:
                CursorShapes++;
                VisibleCursorShapes += width * height > 0 ? 1 : 0;
                await _stream.SkipAsync(4 + (width * height * 4), cancellationToken);
                break;
            case -307:
                Name = await ReadTextAsync(cancellationToken);
                break;
            case -261:
                Leds = await _stream.ReadByteAsync(cancellationToken);
                break;
            case 0x574d5668:
                Leds = (byte)await _stream.ReadInt32Async(cancellationToken);
                break;
            case -258 or -316:
                break;
            default:
                throw new InvalidDataException($"rectangle in encoding {encoding} after {BytesRead} bytes");
        }
    }

    private async Task ReadRawAsync((int X, int Y, int Width, int Height) area, CancellationToken cancellationToken)
    {
        if (!_options.Decodes)
        {
            await _stream.SkipAsync(area.Width * area.Height * 4L, cancellationToken);
            return;
        }

        for (int row = 0; row < area.Height; row++)
        {
            int start = ((area.Y + row) * Picture.Stride) + (area.X * 4);
            await _stream.ReadAsync(Picture.Pixels.AsMemory(start, area.Width * 4), cancellationToken);
        }
    }

    private void Copy(int sourceX, int sourceY, (int X, int Y, int Width, int Height) area)
    {
        Inside(sourceX, sourceY, area.Width, area.Height);
        if (!_options.Decodes)
        {
            return;
        }

        byte[] before = [.. Picture.Pixels];
        for (int row = 0; row < area.Height; row++)
        {
            Array.Copy(
                before, ((sourceY + row) * Picture.Stride) + (sourceX * 4),
                Picture.Pixels, ((area.Y + row) * Picture.Stride) + (area.X * 4),
                area.Width * 4);
        }
    }

    private (int X, int Y, int Width, int Height) Inside(int x, int y, int width, int height) =>
        x + width <= Picture.Width && y + height <= Picture.Height ? (x, y, width, height)
            : throw new InvalidDataException($"rectangle {x},{y} {width}x{height} outside {Picture.Width}x{Picture.Height}");

    private static long Limit(long length, long most) =>
        length >= 0 && length <= most ? length : throw new InvalidDataException($"length {length}, more than {most}");
}
