using System.Text.Json.Serialization;

namespace Umbra.Api;

[JsonConverter(typeof(CamelCaseEnumConverter<NodeState>))]
internal enum NodeState
{
    /// <summary>The node that answers.</summary>
    Self,
    /// <summary>At least one link is up.</summary>
    Linked,
    /// <summary>Enrolled, no link just now.</summary>
    Known,
    /// <summary>A link is wanted and does not come up.</summary>
    Unreachable,
}
