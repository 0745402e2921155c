using System.Globalization;

namespace Umbra.Core.Memory;

/// <summary>Blocks of one tag that an account has had out for long, that became more and more, and that nothing explains.</summary>
/// <param name="BytesPerSecond">Over the time it was looked at.</param>
/// <param name="Bytes">Held by now.</param>
/// <param name="PerThousandRents">Of the tag's rents in that time, so many in a thousand did not come back.</param>
/// <param name="Over">How long it was looked at.</param>
public sealed record PoolGrowth(Account Account, BufferTag Tag, double BytesPerSecond, long Bytes, long Blocks, double PerThousandRents, TimeSpan Over)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"pool growth suspected: tag {Tag.Name()}, driver {Account.Driver ?? "none"}, account {Account.Name}: +{BytesPerSecond / 1024:0.0} KiB/s for {Over.TotalSeconds:0} s, "
        + $"{Bytes / 1024} KiB in {Blocks} blocks held for long, {PerThousandRents:0.#} in 1000 rents do not come back");
}
