using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Umbra.Api;

/// <summary>Maps every route to its node operation. Requests are validated here, so the engine sees only well-formed ones.</summary>
internal static class ApiEndpoints
{
    public static void MapApi(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder api = app.MapGroup("");
        api.WithMetadata(new ProblemResponse());
        MapSessions(api);
        MapShadows(api);
        MapNodes(api);
        MapPool(api);
        api.MapGet(Routes.Drivers, (INodeOperations node, CancellationToken ct) => node.ListDriversAsync(ct))
            .Describe("listDrivers", "Transport drivers, where they listen and what they have done");
        api.MapPost(Routes.DriverStart, (string name, INodeOperations node, CancellationToken ct) => node.StartDriverAsync(name, ct))
            .Describe("startDriver", "Set a driver to work");
        api.MapPost(Routes.DriverStop, (string name, INodeOperations node, CancellationToken ct) => node.StopDriverAsync(name, ct))
            .Describe("stopDriver", "End a driver's connections and take back its memory");
        api.MapPost(Routes.WireCheck, (WireCheckRequest request, INodeOperations node, CancellationToken ct) =>
        {
            request.Validate();
            return node.CheckWireAsync(request, ct);
        }).Describe("checkWire", "Measure the way to another node; the last element is the result");
        api.MapGet(Routes.Version, (INodeOperations node, CancellationToken ct) => node.GetVersionAsync(ct))
            .Describe("getVersion", "Which program and node answers");
    }

    private static void MapSessions(RouteGroupBuilder api)
    {
        api.MapGet(Routes.Sessions, (INodeOperations node, CancellationToken ct) => node.ListSessionsAsync(ct))
            .Describe("listSessions", "Sessions of this node");
        api.MapPost(Routes.Sessions, async (StartSessionRequest request, INodeOperations node, CancellationToken ct) =>
        {
            request.Validate();
            SessionInfo session = await node.StartSessionAsync(request, ct);
            return TypedResults.Created(Routes.With(Routes.Session, session.Name), session);
        }).Describe("startSession", "Start a desktop or test pattern, or attach an RFB server");
        api.MapGet(Routes.Session, (string name, INodeOperations node, CancellationToken ct) => node.GetSessionAsync(name, ct))
            .Describe("getSession", "One session");
        api.MapDelete(Routes.Session, async (string name, INodeOperations node, CancellationToken ct) =>
        {
            await node.KillSessionAsync(name, ct);
            return TypedResults.NoContent();
        }).Describe("killSession", "End a session and everything that looks at it");
        api.MapPost(Routes.Tickets, (string name, TicketRequest request, INodeOperations node, CancellationToken ct) =>
            node.IssueTicketAsync(name, request, ct))
            .Describe("issueTicket", "A one-time password for the owner, and how to connect");
        api.MapGet(Routes.Snapshot, async (string name, INodeOperations node, CancellationToken ct) =>
                TypedResults.Bytes(await node.TakeSnapshotAsync(SessionAddress.Parse(name), ct), "image/png"))
            .Produces(StatusCodes.Status200OK, contentType: "image/png")
            .Describe("takeSnapshot", "The newest picture; name is SESSION or SESSION@NODE");
    }

    private static void MapShadows(RouteGroupBuilder api)
    {
        api.MapGet(Routes.Shadows, (INodeOperations node, CancellationToken ct) => node.ListShadowsAsync(ct))
            .Describe("listShadows", "Shadows started here");
        api.MapPost(Routes.Shadows, async (StartShadowRequest request, INodeOperations node, CancellationToken ct) =>
        {
            request.Validate();
            ShadowInfo shadow = await node.StartShadowAsync(request, ct);
            return TypedResults.Created(Routes.With(Routes.Shadow, shadow.Id), shadow);
        }).Describe("startShadow", "Look into a session; the target node decides");
        api.MapGet(Routes.Shadow, (string id, INodeOperations node, CancellationToken ct) => node.GetShadowAsync(id, ct))
            .Describe("getShadow", "One shadow");
        api.MapPost(Routes.ShadowTickets, (string id, INodeOperations node, CancellationToken ct) => node.IssueShadowTicketAsync(id, ct))
            .Describe("issueShadowTicket", "The shadow with a new one-time password for a viewer");
        api.MapPatch(Routes.Shadow, (string id, ChangeShadowRequest request, INodeOperations node, CancellationToken ct) =>
            node.ChangeShadowAsync(id, request, ct))
            .Describe("changeShadow", "Raise or lower the mode; the target node decides");
        api.MapDelete(Routes.Shadow, async (string id, INodeOperations node, CancellationToken ct) =>
        {
            await node.StopShadowAsync(id, ct);
            return TypedResults.NoContent();
        }).Describe("stopShadow", "End a shadow");
    }

    private static void MapNodes(RouteGroupBuilder api)
    {
        api.MapGet(Routes.Nodes, (INodeOperations node, CancellationToken ct) => node.ListNodesAsync(ct))
            .Describe("listNodes", "Nodes this node knows, itself first");
        api.MapPost(Routes.Invites, (InviteRequest request, INodeOperations node, CancellationToken ct) =>
        {
            request.Validate();
            return node.InviteNodeAsync(request, ct);
        }).Describe("inviteNode", "A token with which one node may enrol, once");
        api.MapPost(Routes.Join, (JoinRequest request, INodeOperations node, CancellationToken ct) =>
        {
            request.Validate();
            return node.JoinNodeAsync(request, ct);
        }).Describe("joinNode", "Enrol this node with the one that issued the token");
        api.MapPut(Routes.NodeAddresses, (string name, NodeAddressesRequest request, INodeOperations node, CancellationToken ct) =>
        {
            request.Validate();
            return node.SetNodeAddressesAsync(name, request, ct);
        }).Describe("setNodeAddresses", "Where a node is reached, best first");
        api.MapDelete(Routes.Node, async (string name, INodeOperations node, CancellationToken ct) =>
        {
            await node.RemoveNodeAsync(name, ct);
            return TypedResults.NoContent();
        }).Describe("removeNode", "Forget a node; its certificate is worth nothing here from then on");
    }

    private static void MapPool(RouteGroupBuilder api)
    {
        api.MapGet(Routes.Pool, (INodeOperations node, CancellationToken ct) => node.GetPoolAsync(ct))
            .Describe("getPool", "The memory pool, by tag and by account");
        api.MapGet(Routes.Promise, (INodeOperations node, CancellationToken ct) => node.GetPromiseAsync(ct))
            .Describe("getPromise", "The most this node may ever hold, part by part");
        api.MapGet(Routes.Verifier, (INodeOperations node, CancellationToken ct) => node.GetVerifierAsync(ct))
            .Describe("getVerifier", "What watches the pool: faults found, and who rented what is out");
        api.MapPut(Routes.Verifier, (VerifierRequest request, INodeOperations node, CancellationToken ct) =>
        {
            request.Validate();
            return node.StartVerifierAsync(request, ct);
        }).Describe("startVerifier", "Watch the pool from now on");
        api.MapDelete(Routes.Verifier, async (INodeOperations node, CancellationToken ct) =>
        {
            await node.StopVerifierAsync(ct);
            return TypedResults.NoContent();
        }).Describe("stopVerifier", "Watch the pool no longer");
    }

    private static void Describe(this RouteHandlerBuilder route, string name, string summary) => route.WithName(name).WithSummary(summary);

    /// <summary>Any route may answer with a problem.</summary>
    private sealed class ProblemResponse : IProducesResponseTypeMetadata
    {
        public Type Type => typeof(ApiProblem);

        public int StatusCode => StatusCodes.Status400BadRequest;

        public string Description => "A problem; its code says which, its status is that of the code";

        public IEnumerable<string> ContentTypes => [ApiProblem.MediaType];
    }
}
