using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Umbra.Api;
using Umbra.Core.Memory;
using Umbra.Transports;
using Umbra.Transports.Ipx;

namespace Umbra.Node;

/// <summary>The node's hub for IPX (setting ipxHub). It belongs to no driver: who uses it may be other programs alone.</summary>
internal sealed class IpxHubService(IPEndPoint endPoint, BufferPool pool, TimeProvider time, ILogger<IpxHubService> logger) : IHostedService
{
    private Account? _account;
    private IpxHub? _hub;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _account = pool.Root.Open("ipx hub", isWire: true);
        try
        {
            _hub = new IpxHub(endPoint, pool.AsMemoryPool(BufferTag.TdIpx, _account), time);
        }
        catch (SocketException exception)
        {
            throw new NodeOperationException(ErrorCode.Conflict, $"no hub for IPX can be at {endPoint}: {exception.Message}", "choose another port (setting ipxHub), above 1024 without root", exception);
        }

        logger.LogInformation("a hub for IPX is at {EndPoint}", _hub.Local);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_hub is { } hub)
        {
            await hub.DisposeAsync();
        }

        _account?.CloseAndTell("ipx hub", logger);
    }
}
