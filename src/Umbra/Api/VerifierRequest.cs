using System.Text.Json.Serialization;
using Umbra.Core.Memory;
using Umbra.Memory;

namespace Umbra.Api;

/// <summary>Asks to watch the memory pool.</summary>
/// <param name="Tags">Four-character names of those to watch; null or empty is all of them.</param>
/// <param name="Stacks">One rent in so many has its stack recorded.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record VerifierRequest(IReadOnlyList<string>? Tags = null, int Stacks = 1)
{
    public const int MostStacks = 1_000_000;

    /// <exception cref="NodeOperationException">With <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public void Validate()
    {
        Invalid.If(Stacks is < 1 or > MostStacks, $"the stack of one rent in {Stacks} cannot be recorded", $"give 1 (each) to {MostStacks}");
        ParseTags();
    }

    /// <exception cref="NodeOperationException">With <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public IReadOnlySet<BufferTag> ParseTags()
    {
        HashSet<BufferTag> tags = [];
        foreach (string text in Tags ?? [])
        {
            Invalid.If(!PoolTags.TryParse(text, out BufferTag tag), PoolTags.WhyNot(text));
            tags.Add(tag);
        }

        return tags;
    }
}
