using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;

namespace Umbra.Transports.Sockets;

/// <summary>What drivers over sockets need.</summary>
/// <param name="Settings">How the program configures Kestrel's sockets, Kestrel's own part (which takes the memory) first.</param>
internal sealed record SocketDriverServices(
    BufferPool Pool, IDriverMemory Memory, DriverAccounts Accounts, TransportOptions Options, IReadOnlyList<ServiceDescriptor> Settings, ILoggerFactory Loggers);
