using System.Buffers;

namespace Umbra.Sessions.Nodes;

/// <summary>One message of the enrolment exchange, without its frame.</summary>
internal interface IEnrolmentMessage
{
    static abstract byte Type { get; }

    void Write(IBufferWriter<byte> output);
}
