using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Umbra.Transports.Listening;

/// <summary>The gate for endpoints that Kestrel opens itself.</summary>
public static class GateListenOptionsExtensions
{
    /// <summary>Closes connections the gate refuses. Goes before TLS, so that a refused one costs no handshake.</summary>
    public static ListenOptions UseConnectionGate(this ListenOptions listen, ConnectionGate gate)
    {
        listen.Use(next => async connection =>
        {
            using GateEntry? entry = gate.TryEnter();
            if (entry is null)
            {
                connection.Abort(new ConnectionAbortedException("too many connections"));
                return;
            }

            connection.Features.Set(entry);
            await next(connection);
        });
        return listen;
    }
}
