using System.Buffers;

namespace Umbra.Sessions.Nodes;

/// <summary>
/// The inviting node's no, to one who holds a valid invite; anybody else never gets this far. Type 66: U16 length, text for people.
/// </summary>
internal sealed record EnrolRefused(string Text) : IEnrolmentMessage
{
    public static byte Type => 66;

    public static bool TryRead(ref SequenceReader<byte> reader, out EnrolRefused? message)
    {
        SequenceReader<byte> start = reader;
        if (EnrolmentFields.TryReadText(ref reader, EnrolmentLimits.MaxRefusalBytes, "refusal", out string text))
        {
            message = new EnrolRefused(text);
            return true;
        }

        reader = start;
        message = null;
        return false;
    }

    public void Write(IBufferWriter<byte> output) => EnrolmentFields.WriteText(output, Text);
}
