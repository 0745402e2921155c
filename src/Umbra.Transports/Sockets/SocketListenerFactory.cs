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

    public abstract bool CanBind(EndPoint endpoint);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        BindAsync(endpoint, services.Accounts.Of(driver), cancellationToken);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endPoint, Account payer, CancellationToken cancellationToken)
    {
        Account account = payer.Open($"{driver.Name} {endPoint}", mustSucceed: payer.MustSucceed);
        PooledMemoryFactory memory = new(services.Pool, driver.Tag!.Value, account);
        try
        {
            IConnectionListener listener = await NewTransport(memory).BindAsync(endPoint, cancellationToken);
            if (memory.IsUsed)
            {
                return new PaidListener(listener, driver, account, services.Options, _logger);
            }

            await listener.DisposeAsync();
            throw new InvalidOperationException("Kestrel's sockets do not take their memory from the registered factory: this version of .NET does it in another way");
        }
        catch
        {
            account.Dispose();
            throw;
        }
    }

    private SocketTransportFactory NewTransport(PooledMemoryFactory memory)
    {
        ServiceCollection own = new();
        own.Add(services.Settings);
        own.AddOptions();
        own.AddSingleton<IMemoryPoolFactory<byte>>(memory);
        using ServiceProvider provider = own.BuildServiceProvider();
        return new SocketTransportFactory(provider.GetRequiredService<IOptions<SocketTransportOptions>>(), services.Loggers);
    }
}
