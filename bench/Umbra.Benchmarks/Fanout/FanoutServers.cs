namespace Umbra.Benchmarks.Fanout;

/// <summary>Who is measured beside whom.</summary>
internal static class FanoutServers
{
    public static IReadOnlyList<string> Names { get; } = ["umbra", "xvnc", "x11vnc", "x0vncserver", "relay"];

    /// <param name="viewers">How many will come, at most.</param>
    public static async Task<FanoutServer> StartAsync(string name, int width, int height, int viewers) => name switch
    {
        "umbra" => await UmbraServer.StartAsync(width, height, viewers),
        "xvnc" => await PeerServer.StartXvncAsync(width, height),
        "x11vnc" => await PeerServer.StartX11vncAsync(width, height),
        "x0vncserver" => await PeerServer.StartX0vncserverAsync(width, height),
        _ => await PeerServer.StartRelayAsync(width, height),
    };
}
