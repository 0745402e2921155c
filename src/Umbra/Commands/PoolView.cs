namespace Umbra.Commands;

/// <summary>How somebody looks at the pool: changed by keys, and nothing but a value.</summary>
internal sealed record PoolView
{
    private const int MaxFilter = 40;

    /// <summary>Null is the node's own order.</summary>
    public PoolSort? Sort { get; init; }

    /// <summary>Sort by what the column changed by since the sample before.</summary>
    public bool ByChange { get; init; }

    /// <summary>The numbers stand still.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Lines that changed stand out.</summary>
    public bool Highlights { get; init; } = true;

    /// <summary>Only tags, drivers or accounts that match; null is all.</summary>
    public string? Filter { get; init; }

    /// <summary>The filter as far as it is typed; null where nobody types one.</summary>
    public string? Typing { get; init; }

    public bool ShowsAccounts { get; init; }

    public bool ShowsHelp { get; init; }

    public bool IsEnding { get; init; }

    public PoolView Press(ConsoleKeyInfo key)
    {
        if (Typing is not null)
        {
            return Type(Typing, key);
        }

        return ShowsHelp
            ? this with { ShowsHelp = false }
            : PoolKey.All.FirstOrDefault(k => k.Characters.Contains(char.ToLowerInvariant(key.KeyChar), StringComparison.Ordinal))?.Press(this) ?? this;
    }

    private PoolView Type(string typed, ConsoleKeyInfo key) => key.Key switch
    {
        ConsoleKey.Escape => this with { Typing = null },
        ConsoleKey.Enter => this with { Typing = null, Filter = ToGlob(typed.Trim()) },
        ConsoleKey.Backspace => this with { Typing = typed[..Math.Max(0, typed.Length - 1)] },
        _ => char.IsControl(key.KeyChar) || typed.Length >= MaxFilter ? this : this with { Typing = typed + key.KeyChar },
    };

    /// <summary>Who types no wildcard means a part.</summary>
    private static string? ToGlob(string text) => text.Length == 0 ? null : text.AsSpan().ContainsAny('*', '?') ? text : $"*{text}*";
}
