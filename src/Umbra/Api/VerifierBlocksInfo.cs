using Umbra.Core.Memory;

namespace Umbra.Api;

/// <summary>Blocks that are out under one tag and account and were rented at one place.</summary>
/// <param name="Driver">The tag in words; of the transports' tags the driver.</param>
/// <param name="Account">Whose they are, with the accounts above.</param>
/// <param name="Bytes">As asked for.</param>
/// <param name="Since">When the oldest was rented.</param>
/// <param name="AgeSeconds">The same, from now.</param>
/// <param name="Stack">Who rented them; empty where it was not recorded.</param>
internal sealed record VerifierBlocksInfo(string Tag, string Driver, string Account, int Blocks, long Bytes, DateTimeOffset Since, double AgeSeconds, string Stack)
{
    public static VerifierBlocksInfo From(OutstandingBlocks blocks, DateTimeOffset now) => new(
        blocks.Tag.Name(), PoolTagInfo.DriverOf(blocks.Tag), PathOf(blocks.Account), blocks.Blocks, blocks.Bytes, blocks.Since,
        Math.Round(Math.Max(0, (now - blocks.Since).TotalSeconds), 3), blocks.Stack);

    /// <summary>The account above all others is named only where there is nothing below it.</summary>
    private static string PathOf(Account account) =>
        account.Parent is { Parent: not null } parent ? $"{PathOf(parent)} / {account.Name}" : account.Name;
}
