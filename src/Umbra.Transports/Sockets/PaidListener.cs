using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;

namespace Umbra.Transports.Sockets;

/// <summary>A listener and the account its connections rent under, which is closed with it.</summary>
internal sealed class PaidListener(IConnectionListener listener, TransportDriver driver, Account account, TransportOptions options, ILogger logger) : IConnectionListener
{
    private int _isDisposed;

    public EndPoint EndPoint => listener.EndPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        ConnectionContext? connection = await listener.AcceptAsync(cancellationToken);
        connection?.SetBuffers(options);
        return connection;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => listener.UnbindAsync(cancellationToken);

    /// <summary>To be called when the connections have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            account.CloseAndTell($"driver {driver.Name}, {account.Name}", logger);
        }
    }
}
