using System.Net.Sockets;
using Umbra.Api;
using Umbra.Testing;

namespace Umbra.Q315817;

/// <summary>
/// People who come and go while the scene goes on: viewers of all encodings at the owner's desk and through the link, some of whom stop reading; shadows that are opened
/// and stopped; sessions that are started, looked at and ended; pictures taken. From a seed, so that it is the same each time as far as the clock allows.
/// </summary>
internal sealed class MixedLoad(Scene scene)
{
    private static readonly int[][] Encodings = [[0, -223], [16, -223], [7, -223, -224], [7, -26, -223, -224], [7, 1, -32, -223, -224, -312, -313]];
    private readonly Random _random = new(1);
    private volatile bool _isOver;

    /// <summary>So many came, and went.</summary>
    public int Visits { get; private set; }

    public void Stop() => _isOver = true;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!_isOver)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task visit = (Visits % 4) switch
            {
                0 => ShadowAsync(cancellationToken),
                1 => LookAsync(await scene.DeskAsync(cancellationToken), cancellationToken),
                2 => WorkElsewhereAsync(cancellationToken),
                _ => scene.Near.Operations.TakeSnapshotAsync(new SessionAddress(Scene.Session, "server-b"), cancellationToken),
            };
            await visit;
            Visits++;
        }
    }

    private async Task ShadowAsync(CancellationToken cancellationToken)
    {
        ShadowInfo shadow = await scene.Near.Operations.StartShadowAsync(new StartShadowRequest($"{Scene.Session}@server-b", NoPassword: true), cancellationToken);
        await LookAsync(RfbTestOptions.For(shadow.Listen), cancellationToken);
        await scene.Near.Operations.StopShadowAsync(shadow.Id, cancellationToken);
    }

    private async Task WorkElsewhereAsync(CancellationToken cancellationToken)
    {
        await scene.Target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "bob"), cancellationToken);
        TicketInfo desk = await scene.Target.Operations.IssueTicketAsync("bob", new TicketRequest(), cancellationToken);
        await LookAsync(RfbTestOptions.For(desk.SocketPath!), cancellationToken);
        await scene.Target.Operations.KillSessionAsync("bob", cancellationToken);
    }

    /// <summary>For some seconds; one in three asks and does not read.</summary>
    private async Task LookAsync(RfbTestOptions options, CancellationToken cancellationToken)
    {
        TimeSpan time = TimeSpan.FromSeconds(1 + (3 * _random.NextDouble()));
        await using RfbTestClient viewer = await RfbTestClient.ConnectAsync(options with { Encodings = Encodings[_random.Next(Encodings.Length)], Decodes = false }, cancellationToken);
        if (_random.Next(3) == 0)
        {
            await viewer.RequestAsync(isIncremental: false, cancellationToken);
            await Task.Delay(time, cancellationToken);
            return;
        }

        using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        leaving.CancelAfter(time);
        try
        {
            await viewer.WatchAsync(null, leaving.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
