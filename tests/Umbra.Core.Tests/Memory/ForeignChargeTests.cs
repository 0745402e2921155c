using Umbra.Core.Memory;
using Umbra.Testing;

namespace Umbra.Core.Tests.Memory;

public sealed class ForeignChargeTests : PoolTest
{
    [Fact]
    public void TryCharge_Held_CountsLikeABlockUntilDisposed()
    {
        using Account session = Account.Open("session");
        ForeignCharge charge = Pool.TryCharge(10_000, BufferTag.SharedPixels, session)!;

        Assert.Equal(12_288, charge.Bytes);
        Assert.Equal((12_288, 1, 12_288), (session.Bytes, session.Blocks, Account.Bytes));
        Assert.Equal((12_288, 1), (Usage.Bytes, Usage.Outstanding));

        charge.Dispose();
        charge.Dispose();
        Assert.Equal((0, 0, 0), (session.Bytes, session.Blocks, Usage.Bytes));
    }

    [Fact]
    public void TryCharge_Held_IsNotTakenForMemoryOfThePool()
    {
        using Lease rented = Pool.Rent(1000, BufferTag.Test, Account);
        (long held, long kept) = (Pool.HeldBytes, Pool.KeptBytes);
        using ForeignCharge? charge = Pool.TryCharge(1_000_000, BufferTag.SharedPixels, Account);

        Assert.Equal((held, kept), (Pool.HeldBytes, Pool.KeptBytes));
    }

    [Fact]
    public void TryCharge_BeyondALimit_IsRefusedAndLeavesNothing()
    {
        using Account small = Account.Open("session", limit: 100_000);
        Assert.Null(Pool.TryCharge(100_001, BufferTag.SharedPixels, small));
        Pool.SetLimit(BufferTag.SharedPixels, 50_000);
        Assert.Null(Pool.TryCharge(60_000, BufferTag.SharedPixels, small));
        small.Dispose();
        Assert.Null(Pool.TryCharge(1, BufferTag.SharedPixels, small));

        Assert.Equal((0, 0, 3), (Account.Bytes, Usage.Bytes, Usage.Refused));
    }

    private TagUsage Usage => Pool.ReadTags().Single(usage => usage.Tag == BufferTag.SharedPixels);
}
