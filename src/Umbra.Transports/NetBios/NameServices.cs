using Microsoft.Extensions.Logging;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.NetBios;

/// <summary>The name services of this node: one for each address and port, shared by the listeners there, and closed with the last of them.</summary>
internal sealed class NameServices(DriverContext context)
{
    private readonly Dictionary<NameServiceAddress, (NameService Service, int Users)> _services = [];
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Claims a name, and with it that of the machine.</summary>
    /// <returns>To be disposed when nobody listens on it any more.</returns>
    /// <exception cref="IOException">Somebody else has it, or the port of the name service cannot be had.</exception>
    public async Task<IAsyncDisposable> ClaimAsync(NameServiceAddress where, NetBiosName name, CancellationToken cancellationToken)
    {
        NetBiosName[] names = [.. new[] { name, name.WithSuffix(NetBiosName.WorkstationSuffix) }.Distinct()];
        NameService service = await EnterAsync(where);
        try
        {
            await service.ClaimAsync(names, cancellationToken);
            return new Claim(this, service, where, names);
        }
        catch
        {
            await LeaveAsync(where);
            throw;
        }
    }

    private async Task<NameService> EnterAsync(NameServiceAddress where)
    {
        await _turn.WaitAsync();
        try
        {
            (NameService? service, int users) = _services.GetValueOrDefault(where);
            service ??= new NameService(where, context.Memory, context.Time, context.Counters, context.Loggers.CreateLogger<NameService>());
            _services[where] = (service, users + 1);
            return service;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task LeaveAsync(NameServiceAddress where)
    {
        await _turn.WaitAsync();
        try
        {
            (NameService service, int users) = _services[where];
            if (users > 1)
            {
                _services[where] = (service, users - 1);
                return;
            }

            _services.Remove(where);
            await service.DisposeAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private sealed class Claim(NameServices services, NameService service, NameServiceAddress where, NetBiosName[] names) : IAsyncDisposable
    {
        private int _isDisposed;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                await service.ReleaseAsync(names);
                await services.LeaveAsync(where);
            }
        }
    }
}
