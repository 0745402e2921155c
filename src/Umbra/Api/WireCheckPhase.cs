using System.Text.Json.Serialization;

namespace Umbra.Api;

/// <summary>How far a check of a wire is.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<WireCheckPhase>))]
internal enum WireCheckPhase
{
    RoundTrip,
    Receive,
    Send,
    Done,
}
