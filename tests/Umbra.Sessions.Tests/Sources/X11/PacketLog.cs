using Umbra.Core.Memory;
using Umbra.Sessions.Sources.X11;

namespace Umbra.Sessions.Tests.Sources.X11;

/// <summary>Writes down what it is told.</summary>
internal sealed class PacketLog(int limit) : IXPacketHandler
{
    public List<string> Told { get; } = [];

    public int LimitOf(ushort sequence) => limit;

    public void OnReply(ushort sequence, ReadOnlySpan<byte> header, Lease body)
    {
        using (body)
        {
            Told.Add($"reply {sequence} {body.Length} {body.Span.ToArray().Sum(value => value)}");
        }
    }

    public void OnError(ushort sequence, XError error) => Told.Add($"error {sequence} {error.Code} {error.Major}.{error.Minor}");

    public void OnEvent(ReadOnlySpan<byte> content) => Told.Add($"event {content[0]}");
}
