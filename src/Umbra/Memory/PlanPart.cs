using System.Text.Json.Serialization;
using Umbra.Api;

namespace Umbra.Memory;

/// <summary>What a node's memory is made of.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<PlanPart>))]
internal enum PlanPart
{
    Pool,
    Kept,
    Managed,
    Runtime,
    Threads,
    Jpeg,
    Zlib,
    Tls,
    Kernel,
}
