namespace Umbra.Transports.Tests.NetBios;

/// <summary>A peer that says what it was given and then ends; what it is told is kept apart.</summary>
internal sealed class Script(byte[] bytes) : MemoryStream(bytes)
{
    public MemoryStream Written { get; } = new();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => Written.WriteAsync(buffer, cancellationToken);
}
