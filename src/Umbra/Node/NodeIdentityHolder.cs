using Microsoft.Extensions.Logging;
using Umbra.Configuration;
using Umbra.Sessions.Nodes;

namespace Umbra.Node;

/// <summary>
/// The node's identity, if it was initialised. Without one a node still hosts sessions and local shadows; links need one.
/// </summary>
internal sealed class NodeIdentityHolder : IDisposable
{
    /// <exception cref="Api.NodeOperationException">The state is damaged, in use or open to others.</exception>
    public NodeIdentityHolder(NodeSettings settings, TimeProvider time, ILoggerFactory loggers)
    {
        if (!NodeIdentity.IsIn(settings.StateDirectory))
        {
            return;
        }

        try
        {
            State = NodeState.Open(settings.StateDirectory, time);
        }
        catch (NodeStateException exception)
        {
            throw new Api.NodeOperationException(Api.ErrorCode.Conflict, exception.Message, inner: exception);
        }

        Tls = new NodeTls(State, loggers.CreateLogger<NodeTls>());
    }

    public NodeState? State { get; }

    public NodeTls? Tls { get; }

    public void Dispose() => State?.Dispose();
}
