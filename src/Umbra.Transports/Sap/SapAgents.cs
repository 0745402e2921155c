using System.Net;
using Umbra.Transports.Ipx;

namespace Umbra.Transports.Sap;

/// <summary>The agents of this process, one for each IPX network, as there is one socket 0452 on each: who uses one shares it. Thread-safe.</summary>
internal sealed class SapAgents(IpxNetworks networks, TimeProvider time)
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<(IPAddress? From, int Port, EndPoint? Hub), (SapAgent Agent, int Users)> _agents = [];

    /// <summary>To be given back by <see cref="CloseAsync"/> with the same options.</summary>
    /// <exception cref="IOException">See <see cref="SapAgent.OpenAsync"/>.</exception>
    public async ValueTask<SapAgent> OpenAsync(IpxOptions options, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            (SapAgent Agent, int Users) entry = _agents.TryGetValue(Key(options), out (SapAgent, int) open)
                ? open
                : (await SapAgent.OpenAsync(networks, options, time, cancellationToken), 0);
            _agents[Key(options)] = (entry.Agent, entry.Users + 1);
            return entry.Agent;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The last one closes the agent.</summary>
    public async ValueTask CloseAsync(IpxOptions options)
    {
        await _gate.WaitAsync();
        try
        {
            (SapAgent agent, int users) = _agents[Key(options)];
            _agents[Key(options)] = (agent, users - 1);
            if (users == 1)
            {
                _agents.Remove(Key(options));
                await agent.DisposeAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private static (IPAddress?, int, EndPoint?) Key(IpxOptions options) => (options.From, options.Port, options.Hub);
}
