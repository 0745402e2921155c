using System.Diagnostics;
using Umbra.Api;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Pixels;

/// <summary>
/// A desktop that server-b hosts, empty but for what a test starts on its display, and a shadow of it on server-a. What an independent client
/// holds through either is compared with what the X server itself says its screen holds.
/// </summary>
internal sealed class Shown : IAsyncDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(400);
    private readonly NodePair _pair;
    private readonly string _session;

    private Shown(NodePair pair, string session, ShadowInfo shadow)
    {
        (_pair, _session, Shadow) = (pair, session, shadow);
        Display = pair.DisplayOf(session);
    }

    public XDisplay Display { get; }

    public ShadowInfo Shadow { get; }

    /// <summary>How the owner connects.</summary>
    public Task<RfbTestOptions> OwnerAsync() => _pair.OwnerAsync(_session);

    /// <param name="mode">Of the shadow.</param>
    public static async Task<Shown> StartAsync(NodePair pair, int width, int height, ShadowMode mode = ShadowMode.View)
    {
        string session = $"d{Guid.NewGuid():N}"[..12];
        await pair.StartDesktopAsync(session, width, height, "sleep", "infinity");
        return new Shown(pair, session, await pair.ShadowAsync(session, mode));
    }

    /// <summary>Starts what moves (see tests/Interop/xmove.c) and waits until it has drawn some steps.</summary>
    public async Task MoveAsync(string what, int steps = 20)
    {
        ExternalProcess moving = Display.Start(await InteropProgram.XMoveAsync(), what, "--fps", "30", "--log");
        await moving.Output.WaitForAsync(line => line.StartsWith($"step {steps} ", StringComparison.Ordinal), NodePair.Patience);
    }

    /// <summary>A client that watches through server-a from now until nothing has come for <paramref name="quiet"/>.</summary>
    public Task<VncDumpResult> WatchAsync(string encodings, int? quality, TimeSpan quiet) => new VncDump
    {
        Target = Shadow.Listen,
        Encodings = encodings,
        Quality = quality,
        Quiet = quiet,
        AtMost = TimeSpan.FromMinutes(3),
    }.RunAsync();

    /// <summary>
    /// A client that comes new holds exactly <paramref name="screen"/>, or will: looks again until it does, because what is drawn last may
    /// still be on its way when the first one looks.
    /// </summary>
    public static async Task BecomesExactAsync(BgrxImage screen, VncDump dump)
    {
        BgrxImage expected = screen.Quantised(dump.Bits);
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            VncDumpResult seen = await (dump with { Quiet = Quiet }).RunAsync();
            if (seen.Picture.DifferenceFrom(expected) is not { } difference)
            {
                return;
            }

            Assert.True(waited.Elapsed < NodePair.Patience, $"{dump.Encodings}, {dump.Bits} bits, quality {dump.Quality}: {difference}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Display.DisposeAsync();
        await _pair.NearApi.StopShadowAsync(Shadow.Id, CancellationToken.None);
        await _pair.TargetApi.KillSessionAsync(_session, CancellationToken.None);
    }
}
