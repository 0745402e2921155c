using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;
using Umbra.Sessions.FrontEnds;
using Umbra.Sessions.Sources;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>One picture for many, over real sockets.</summary>
[Collection(nameof(FanOutTests))]
[CollectionDefinition(nameof(FanOutTests), DisableParallelization = true)]
public sealed class FanOutTests : PeerTest
{
    private const int Rounds = 300;

    /// <summary>Code that the runtime has not optimized yet allocates here and there: so often it is counted again, until it does not.</summary>
    private const int MostCounts = 20;

    /// <summary>The smallest object there is takes 24 bytes.</summary>
    private const double LessThanAnObject = 16;
    private static readonly Rect Changed = new(64, 64, 64, 64);

    private const long MostOfAnIdleViewer = 16 * 1024;

    /// <summary>What is on its way to the socket already.</summary>
    private const long MostInAPipe = 64 * 1024;

    private const int MinUpdates = 50;

    [Fact]
    public async Task Update_ToOneMoreViewerWhoKeepsUp_AllocatesNothing()
    {
        Pool.Verifier = null;
        Session session = NewSession(new StillSource(new Size(320, 200)));
        await using IConnectionListener listener = await ListenAsync();
        Task serving = ServeAsync(listener, session);
        double few = await MeasureAsync(session, listener.EndPoint, viewers: 2, enough: double.MaxValue / 2);
        double many = await MeasureAsync(session, listener.EndPoint, viewers: 22, enough: few + (20 * LessThanAnObject));
        await listener.UnbindAsync(Timeout);
        await serving;

        double each = (many - few) / 20;
        TestContext.Current.SendDiagnosticMessage($"{few:0} bytes a commit with 2 viewers, {many:0} with 22, {each:0.0} for each more");
        Assert.True(each < LessThanAnObject, $"{each} bytes for each update to one more viewer");
    }

    [Fact]
    public async Task IdleViewer_WhoHasEverything_HoldsNextToNothing()
    {
        Session session = NewSession(new StillSource(new Size(1920, 1080)));
        await using IConnectionListener listener = await ListenAsync();
        Task serving = ServeAsync(listener, session);
        List<CountingViewer> viewers = [.. Enumerable.Range(0, 5).Select(_ => new CountingViewer(listener.EndPoint))];
        WaitUntilAllLook(viewers);
        WaitUntilAllAreCurrent(session.Viewers);
        AccountUsage[] accounts = [.. session.Account.ReadTree().Where(account => account.Name.StartsWith("viewer ", StringComparison.Ordinal))];

        Assert.Equal(viewers.Count, accounts.Length);
        Assert.All(accounts, account => Assert.InRange(account.Bytes, 0, MostOfAnIdleViewer));
        await LeaveAsync(session, viewers);
        await listener.UnbindAsync(Timeout);
        await serving;
    }

    /// <summary>Every pixel changes, faster than anybody can take it, and so the wires are always full.</summary>
    [Fact]
    public async Task ActiveViewer_OfFullScreenVideo_HoldsOneUpdateAtMost()
    {
        Size size = new(1920, 1080);
        Session session = NewSession(new StillSource(size));
        await using IConnectionListener listener = await ListenAsync();
        Task serving = ServeAsync(listener, session);
        List<CountingViewer> viewers = [.. Enumerable.Range(0, 3).Select(_ => new CountingViewer(listener.EndPoint))];
        WaitUntilAllLook(viewers);
        using Canvas canvas = session.Surface.Copy(Account);
        long most = 0;
        int[] begun = [.. viewers.Select(viewer => viewer.Updates)];
        for (uint picture = 1; viewers.Select((viewer, i) => viewer.Updates - begun[i]).Min() < MinUpdates; picture++)
        {
            Timeout.ThrowIfCancellationRequested();
            canvas.Fill(size.Bounds, picture * 0x010305);
            ((ISourceSink)session).Commit(canvas, [size.Bounds], []);
            most = session.Viewers.Max(viewer => Math.Max(most, viewer.FrontEnd!.HeldBytes));
        }

        long update = (long)size.Width * size.Height * Canvas.BytesPerPixel;
        TestContext.Current.SendDiagnosticMessage($"at most {most / 1024} KiB were held for a viewer; a whole picture is {update / 1024}");
        Assert.InRange(most, 1, update + MostInAPipe + MostOfAnIdleViewer);
        await LeaveAsync(session, viewers);
        await listener.UnbindAsync(Timeout);
        await serving;
    }

    /// <summary>Bytes allocated by the whole process for each commit, when everybody has taken the one before: the first count that is enough, else the last.</summary>
    private async Task<double> MeasureAsync(Session session, EndPoint server, int viewers, double enough)
    {
        List<CountingViewer> all = [.. Enumerable.Range(0, viewers).Select(_ => new CountingViewer(server))];
        using Canvas canvas = session.Surface.Copy(Account);
        try
        {
            WaitUntilAllLook(all);
            IReadOnlyList<SessionViewer> served = session.Viewers;
            Commit(session, canvas, served, Rounds);
            double each = double.MaxValue;
            for (int i = 0; i < MostCounts && each > enough; i++)
            {
                long before = GC.GetTotalAllocatedBytes(precise: true);
                Commit(session, canvas, served, Rounds);
                each = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Rounds;
            }

            return each;
        }
        finally
        {
            await LeaveAsync(session, all);
        }
    }

    private async Task LeaveAsync(Session session, List<CountingViewer> viewers)
    {
        viewers.ForEach(viewer => viewer.Dispose());
        while (session.Viewers.Count > 0)
        {
            await Task.Delay(10, Timeout);
        }
    }

    private ValueTask<IConnectionListener> ListenAsync() =>
        new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance).BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Timeout);

    private void Commit(Session session, Canvas canvas, IReadOnlyList<SessionViewer> viewers, int rounds)
    {
        for (; rounds > 0; rounds--)
        {
            WaitUntilAllAreCurrent(viewers);
            for (int y = Changed.Y; y < Changed.Bottom; y++)
            {
                foreach (ref uint pixel in MemoryMarshal.Cast<byte, uint>(canvas.Row(Changed.X, y, Changed.Width)))
                {
                    pixel += 0x010101;
                }
            }

            ((ISourceSink)session).Commit(canvas, [Changed], []);
        }

        WaitUntilAllAreCurrent(viewers);
    }

    private void WaitUntilAllLook(List<CountingViewer> viewers)
    {
        foreach (CountingViewer viewer in viewers)
        {
            while (viewer.Updates == 0)
            {
                Timeout.ThrowIfCancellationRequested();
                Thread.Sleep(1);
            }
        }
    }

    private void WaitUntilAllAreCurrent(IReadOnlyList<SessionViewer> viewers)
    {
        for (int i = 0; i < viewers.Count; i++)
        {
            SessionViewer viewer = viewers[i];
            while (viewer.Picture.IsBehind || viewer.InFlight().Bytes > 0)
            {
                Timeout.ThrowIfCancellationRequested();
                Thread.Sleep(1);
            }
        }
    }

    private async Task ServeAsync(IConnectionListener listener, Session session)
    {
        List<Task> served = [];
        while (await listener.AcceptAsync(Timeout) is { } connection)
        {
            served.Add(Task.Run(async () =>
            {
                await using (connection)
                {
                    await RfbConnection.RunAsync(connection, AccessTo(session), TimeProvider.System, Log);
                }
            }));
        }

        await Task.WhenAll(served);
    }
}
