using Microsoft.Extensions.Hosting;

namespace Umbra.Node;

/// <summary>Brings back what outlived an earlier run, and ends everything when the node is asked to stop.</summary>
internal sealed class NodeLifetime(NodeEngine engine) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => engine.ResumeAsync(cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken) => await engine.StopAsync();
}
