using System.Buffers;

namespace Umbra.Core.Tests.Link;

/// <summary>Sequences of one or two segments over the same bytes.</summary>
internal static class Split
{
    public static ReadOnlySequence<byte> Whole(byte[] bytes) => new(bytes);

    public static ReadOnlySequence<byte> At(byte[] bytes, int at)
    {
        Segment first = new(bytes.AsMemory(0, at), null);
        Segment second = new(bytes.AsMemory(at), first);
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                previous.Next = this;
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
            }
        }
    }
}
