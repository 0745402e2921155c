using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Umbra.Core.Memory;
using Umbra.Memory;
using Umbra.Testing;

namespace Umbra.Tests.Memory;

public sealed class FaultBookTests : IDisposable
{
    private static readonly PoolFault Fault = new(PoolFault.BadPoolCaller, PoolFault.DoubleFree, BufferTag.Mdl, 100, "a block was returned twice", "at Somebody");
    private readonly FakeTimeProvider _time = new();
    private readonly LogCollector _log = new();
    private readonly FaultBook _book;

    public FaultBookTests() => _book = new FaultBook(_time, _log);

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Add_SameFaultForASecondEach10Milliseconds_IsLoggedOnceAndCounted()
    {
        for (int i = 0; i < 100; i++)
        {
            _book.Add(Fault);
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        (LogLevel level, string text) = Assert.Single(_log.Lines);
        Assert.Equal(LogLevel.Error, level);
        Assert.StartsWith("BAD_POOL_CALLER 0xC2 (0x07, Mdl , 100 bytes): a block was returned twice", text, StringComparison.Ordinal);
        FoundFault found = Assert.Single(_book.Read());
        Assert.Equal((100, TimeSpan.FromMilliseconds(990)), (found.Count, found.LastAt - found.FirstAt));
        Assert.Equal(100, _book.Total);
    }

    [Fact]
    public void Add_SameFaultAfterAWhile_IsLoggedWithItsCount()
    {
        _book.Add(Fault);
        _book.Add(Fault);
        _time.Advance(FaultBook.Quiet);
        _book.Add(Fault);
        Assert.Equal(2, _log.Lines.Count);
        Assert.StartsWith("3 times by now: BAD_POOL_CALLER", _log.Lines.Last().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_OtherTagOrStackOrKind_IsAnotherFault()
    {
        foreach (PoolFault fault in (PoolFault[])[Fault, Fault with { Tag = BufferTag.Clipboard }, Fault with { RentedAt = "at Other" }, Fault with { Kind = PoolFault.WriteAfterFree }])
        {
            _book.Add(fault);
        }

        Assert.Equal((4, 4), (_log.Lines.Count, _book.Read().Count));
    }

    [Fact]
    public void Add_MoreThanAreKept_TheOldestGo()
    {
        for (int i = 0; i < FaultBook.Capacity + 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _book.Add(Fault with { RentedAt = $"at {i}" });
        }

        IReadOnlyList<FoundFault> kept = _book.Read();
        Assert.Equal(FaultBook.Capacity, kept.Count);
        Assert.Equal(($"at {FaultBook.Capacity + 4}", "at 5"), (kept[0].Fault.RentedAt, kept[^1].Fault.RentedAt));
    }
}
