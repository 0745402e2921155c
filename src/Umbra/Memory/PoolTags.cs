using Umbra.Core.Memory;

namespace Umbra.Memory;

/// <summary>Tags as people write them: the four characters, in any case, a blank at the end may be left out.</summary>
internal static class PoolTags
{
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<BufferTag>().Select(tag => tag.Name().TrimEnd())];

    public static bool TryParse(string text, out BufferTag tag)
    {
        int index = Names.ToList().FindIndex(name => name.Equals(text.TrimEnd(' '), StringComparison.OrdinalIgnoreCase));
        tag = (BufferTag)Math.Max(0, index);
        return index >= 0;
    }

    /// <summary>What is wrong with a text that is no tag.</summary>
    public static string WhyNot(string text) => $"'{text}' is no tag: tags are {string.Join(", ", Names)}";
}
