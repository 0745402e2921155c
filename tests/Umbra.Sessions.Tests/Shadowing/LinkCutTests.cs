using Microsoft.Extensions.Logging.Abstractions;
using Umbra.Core.Memory;
using Umbra.Sessions.Shadowing;
using Umbra.Sessions.Tests.Sessions;
using Umbra.Testing;
using Umbra.Transports;

namespace Umbra.Sessions.Tests.Shadowing;

/// <summary>Links that break after each byte, in either direction: both ends let go of everything, and a shadow's grant with them.</summary>
public sealed class LinkCutTests : PoolTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Well past the first pictures: hello, open, attach, credits, and then pictures that take several reads.</summary>
    private static readonly long[] Cuts = [.. Enumerable.Range(0, 400).Select(i => (long)i), .. Enumerable.Range(0, 40).Select(i => 400 + (i * 101L))];

    [Fact]
    public async Task RunAsync_CutAfterSoManyBytesFromTheTarget_EndsAndGivesEverythingBack()
    {
        await using MemoryNode target = await MemoryNode.StartAsync(Pool);
        foreach (long cut in Cuts)
        {
            await RunUntilCutAsync(target, cut, long.MaxValue);
        }

        await target.NobodyIsLeftAsync();
    }

    [Fact]
    public async Task RunAsync_CutAfterSoManyBytesToTheTarget_EndsAndGivesEverythingBack()
    {
        await using MemoryNode target = await MemoryNode.StartAsync(Pool);
        foreach (long cut in Cuts[..200])
        {
            await RunUntilCutAsync(target, long.MaxValue, cut);
        }

        await target.NobodyIsLeftAsync();
    }

    private async Task RunUntilCutAsync(MemoryNode target, long maxRead, long maxWritten)
    {
        using CancellationTokenSource timeout = new(Patience);
        using RecordingSink sink = new(Pool, Account) { AlwaysDemands = true };
        await using LinkSource source = new(MemoryNode.SessionName, "near", "target", ConnectAsync, TimeProvider.System, NullLogger.Instance);
        LinkShadow shadow = source.Attach(AccessMode.Control, "test", "", "");

        await Assert.ThrowsAnyAsync<IOException>(() => source.RunAsync(sink, timeout.Token));

        Assert.False(source.IsOpened);
        Assert.False(shadow.Ended.IsCancellationRequested);

        async Task<LinkConnection> ConnectAsync(CancellationToken cancellationToken)
        {
            CutStream stream = new(await target.ConnectAsync("links", cancellationToken), maxRead, maxWritten);
            StreamDuplex duplex = new(stream, Pool.AsMemoryPool(BufferTag.TdMemory, Account));
            return new LinkConnection(duplex, "target", duplex);
        }
    }
}
