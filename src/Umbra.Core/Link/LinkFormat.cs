using System.Buffers;
using Umbra.Core.Codecs;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>
/// Near to target: what the near node's viewers want. S8 JPEG quality (-1 lossless, 0 to 9), U8 compression level (0 to 9, taken to the nearest that is
/// used on a link). Pictures are Tight rectangles in <see cref="PixelFormat.Bgrx"/> either way.
/// </summary>
public readonly record struct LinkFormat(int JpegQuality, int CompressLevel)
{
    /// <summary>Text without compression is five times as many bytes, for little less time.</summary>
    public const int MinCompressLevel = 1;

    public bool IsValid => JpegQuality is >= -1 and <= 9 && CompressLevel is >= 0 and <= 9;

    public EncodingClass EncodingClass => new(
        RfbEncoding.Tight, PixelFormat.Bgrx, JpegQuality, Math.Clamp(CompressLevel, MinCompressLevel, EncodingClass.MaxCompressLevel));

    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkFormat Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Format);
        LinkFormat format = new((sbyte)reader.U8(), reader.U8());
        reader.End();
        return format.IsValid
            ? format
            : throw reader.Wrong($"quality {format.JpegQuality}, level {format.CompressLevel}");
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Format, 2);
        writer.U8(unchecked((byte)JpegQuality));
        writer.U8((byte)CompressLevel);
        writer.End();
    }
}
