using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Umbra.Transports.Listening;

/// <summary>The gate for endpoints that Kestrel opens itself.</summary>
public static class GateListenOptionsExtensions
{
    /// <summary>Closes connections the gate refuses. Goes before TLS, so that a refused one costs no handshake.</summary>
    /// <param name="logger">Told about strangers whose first bytes made TLS fail in a way of its own: no fault of ours, so no
    /// error.</param>
    /// <param name="refuse">Tells one that is refused; null: it is closed unheard. What it wrote is still sent.</param>
    public static ListenOptions UseConnectionGate(
        this ListenOptions listen, ConnectionGate gate, ILogger? logger = null, Func<ConnectionContext, Task>? refuse = null)
    {
        listen.Use(next => async connection =>
        {
            using GateEntry? entry = gate.TryEnter();
            if (entry is null)
            {
                logger?.LogInformation("refused a connection from {Peer}: this address, or the node (setting maxConnections), has as many as it may", connection.RemoteEndPoint);
                if (refuse is not null)
                {
                    await refuse(connection);
                    return;
                }

                connection.Abort(new ConnectionAbortedException("too many connections"));
                return;
            }

            connection.Features.Set(entry);
            try
            {
                await next(connection);
            }
            catch (Exception exception) when (!entry.IsAuthenticated)
            {
                // SslStream reports some malformed hellos as ArgumentOutOfRangeException; Kestrel would log that as an error, with its
                // stack.
                logger?.LogInformation("a connection ended before it was known whose it is: {Reason}", exception.Message);
                connection.Abort();
            }
        });
        return listen;
    }
}
