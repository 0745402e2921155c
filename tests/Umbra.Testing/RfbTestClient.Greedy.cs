using System.Buffers.Binary;

namespace Umbra.Testing;

/// <content>A viewer that makes a server hold as much for it as it can get it to.</content>
public sealed partial class RfbTestClient
{
    /// <summary>Large enough to be quick, and far too small for a picture.</summary>
    private const int GreedyBuffer = 256 * 1024;

    /// <summary>Areas of four times the last one's size each: no more than a server that does not know its viewer yet sends it at once, then more.</summary>
    private static readonly (int Width, int Height)[] GreedyAreas = [(128, 64), (256, 128), (512, 256), (1024, 512), (1024, 512)];

    /// <summary>Where the three colours can lie in the four bytes of a pixel.</summary>
    private static readonly byte[][] GreedyShifts =
    [
        .. from red in Enumerable.Range(0, 4)
           from green in Enumerable.Range(0, 4)
           from blue in Enumerable.Range(0, 4)
           where red != green && green != blue && blue != red
           select (byte[])[(byte)(8 * red), (byte)(8 * green), (byte)(8 * blue)],
    ];

    /// <summary>
    /// Connects, and asks for Raw in a pixel format that few others have: what is encoded for it is for it alone. <see cref="GrowAsync"/> and
    /// <see cref="GrabAsync"/> are next.
    /// </summary>
    /// <param name="number">Twenty-four in a row have formats of their own.</param>
    /// <exception cref="IOException">The server refused; with its reason.</exception>
    public static async Task<RfbTestClient> ConnectGreedyAsync(RfbTestOptions options, int number, CancellationToken cancellationToken)
    {
        RfbTestClient client = await ConnectAsync(options with { Encodings = [0, -223], Decodes = false, ReceiveBuffer = GreedyBuffer }, cancellationToken);
        byte[] message = new byte[20];
        (message[4], message[5], message[7]) = (32, 24, 1);
        for (int i = 0; i < 3; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(8 + (2 * i)), 255);
            message[14 + i] = GreedyShifts[number % GreedyShifts.Length][i];
        }

        await client.SendBytesAsync(message, cancellationToken);
        return client;
    }

    /// <summary>Reads more and more as fast as it can: a server that measures its viewers gives a quick one much at once.</summary>
    public async Task GrowAsync(CancellationToken cancellationToken)
    {
        foreach ((int width, int height) in GreedyAreas)
        {
            await RequestAsync(isIncremental: false, 0, 0, Math.Min(width, Picture.Width), Math.Min(height, Picture.Height), cancellationToken);
            while (await ReadMessageAsync(cancellationToken) != ServerMessage.FramebufferUpdate)
            {
            }
        }
    }

    /// <summary>Asks for the whole picture, of which nothing is read any more.</summary>
    public Task GrabAsync(CancellationToken cancellationToken) => RequestAsync(isIncremental: false, cancellationToken);
}
