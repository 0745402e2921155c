using System.Text.Json.Serialization;

namespace Umbra.Api;

/// <summary>JSON of the API and of <c>--output json</c>: the same shapes in both.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(VersionInfo))]
[JsonSerializable(typeof(IReadOnlyList<SessionInfo>))]
[JsonSerializable(typeof(StartSessionRequest))]
[JsonSerializable(typeof(IReadOnlyList<StartSessionRequest>))]
[JsonSerializable(typeof(TicketRequest))]
[JsonSerializable(typeof(TicketInfo))]
[JsonSerializable(typeof(IReadOnlyList<ShadowInfo>))]
[JsonSerializable(typeof(StartShadowRequest))]
[JsonSerializable(typeof(ChangeShadowRequest))]
[JsonSerializable(typeof(IReadOnlyList<NodeInfo>))]
[JsonSerializable(typeof(InviteRequest))]
[JsonSerializable(typeof(InviteInfo))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(NodeAddressesRequest))]
[JsonSerializable(typeof(PoolInfo))]
[JsonSerializable(typeof(IReadOnlyList<PoolTagInfo>))]
[JsonSerializable(typeof(IReadOnlyList<PoolAccountInfo>))]
[JsonSerializable(typeof(PromiseInfo))]
[JsonSerializable(typeof(IReadOnlyList<PromiseLineInfo>))]
[JsonSerializable(typeof(VerifierInfo))]
[JsonSerializable(typeof(VerifierRequest))]
[JsonSerializable(typeof(IReadOnlyList<DriverInfo>))]
[JsonSerializable(typeof(WireCheckRequest))]
[JsonSerializable(typeof(IAsyncEnumerable<WireCheckInfo>))]
internal sealed partial class ApiJson : JsonSerializerContext;
