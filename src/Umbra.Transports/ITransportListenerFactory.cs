using System.Net;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;

namespace Umbra.Transports;

/// <summary>
/// The listening side of a driver. Kestrel calls the contract's own <c>BindAsync</c>, which knows no accounts: there the driver's pays.
/// </summary>
public interface ITransportListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <param name="payer">Who pays for the buffers of the connections that are accepted; may use reserves where this one may.</param>
    ValueTask<IConnectionListener> BindAsync(EndPoint endPoint, Account payer, CancellationToken cancellationToken);
}
