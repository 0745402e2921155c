using System.Buffers.Binary;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>Makes a wrong conversation of a right one: the same seed, the same wrong one.</summary>
internal sealed class Mutation(int seed)
{
    private static readonly uint[] Huge = [0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0x00800000, 0x00800001, 0x00FFFFFF, 0xFFFF, 0x8000, 0];
    private readonly Random _random = new(seed);

    public Random Random => _random;

    /// <summary>One to four things go wrong; about one conversation in eight is left as it is.</summary>
    public byte[] Apply(IReadOnlyList<byte[]> messages)
    {
        List<byte[]> wrong = [.. messages.Select(m => m.ToArray())];
        for (int left = _random.Next(8) == 0 ? 0 : _random.Next(1, 5); left > 0 && wrong.Count > 0; left--)
        {
            Spoil(wrong, _random.Next(wrong.Count));
        }

        return [.. wrong.SelectMany(m => m)];
    }

    private void Spoil(List<byte[]> messages, int at)
    {
        byte[] message = messages[at];
        switch (_random.Next(9))
        {
            case 0:
                messages[at] = message[.._random.Next(message.Length + 1)];
                break;
            case 1:
                messages.Insert(_random.Next(messages.Count + 1), message);
                break;
            case 2:
                messages.RemoveAt(at);
                messages.Insert(_random.Next(messages.Count + 1), message);
                break;
            case 3:
                messages.RemoveAt(at);
                break;
            case 4:
                messages.Insert(at, Noise(_random.Next(1, 300)));
                break;
            case 5 when message.Length >= 4:
                int place = _random.Next(message.Length - 3);
                BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(place), Huge[_random.Next(Huge.Length)]);
                break;
            case 6 when message.Length > 0:
                message[_random.Next(message.Length)] = (byte)_random.Next(256);
                break;
            case 7:
                messages.InsertRange(at, Enumerable.Repeat(message, _random.Next(2, 100)));
                break;
            case var _ when message.Length > 0:
                message[_random.Next(message.Length)] ^= (byte)(1 << _random.Next(8));
                break;
            default:
                break;
        }
    }

    private byte[] Noise(int count)
    {
        byte[] noise = new byte[count];
        _random.NextBytes(noise);
        return noise;
    }
}
