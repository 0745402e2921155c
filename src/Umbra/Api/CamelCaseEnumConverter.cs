using System.Text.Json;
using System.Text.Json.Serialization;

namespace Umbra.Api;

/// <summary>Enum values as camelCase strings; numbers are refused, so that an order of values never becomes part of the contract.</summary>
internal sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
