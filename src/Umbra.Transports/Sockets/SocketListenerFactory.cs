using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Umbra.Core.Memory;

namespace Umbra.Transports.Sockets;

/// <summary>
/// Kestrel's socket transport, once for each listener. It takes its memory pool when it is made and cannot be told one by anything public but its
/// own settings of a container, so each gets a small container: those settings, and our memory under the driver's tag and the listener's account.
/// </summary>
internal abstract class SocketListenerFactory(TransportDriver driver, SocketDriverServices services) : ITransportListenerFactory
{
    private readonly ILogger _logger = services.Loggers.CreateLogger<SocketListenerFactory>();

    protected SocketDriverServices Services => services;

    public abstract bool CanBind(EndPoint endpoint);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ListenAsync(endpoint, () => OpenAccount(endpoint), cancellationToken);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endPoint, Account payer, CancellationToken cancellationToken) =>
        ListenAsync(endPoint, () => OpenBelow(payer, endPoint), cancellationToken);

    /// <summary>The account of a listener for which nobody pays in particular.</summary>
    protected virtual Account OpenAccount(EndPoint endPoint) => OpenBelow(services.Accounts.Of(driver), endPoint);

    private Account OpenBelow(Account payer, EndPoint endPoint) => payer.Open($"{driver.Name} {endPoint}", mustSucceed: payer.MustSucceed, isWire: true, driver: driver.Name);

    private async ValueTask<IConnectionListener> ListenAsync(EndPoint endPoint, Func<Account> open, CancellationToken cancellationToken)
    {
        ListenerArena arena = new(driver, services.Memory, open);
        try
        {
            IConnectionListener listener = await NewTransport(arena).BindAsync(endPoint, cancellationToken);
            if (arena.IsUsed)
            {
                return new PaidListener(listener, driver, arena, services.Options, _logger);
            }

            await listener.DisposeAsync();
            throw new InvalidOperationException("Kestrel's sockets do not take their memory from the registered factory: this version of .NET does it in another way");
        }
        catch
        {
            arena.Account.Dispose();
            throw;
        }
    }

    private SocketTransportFactory NewTransport(ListenerArena arena)
    {
        ServiceCollection own = new();
        own.Add(services.Settings);
        own.AddOptions();
        own.AddSingleton<IMemoryPoolFactory<byte>>(arena);
        using ServiceProvider provider = own.BuildServiceProvider();
        return new SocketTransportFactory(provider.GetRequiredService<IOptions<SocketTransportOptions>>(), services.Loggers);
    }
}
