using System.Buffers;
using Umbra.Core.Rfb;

namespace Umbra.Core.Tests.Rfb;

internal delegate bool TryRead<T>(ref SequenceReader<byte> reader, out T message);

/// <summary>Bytes as a connection delivers them: in any pieces.</summary>
internal static class Wire
{
    public static byte[] Bytes(Action<IBufferWriter<byte>> write)
    {
        ArrayBufferWriter<byte> output = new();
        write(output);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>Two segments, cut at <paramref name="at"/>.</summary>
    public static ReadOnlySequence<byte> Split(ReadOnlyMemory<byte> bytes, int at)
    {
        Segment first = new(bytes[..at], 0);
        Segment last = first.Append(bytes[at..]);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>
    /// Reads <paramref name="wire"/> cut at every point, and every beginning of it: the latter must ask for more and take nothing.
    /// </summary>
    public static void AssertReads<T>(byte[] wire, TryRead<T> tryRead, Action<T> check)
    {
        for (int at = 0; at <= wire.Length; at++)
        {
            SequenceReader<byte> reader = new(Split(wire, at));
            Assert.True(tryRead(ref reader, out T message), $"split at {at}");
            Assert.Equal(wire.Length, reader.Consumed);
            check(message);
        }

        for (int length = 0; length < wire.Length; length++)
        {
            SequenceReader<byte> reader = new(Split(wire.AsMemory(0, length), length / 2));
            Assert.False(tryRead(ref reader, out _), $"complete after {length} bytes");
            Assert.Equal(0, reader.Consumed);
        }
    }

    public static void AssertReads<T>(byte[] wire, TryRead<T> tryRead, T expected) =>
        AssertReads(wire, tryRead, message => Assert.Equal(expected, message));

    public static ProtocolException AssertRefuses<T>(byte[] wire, TryRead<T> tryRead) => Assert.Throws<ProtocolException>(() =>
    {
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(wire));
        tryRead(ref reader, out _);
    });

    /// <summary>Changes up to four places of a copy, or cuts it.</summary>
    public static byte[] Mutate(byte[] wire, Random random)
    {
        byte[] mutant = wire.ToArray();
        for (int changes = random.Next(1, 5); changes > 0 && mutant.Length > 0; changes--)
        {
            int at = random.Next(mutant.Length);
            switch (random.Next(4))
            {
                case 0: mutant[at] = (byte)random.Next(256); break;
                case 1: mutant[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: mutant[at] = random.Next(2) == 0 ? (byte)0xFF : (byte)0; break;
                default: mutant = [.. mutant[..at], .. mutant[random.Next(mutant.Length)..]]; break;
            }
        }

        return mutant;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long runningIndex) => (Memory, RunningIndex) = (memory, runningIndex);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            Segment next = new(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
