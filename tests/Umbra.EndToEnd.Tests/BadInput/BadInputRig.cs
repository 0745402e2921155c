using System.Net.Sockets;
using Umbra.Api;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.BadInput;

/// <summary>
/// Two nodes, a pattern on server-b, the owner looking at it there and a healthy shadower through server-a. After everything the tests of a
/// class did,
/// both nodes must be back at what they held before anybody came.
/// </summary>
public sealed class BadInputRig : IAsyncLifetime
{
    private const long MaxGrowth = 96L * 1024 * 1024;
    private const int Samples = 20;

    /// <summary>A session keeps as many encoders as have ever worked at once, a few at most.</summary>
    private const int EncoderSlack = 8;
    private Dictionary<string, long> _nearAtFirst = [];
    private Dictionary<string, long> _targetAtFirst = [];
    private WatchingViewer? _owner;
    private WatchingViewer? _shadower;

    internal NodePair Pair { get; private set; } = null!;

    /// <summary>A shadow whose address asks for no password.</summary>
    internal ShadowInfo Shadow { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Pair = await NodePair.StartAsync();
        (_nearAtFirst, _targetAtFirst) = await ReadPoolsAsync();
        await Pair.StartPatternAsync("pat", 320, 200);
        Shadow = await Pair.ShadowAsync("pat");
        _owner = await WatchingViewer.ConnectAsync(await Pair.OwnerAsync("pat"));
        _shadower = await WatchingViewer.ConnectAsync(Shadow.Listen);
        await UndisturbedAsync();
    }

    /// <summary>
    /// Runs <paramref name="bad"/> and checks that nobody noticed: both viewers get pictures while it runs and afterwards on the connection
    /// they had, memory
    /// comes back, and no node logged a failure.
    /// </summary>
    public async Task UnnoticedAsync(Func<Task> bad)
    {
        (Dictionary<string, long> near, Dictionary<string, long> target) = await MostAsync();
        (long nearResident, long targetResident) = (Pair.Near.Cost.ResidentBytes, Pair.Target.Cost.ResidentBytes);
        await Task.WhenAll(bad(), UndisturbedAsync());
        await UndisturbedAsync();
        string more = "";
        await Eventually.TrueAsync(
            async () =>
            {
                (Dictionary<string, long> nearNow, Dictionary<string, long> targetNow) = await ReadPoolsAsync();
                more = $"{More(nearNow, near, EncoderSlack)} {More(targetNow, target, EncoderSlack)}";
                return more == " ";
            },
            "the pools are back at what they were",
            () => more);
        Assert.InRange(Pair.Near.Cost.ResidentBytes - nearResident, long.MinValue, MaxGrowth);
        Assert.InRange(Pair.Target.Cost.ResidentBytes - targetResident, long.MinValue, MaxGrowth);
        foreach (NodeProcess node in (NodeProcess[])[Pair.Near, Pair.Target])
        {
            string log = node.Process.Errors.ToString();
            Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
            Assert.DoesNotContain("fail:", log, StringComparison.Ordinal);
            Assert.DoesNotContain("crit:", log, StringComparison.Ordinal);
        }
    }

    /// <summary>Connects to a Unix socket, after others where its backlog is full.</summary>
    public static async Task<Socket> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return socket;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
            {
                socket.Dispose();
                await Task.Delay(10, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await using (Pair)
        {
            await _shadower!.DisposeAsync();
            await _owner!.DisposeAsync();
            foreach (ShadowInfo shadow in await Pair.NearApi.ListShadowsAsync(CancellationToken.None))
            {
                await Pair.NearApi.StopShadowAsync(shadow.Id, CancellationToken.None);
            }

            await Pair.TargetApi.KillSessionAsync("pat", CancellationToken.None);
            string more = "";
            await Eventually.TrueAsync(
                async () =>
                {
                    (Dictionary<string, long> near, Dictionary<string, long> target) = await ReadPoolsAsync();
                    more = $"{More(near, _nearAtFirst, 0)} {More(target, _targetAtFirst, 0)}";
                    return more == " ";
                },
                "the nodes hold nothing more than before anybody came",
                () => more);
        }
    }

    private Task UndisturbedAsync() => Task.WhenAll(_owner!.MoreUpdatesAsync(5), _shadower!.MoreUpdatesAsync(5));

    /// <summary>Viewers that watch hold a little more now, a little less then: the most of several readings.</summary>
    private async Task<(Dictionary<string, long> Near, Dictionary<string, long> Target)> MostAsync()
    {
        (Dictionary<string, long> near, Dictionary<string, long> target) = await ReadPoolsAsync();
        for (int i = 1; i < Samples; i++)
        {
            (Dictionary<string, long> nearNow, Dictionary<string, long> targetNow) = await ReadPoolsAsync();
            near = near.ToDictionary(t => t.Key, t => Math.Max(t.Value, nearNow[t.Key]));
            target = target.ToDictionary(t => t.Key, t => Math.Max(t.Value, targetNow[t.Key]));
        }

        return (near, target);
    }

    private async Task<(Dictionary<string, long> Near, Dictionary<string, long> Target)> ReadPoolsAsync() => (
        Outstanding(await Pair.NearApi.GetPoolAsync(CancellationToken.None)),
            Outstanding(await Pair.TargetApi.GetPoolAsync(CancellationToken.None)));

    private static Dictionary<string, long> Outstanding(PoolInfo pool) => pool.Tags.ToDictionary(tag => tag.Tag, tag => tag.Outstanding);

    private static string More(Dictionary<string, long> now, Dictionary<string, long> before, int encoders) => string.Join(", ", now
        .Where(tag => tag.Value > before[tag.Key] + (tag.Key == "Enco" ? encoders : 0))
        .Select(tag => $"{tag.Key}: {tag.Value} blocks instead of {before[tag.Key]}"));
}
