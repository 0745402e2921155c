using System.Buffers;

namespace Umbra.Sessions.Nodes;

/// <summary>
/// The joining node asks for a certificate. Type 64:
/// U16 length, name | U16 length, PKCS#10 request (DER) | U8 count, count times: U16 length, address.
/// </summary>
internal sealed record EnrolRequest(string Name, byte[] SigningRequest, IReadOnlyList<string> Addresses) : IEnrolmentMessage
{
    public static byte Type => 64;

    public static bool TryRead(ref SequenceReader<byte> reader, out EnrolRequest? message)
    {
        SequenceReader<byte> start = reader;
        if (EnrolmentFields.TryReadName(ref reader, out string name)
            && EnrolmentFields.TryReadBytes(ref reader, EnrolmentLimits.MaxSigningRequestBytes, "certificate request", out byte[] request)
            && EnrolmentFields.TryReadAddresses(ref reader, out IReadOnlyList<string> addresses))
        {
            message = new EnrolRequest(name, request, addresses);
            return true;
        }

        reader = start;
        message = null;
        return false;
    }

    public void Write(IBufferWriter<byte> output)
    {
        EnrolmentFields.WriteText(output, Name);
        EnrolmentFields.WriteBytes(output, SigningRequest);
        EnrolmentFields.WriteAddresses(output, Addresses);
    }
}
