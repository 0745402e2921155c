using Microsoft.Extensions.DependencyInjection;

namespace Umbra.Transports.Sockets;

/// <summary>How the program configures Kestrel's sockets, Kestrel's own part (which takes the memory) first.</summary>
internal sealed record SocketSettings(IReadOnlyList<ServiceDescriptor> Services)
{
    public static SocketSettings None { get; } = new([]);
}
