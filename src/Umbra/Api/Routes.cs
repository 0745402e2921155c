namespace Umbra.Api;

/// <summary>Paths of the API, as both ends use them.</summary>
internal static class Routes
{
    public const string Version = "/v1/version";
    public const string Sessions = "/v1/sessions";
    public const string Session = "/v1/sessions/{name}";
    public const string Tickets = "/v1/sessions/{name}/tickets";
    public const string Snapshot = "/v1/sessions/{name}/snapshot";
    public const string Shadows = "/v1/shadows";
    public const string Shadow = "/v1/shadows/{id}";
    public const string ShadowTickets = "/v1/shadows/{id}/tickets";
    public const string Nodes = "/v1/nodes";
    public const string Node = "/v1/nodes/{name}";
    public const string NodeAddresses = "/v1/nodes/{name}/addresses";
    public const string Invites = "/v1/nodes/invites";
    public const string Join = "/v1/nodes/join";
    public const string Pool = "/v1/pool";
    public const string Promise = "/v1/pool/promise";
    public const string Verifier = "/v1/pool/verifier";
    public const string Drivers = "/v1/drivers";
    public const string DriverStart = "/v1/drivers/{name}/start";
    public const string DriverStop = "/v1/drivers/{name}/stop";
    public const string WireCheck = "/v1/drivers/check";
    public const string OpenApi = "/openapi/v1.json";

    /// <summary>The path with its one <c>{placeholder}</c> filled in.</summary>
    public static string With(string route, string value)
    {
        int open = route.IndexOf('{', StringComparison.Ordinal);
        int close = route.IndexOf('}', StringComparison.Ordinal);
        return string.Concat(route.AsSpan(0, open), Uri.EscapeDataString(value), route.AsSpan(close + 1));
    }
}
