using System.Buffers;

namespace Umbra.Sessions.Nodes;

/// <summary>
/// The inviting node's yes. Type 65:
/// U16 length, its own name | U16 length, the new node's certificate (DER) | U16 length, the authority's certificate (DER) |
/// U8 count, count times: U16 length, address of the inviting node.
/// </summary>
internal sealed record EnrolAnswer(string Name, byte[] Certificate, byte[] Authority, IReadOnlyList<string> Addresses) : IEnrolmentMessage
{
    public static byte Type => 65;

    public static bool TryRead(ref SequenceReader<byte> reader, out EnrolAnswer? message)
    {
        SequenceReader<byte> start = reader;
        if (EnrolmentFields.TryReadName(ref reader, out string name)
            && EnrolmentFields.TryReadBytes(ref reader, EnrolmentLimits.MaxCertificateBytes, "certificate", out byte[] certificate)
            && EnrolmentFields.TryReadBytes(ref reader, EnrolmentLimits.MaxCertificateBytes, "authority", out byte[] authority)
            && EnrolmentFields.TryReadAddresses(ref reader, out IReadOnlyList<string> addresses))
        {
            message = new EnrolAnswer(name, certificate, authority, addresses);
            return true;
        }

        reader = start;
        message = null;
        return false;
    }

    public void Write(IBufferWriter<byte> output)
    {
        EnrolmentFields.WriteText(output, Name);
        EnrolmentFields.WriteBytes(output, Certificate);
        EnrolmentFields.WriteBytes(output, Authority);
        EnrolmentFields.WriteAddresses(output, Addresses);
    }
}
