using System.Text.Json.Serialization;

namespace Umbra.Api;

/// <summary>How near the end the memory is that is not reserved for owners; docs/memory.md says where each level begins.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<PoolPressure>))]
internal enum PoolPressure
{
    None,
    Elevated,
    High,
    Critical,
}
