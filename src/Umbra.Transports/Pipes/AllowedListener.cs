using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.Pipes;

/// <summary>Closes what comes from users who are not on the list, before a byte of theirs is read.</summary>
internal sealed partial class AllowedListener(IConnectionListener inner, PipeEndPoint endPoint, DriverCounters counters, ILogger logger) : IConnectionListener
{
    public EndPoint EndPoint => endPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await inner.AcceptAsync(cancellationToken) is { } connection)
        {
            PeerCredentials? peer = connection.Features.Get<IConnectionSocketFeature>() is { } feature ? PeerCredentials.Of(feature.Socket) : null;
            if (peer is { } known && endPoint.Allow.Contains(known))
            {
                return connection;
            }

            counters.AddError(TransportError.Denied);
            LogDenied(endPoint, peer?.Pid, peer?.Uid, peer?.Gid);
            connection.Abort(new ConnectionAbortedException("not on the list"));
            await connection.DisposeAsync();
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    [LoggerMessage(LogLevel.Information, "{EndPoint}: sent away process {Pid} of user {Uid}, group {Gid}: not on the list of those who may connect")]
    private partial void LogDenied(EndPoint endPoint, int? pid, uint? uid, uint? gid);
}
