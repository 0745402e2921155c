using Umbra.Transports.Packets;

namespace Umbra.Transports.Tests.Packets;

/// <summary>
/// The user of one machine: writes so many bytes that are known beforehand and ends, and compares what it reads with what the other side's courier writes. Chunks are of random sizes.
/// </summary>
/// <param name="toWrite">Null: nothing, and no end.</param>
/// <param name="toRead">What the other side writes.</param>
internal sealed class Courier(IPacketStream stream, long? toWrite, long? toRead, int seed)
{
    private const int MaxChunk = 8 * 1024;

    /// <summary>The bytes everybody writes, over and over: a prime number of them, so that no packet is like the one before.</summary>
    private static readonly byte[] Text = MakeText();

    private readonly Random _random = new(seed);
    private readonly byte[] _chunk = new byte[MaxChunk];
    private bool _hasEnded;

    public long Written { get; private set; }

    public long Read { get; private set; }

    /// <summary>What was read is what was written, so far.</summary>
    public bool IsIntact { get; private set; } = true;

    /// <summary>Leaves everything where it is.</summary>
    public bool IsReading { get; set; } = true;

    /// <summary>Everything has gone both ways, and the ends were seen.</summary>
    public bool IsDone => Written == toWrite && Read == toRead && stream.IsReadingCompleted;

    public void Turn()
    {
        Write();
        if (IsReading)
        {
            TakeIn();
        }
    }

    private void Write()
    {
        int taken;
        do
        {
            int length = (int)Math.Min(_random.Next(1, MaxChunk), (toWrite ?? 0) - Written);
            taken = stream.Write(Text.AsSpan((int)(Written % (Text.Length - MaxChunk)), length));
            Written += taken;
        }
        while (taken > 0);

        if (Written == toWrite && !_hasEnded && stream.State == PacketStreamState.Open)
        {
            stream.CompleteWriting();
            _hasEnded = true;
        }
    }

    private void TakeIn()
    {
        while (stream.Read(_chunk.AsSpan(0, _random.Next(1, MaxChunk))) is > 0 and var length)
        {
            // A piece of a whole text may begin at its end.
            for (int at = 0; at < length;)
            {
                int from = (int)((Read + at) % (Text.Length - MaxChunk));
                int piece = Math.Min(length - at, Text.Length - MaxChunk - from);
                IsIntact &= _chunk.AsSpan(at, piece).SequenceEqual(Text.AsSpan(from, piece));
                at += piece;
            }

            Read += length;
            IsIntact &= Read <= (toRead ?? 0);
        }
    }

    private static byte[] MakeText()
    {
        byte[] text = new byte[65_521 + MaxChunk];
        new Random(4711).NextBytes(text);
        text.AsSpan(0, MaxChunk).CopyTo(text.AsSpan(65_521));
        return text;
    }
}
