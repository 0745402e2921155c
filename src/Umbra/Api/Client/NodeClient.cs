using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Umbra.Api.Client;

/// <summary>A node, over its API socket. Problems come back as the <see cref="NodeOperationException"/> the node threw.</summary>
internal sealed class NodeClient : INodeOperations, IDisposable
{
    private readonly HttpClient _http;
    private readonly string _socket;
    private readonly TimeSpan _timeout;

    public NodeClient(string socket, TimeSpan timeout)
    {
        _socket = socket;
        _timeout = timeout;
        SocketsHttpHandler handler = new() { ConnectCallback = (_, ct) => ConnectAsync(socket, ct), UseProxy = false };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://node"), Timeout = timeout };
    }

    public void Dispose() => _http.Dispose();

    public Task<VersionInfo> GetVersionAsync(CancellationToken cancellationToken) =>
        GetAsync(Routes.Version, ApiJson.Default.VersionInfo, cancellationToken);

    public Task<IReadOnlyList<SessionInfo>> ListSessionsAsync(CancellationToken cancellationToken) =>
        GetAsync(Routes.Sessions, ApiJson.Default.IReadOnlyListSessionInfo, cancellationToken);

    public Task<SessionInfo> StartSessionAsync(StartSessionRequest request, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, Routes.Sessions, request, ApiJson.Default.StartSessionRequest, ApiJson.Default.SessionInfo,
            cancellationToken);

    public Task<SessionInfo> GetSessionAsync(string name, CancellationToken cancellationToken) =>
        GetAsync(Routes.With(Routes.Session, name), ApiJson.Default.SessionInfo, cancellationToken);

    public Task KillSessionAsync(string name, CancellationToken cancellationToken) =>
        DeleteAsync(Routes.With(Routes.Session, name), cancellationToken);

    public Task<TicketInfo> IssueTicketAsync(string name, TicketRequest request, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, Routes.With(Routes.Tickets, name), request, ApiJson.Default.TicketRequest, ApiJson.Default.TicketInfo,
            cancellationToken);

    public async Task<ReadOnlyMemory<byte>> TakeSnapshotAsync(SessionAddress session, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(HttpMethod.Get, Routes.With(Routes.Snapshot, session.ToString()));
        using HttpResponseMessage response = await SendAsync(message, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    public Task<IReadOnlyList<ShadowInfo>> ListShadowsAsync(CancellationToken cancellationToken) =>
        GetAsync(Routes.Shadows, ApiJson.Default.IReadOnlyListShadowInfo, cancellationToken);

    public Task<ShadowInfo> StartShadowAsync(StartShadowRequest request, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, Routes.Shadows, request, ApiJson.Default.StartShadowRequest, ApiJson.Default.ShadowInfo,
            cancellationToken);

    public Task<ShadowInfo> GetShadowAsync(string id, CancellationToken cancellationToken) =>
        GetAsync(Routes.With(Routes.Shadow, id), ApiJson.Default.ShadowInfo, cancellationToken);

    public async Task<ShadowInfo> IssueShadowTicketAsync(string id, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(HttpMethod.Post, Routes.With(Routes.ShadowTickets, id));
        return await SendAsync(message, ApiJson.Default.ShadowInfo, cancellationToken);
    }

    public Task<ShadowInfo> ChangeShadowAsync(string id, ChangeShadowRequest request, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, Routes.With(Routes.Shadow, id), request, ApiJson.Default.ChangeShadowRequest,
            ApiJson.Default.ShadowInfo, cancellationToken);

    public Task StopShadowAsync(string id, CancellationToken cancellationToken) =>
        DeleteAsync(Routes.With(Routes.Shadow, id), cancellationToken);

    public Task<IReadOnlyList<NodeInfo>> ListNodesAsync(CancellationToken cancellationToken) =>
        GetAsync(Routes.Nodes, ApiJson.Default.IReadOnlyListNodeInfo, cancellationToken);

    public Task<InviteInfo> InviteNodeAsync(InviteRequest request, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, Routes.Invites, request, ApiJson.Default.InviteRequest, ApiJson.Default.InviteInfo, cancellationToken);

    public Task<NodeInfo> JoinNodeAsync(JoinRequest request, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, Routes.Join, request, ApiJson.Default.JoinRequest, ApiJson.Default.NodeInfo, cancellationToken);

    public Task<NodeInfo> SetNodeAddressesAsync(string name, NodeAddressesRequest request, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, Routes.With(Routes.NodeAddresses, name), request, ApiJson.Default.NodeAddressesRequest, ApiJson.Default.NodeInfo, cancellationToken);

    public Task RemoveNodeAsync(string name, CancellationToken cancellationToken) =>
        DeleteAsync(Routes.With(Routes.Node, name), cancellationToken);

    public Task<PoolInfo> GetPoolAsync(CancellationToken cancellationToken) =>
        GetAsync(Routes.Pool, ApiJson.Default.PoolInfo, cancellationToken);

    public Task<PromiseInfo> GetPromiseAsync(CancellationToken cancellationToken) =>
        GetAsync(Routes.Promise, ApiJson.Default.PromiseInfo, cancellationToken);

    public Task<VerifierInfo> GetVerifierAsync(CancellationToken cancellationToken) =>
        GetAsync(Routes.Verifier, ApiJson.Default.VerifierInfo, cancellationToken);

    public Task<VerifierInfo> StartVerifierAsync(VerifierRequest request, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, Routes.Verifier, request, ApiJson.Default.VerifierRequest, ApiJson.Default.VerifierInfo, cancellationToken);

    public Task StopVerifierAsync(CancellationToken cancellationToken) => DeleteAsync(Routes.Verifier, cancellationToken);

    public Task<IReadOnlyList<DriverInfo>> ListDriversAsync(CancellationToken cancellationToken) =>
        GetAsync(Routes.Drivers, ApiJson.Default.IReadOnlyListDriverInfo, cancellationToken);

    public async Task<DriverInfo> StartDriverAsync(string name, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(HttpMethod.Post, Routes.With(Routes.DriverStart, name));
        return await SendAsync(message, ApiJson.Default.DriverInfo, cancellationToken);
    }

    public async Task<DriverInfo> StopDriverAsync(string name, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(HttpMethod.Post, Routes.With(Routes.DriverStop, name));
        return await SendAsync(message, ApiJson.Default.DriverInfo, cancellationToken);
    }

    public async Task<IAsyncEnumerable<WireCheckInfo>> CheckWireAsync(WireCheckRequest request, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(HttpMethod.Post, Routes.WireCheck) { Content = JsonContent.Create(request, ApiJson.Default.WireCheckRequest) };
        return ReadAsync(await SendAsync(message, cancellationToken, HttpCompletionOption.ResponseHeadersRead), cancellationToken);
    }

    private static async IAsyncEnumerable<WireCheckInfo> ReadAsync(HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpResponseMessage owned = response;
        await foreach (WireCheckInfo? info in response.Content.ReadFromJsonAsAsyncEnumerable(ApiJson.Default.WireCheckInfo, cancellationToken))
        {
            yield return info!;
        }
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(HttpMethod.Get, path);
        return await SendAsync(message, type, cancellationToken);
    }

    private async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(HttpMethod.Delete, path);
        using HttpResponseMessage response = await SendAsync(message, cancellationToken);
    }

    private async Task<TAnswer> SendAsync<TBody, TAnswer>(
        HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType,
        CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(method, path) { Content = JsonContent.Create(body, bodyType) };
        return await SendAsync(message, answerType, cancellationToken);
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage message, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(message, cancellationToken);
        return await response.Content.ReadFromJsonAsync(type, cancellationToken)
            ?? throw new NodeOperationException(ErrorCode.Internal, "the node's answer is empty", "see the node's log");
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage message, CancellationToken cancellationToken, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(message, completion, cancellationToken);
        }
        catch (TaskCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NodeOperationException(ErrorCode.Timeout,
                $"the node at {_socket} did not answer within {_timeout.TotalSeconds:0.###} seconds",
                "try again, or give --timeout more", exception);
        }
        catch (HttpRequestException exception)
        {
            throw Unreachable(exception);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await ReadProblemAsync(response, cancellationToken);
        }
    }

    private NodeOperationException Unreachable(HttpRequestException exception)
    {
        SocketError? error = (exception.InnerException as SocketException)?.SocketErrorCode;
        return error switch
        {
            SocketError.AccessDenied => new(ErrorCode.ApiUnreachable, $"you may not open the node's API socket {_socket}",
                "run this as the user the node runs as", exception),
            SocketError.ConnectionRefused => new(ErrorCode.ApiUnreachable, $"no node listens on {_socket}: the socket was left behind",
                "start it with 'umbra serve'", exception),
            _ when !File.Exists(_socket) => new(ErrorCode.ApiUnreachable, $"no node listens on {_socket}: there is no such socket",
                "start one with 'umbra serve', or name another socket with --node-socket or UMBRA_API", exception),
            _ => new(ErrorCode.ApiUnreachable,
                $"the node at {_socket} does not answer: {exception.InnerException?.Message ?? exception.Message}",
                "see the node's log", exception),
        };
    }

    private static async Task<NodeOperationException> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            if (await response.Content.ReadFromJsonAsync(ApiJson.Default.ApiProblem, cancellationToken) is { } problem)
            {
                return problem.ToException();
            }
        }
        catch (JsonException)
        {
            // Not a problem of ours: what the status says must do.
        }

        return new NodeOperationException(ErrorCode.Internal, $"the node answered with status {(int)response.StatusCode}",
            "is it a node of the same version?");
    }
}
