using System.Text.Json.Serialization;

namespace Umbra.Api;

/// <summary>What moves in a test pattern.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<PatternKind>))]
internal enum PatternKind
{
    /// <summary>A marker, a counter, a box and a list: small changes, as at a desk.</summary>
    Marker,
    /// <summary>Every pixel, as a film played full-screen.</summary>
    Video,
    /// <summary>Nothing but what input changes.</summary>
    Still,
}
