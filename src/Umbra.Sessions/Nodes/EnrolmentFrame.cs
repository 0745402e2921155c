using System.Buffers;
using Umbra.Core.Memory;

namespace Umbra.Sessions.Nodes;

/// <summary>One whole frame as received. Owns its block.</summary>
internal sealed class EnrolmentFrame(byte type, Lease payload) : IDisposable
{
    public byte Type => type;

    public ReadOnlySequence<byte> Payload => new(payload.Memory);

    public void Dispose() => payload.Dispose();
}
