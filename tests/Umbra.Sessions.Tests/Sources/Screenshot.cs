using System.Buffers.Binary;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Tests.Sources;

/// <summary>What an X server itself says is on its screen (xwd), as BGRX.</summary>
internal sealed record Screenshot(Size Size, byte[] Pixels)
{
    public static async Task<Screenshot> TakeAsync(string display, string? authority = null)
    {
        byte[] file = await Tool.RunAsync(display, authority, "xwd", "-root", "-silent");
        uint Word(int index) => BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(index * 4));
        (int headerSize, int width, int height, int stride, int colours) = ((int)Word(0), (int)Word(4), (int)Word(5), (int)Word(12),
            (int)Word(19));
        Assert.Equal((0u, 32u), (Word(7), Word(11)));
        byte[] pixels = new byte[width * height * 4];
        int start = headerSize + (colours * 12);
        for (int y = 0; y < height; y++)
        {
            file.AsSpan(start + (y * stride), width * 4).CopyTo(pixels.AsSpan(y * width * 4));
        }

        for (int i = 3; i < pixels.Length; i += 4)
        {
            pixels[i] = 0;
        }

        return new Screenshot(new Size(width, height), pixels);
    }

    public bool Equals(RecordingSink sink) => sink.Size == Size && sink.Pixels().AsSpan().SequenceEqual(Pixels);
}
