using System.Globalization;

namespace Umbra.Commands;

/// <summary>A number and what it changed by since the sample before.</summary>
internal readonly record struct PoolCount(long Now, long Change)
{
    /// <param name="before">Null where there was nothing to compare with.</param>
    public static PoolCount Of(long now, long? before) => new(now, now - (before ?? now));

    /// <summary>Nothing where nothing changed: what moves is to be seen.</summary>
    public string ChangeText => Change == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"({Change:+0;-0})");
}
