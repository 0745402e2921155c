using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Core.Memory;
using Umbra.Hosting;

namespace Umbra.Tests.Api;

public sealed class ApiTests : NodeFixture
{
    [Fact]
    public async Task OpenApi_Served_NamesEveryRouteWithSummary()
    {
        JsonElement paths = (await Http.GetFromJsonAsync<JsonElement>(Routes.OpenApi, Ct)).GetProperty("paths");
        string[] routes =
        [
            Routes.Sessions, Routes.Session, Routes.Tickets, Routes.Snapshot, Routes.Shadows, Routes.Shadow, Routes.ShadowTickets, Routes.Nodes, Routes.Node,
                Routes.NodeAddresses, Routes.Invites, Routes.Join,
            Routes.Pool, Routes.Promise, Routes.Verifier, Routes.Drivers, Routes.DriverStart, Routes.DriverStop, Routes.WireCheck, Routes.Version,
        ];
        Assert.Equal(routes.Order(), paths.EnumerateObject().Select(path => path.Name).Order());
        Assert.All(paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject()), operation =>
            Assert.NotEmpty(operation.Value.GetProperty("summary").GetString()!));
    }

    [Fact]
    public async Task OpenApi_JoinRequest_ForceIsOptional()
    {
        JsonElement shape = (await Http.GetFromJsonAsync<JsonElement>(Routes.OpenApi, Ct))
            .GetProperty("components").GetProperty("schemas").GetProperty(nameof(JoinRequest));
        Assert.Equal("boolean", shape.GetProperty("properties").GetProperty("force").GetProperty("type").GetString());
        Assert.Equal(["token", "address"], shape.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
    }

    [Theory]
    [InlineData("""{"token":"t","address":"tcp://h:1"}""", false)]
    [InlineData("""{"token":"t","address":"tcp://h:1","force":true}""", true)]
    public async Task PostJoin_Valid_ReachesTheNode(string body, bool force)
    {
        using HttpResponseMessage response = await PostAsync(Routes.Join, body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(new JoinRequest("t", "tcp://h:1", force), Node.Last);
    }

    [Theory]
    [InlineData("server-b", "is not a transport address")]
    [InlineData("tcp://server-b:70000", "no port from 0 to 65535")]
    [InlineData("tcp://server-b:0", "port 0")]
    [InlineData("tcp://0.0.0.0:4711", "every address")]
    [InlineData("http://1.2:3", "no transport is called")]
    public async Task PostJoin_AddressOfNoUse_IsRefusedBeforeTheNodeSeesIt(string address, string why)
    {
        using HttpResponseMessage response = await PostAsync(Routes.Join, $$"""{"token":"t","address":"{{address}}"}""");
        ApiProblem problem = await AssertProblemAsync(response, 400, ErrorCode.InvalidRequest);
        Assert.Contains(why, problem.Detail, StringComparison.Ordinal);
        Assert.Null(Node.Last);
    }

    /// <summary>Nulls are left out of answers, so what may be null must not be required when an answer is read.</summary>
    [Fact]
    public void Shapes_NullableMembers_AreOptional()
    {
        NullabilityInfoContext nullability = new();
        IEnumerable<Type> shapes = typeof(ApiJson).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(ApiJson).Namespace && type.GetMethod("<Clone>$") is not null);
        Assert.All(shapes.SelectMany(type => type.GetConstructors().SelectMany(c => c.GetParameters())), parameter =>
            Assert.True(parameter.HasDefaultValue || nullability.Create(parameter).WriteState != NullabilityState.Nullable,
                $"{parameter.Member.DeclaringType} {parameter.Name}"));
    }

    [Fact]
    public async Task GetSessions_One_IsCamelCaseWithStringEnums()
    {
        JsonElement session = (await Http.GetFromJsonAsync<JsonElement>(Routes.Sessions, Ct))[0];
        Assert.Equal("alice", session.GetProperty("name").GetString());
        Assert.Equal("desktop", session.GetProperty("kind").GetString());
        Assert.Equal(1280, session.GetProperty("size").GetProperty("width").GetInt32());
        Assert.False(session.TryGetProperty("notice", out _));
    }

    [Fact]
    public async Task PostSession_Valid_IsCreatedWithLocation()
    {
        using HttpResponseMessage response = await PostAsync(Routes.Sessions,
            """{"kind":"vnc","name":"lab3","address":"vnc://h:5901","password":"pw"}""");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("/v1/sessions/lab3", response.Headers.Location?.ToString());
        Assert.Equal(new StartSessionRequest(SessionKind.Vnc, "lab3", Address: "vnc://h:5901", Password: "pw"), Node.Last);
    }

    [Theory]
    [InlineData("""{"kind":"desktop"}""")]
    [InlineData("""{"kind":"desktop","name":null}""")]
    [InlineData("""{"kind":"desktop","name":"../x"}""")]
    [InlineData("""{"kind":"desktop","name":""}""")]
    [InlineData("""{"kind":"link","name":"a"}""")]
    [InlineData("""{"kind":1,"name":"a"}""")]
    [InlineData("""{"kind":"desktop","name":"a","unknown":1}""")]
    [InlineData("""{"kind":"desktop","name":"a","size":{"width":0,"height":800}}""")]
    [InlineData("""{"kind":"desktop","name":"a","size":{"width":16384,"height":16384}}""")]
    [InlineData("""{"kind":"desktop","name":"a","password":"x"}""")]
    [InlineData("""{"kind":"pattern","name":"a","command":["x"]}""")]
    [InlineData("""{"kind":"desktop","name":"a","command":[]}""")]
    [InlineData("""{"kind":"vnc","name":"a"}""")]
    [InlineData("""{"kind":"x11","name":"a"}""")]
    [InlineData("""{"kind":"x11","name":"a","address":"x11::0","password":"x"}""")]
    [InlineData("""{"kind":"x11","name":"a","address":"x11::0","xAuthority":"relative"}""")]
    [InlineData("""{"kind":"vnc","name":"a","address":"vnc://h","xAuthority":"/x"}""")]
    [InlineData("""{"kind":"desktop","name":"a" """)]
    [InlineData("[]")]
    [InlineData("")]
    public async Task PostSession_Wrong_IsRefusedBeforeTheNodeSeesIt(string body)
    {
        using HttpResponseMessage response = await PostAsync(Routes.Sessions, body);
        await AssertProblemAsync(response, 400, ErrorCode.InvalidRequest);
        Assert.Null(Node.Last);
    }

    [Fact]
    public async Task PostSession_TooLarge_IsRefused()
    {
        using HttpResponseMessage response = await PostAsync(Routes.Sessions,
            $$"""{"kind":"desktop","name":"{{new string('a', NodeServer.MaxRequestBody)}}"}""");
        await AssertProblemAsync(response, 413, ErrorCode.InvalidRequest);
    }

    [Fact]
    public async Task PostSession_DeeplyNested_IsRefused()
    {
        using HttpResponseMessage response = await PostAsync(Routes.Sessions, string.Concat(Enumerable.Repeat("{\"a\":", 5000)));
        await AssertProblemAsync(response, 400, ErrorCode.InvalidRequest);
    }

    [Fact]
    public async Task AnyBytes_AsBody_NeverFailTheNode()
    {
        Random random = new(17);
        for (int i = 0; i < 300; i++)
        {
            byte[] body = new byte[random.Next(200)];
            random.NextBytes(body);
            using ByteArrayContent content = new(body) { Headers = { { "Content-Type", "application/json" } } };
            using HttpResponseMessage response = await Http.PostAsync(i % 2 == 0 ? Routes.Sessions : Routes.Shadows, content, Ct);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("""{"session":"a@b","noPassword":true,"listen":"0.0.0.0:5999"}""", 403, nameof(ErrorCode.Refused))]
    [InlineData("""{"session":"a@b@c"}""", 400, nameof(ErrorCode.InvalidRequest))]
    [InlineData("""{"session":"a","mode":"drive"}""", 400, nameof(ErrorCode.InvalidRequest))]
    [InlineData("""{"session":"a","listen":"nowhere:1"}""", 400, nameof(ErrorCode.InvalidRequest))]
    public async Task PostShadow_Wrong_IsRefused(string body, int status, string code)
    {
        using HttpResponseMessage response = await PostAsync(Routes.Shadows, body);
        await AssertProblemAsync(response, status, Enum.Parse<ErrorCode>(code));
        Assert.Null(Node.Last);
    }

    [Theory]
    [InlineData("GET", "/v1/nothing", 404)]
    [InlineData("PUT", "/v1/sessions", 405)]
    [InlineData("GET", "/", 404)]
    public async Task Request_UnknownRoute_IsProblem(string method, string path, int status)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        using HttpResponseMessage response = await Http.SendAsync(request, Ct);
        await AssertProblemAsync(response, status, ErrorCode.RouteNotFound);
    }

    [Fact]
    public async Task Request_EveryErrorCode_CarriesItsStatus()
    {
        foreach (ErrorCode code in Enum.GetValues<ErrorCode>())
        {
            Node.Failure = new NodeOperationException(code, "because", "do this");
            using HttpResponseMessage response = await Http.GetAsync(Routes.Pool, Ct);
            ApiProblem problem = await AssertProblemAsync(response, code.Meaning().Status, code);
            Assert.Equal(("because", "do this"), (problem.Detail, problem.Next));
        }
    }

    [Fact]
    public async Task Request_UnexpectedFailure_TellsNothingOfIt()
    {
        Node.Failure = new InvalidOperationException("secret inner state");
        using HttpResponseMessage response = await Http.GetAsync(Routes.Pool, Ct);
        await AssertProblemAsync(response, 500, ErrorCode.Internal);
        Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_QuotaExceeded_IsLimitReached()
    {
        using BufferPool pool = new(limit: 1024);
        Node.Failure = Assert.Throws<QuotaExceededException>(() => pool.Rent(4096, BufferTag.Test, pool.Root));
        using HttpResponseMessage response = await Http.GetAsync(Routes.Pool, Ct);
        await AssertProblemAsync(response, 503, ErrorCode.LimitReached);
    }

    [Fact]
    public async Task NodeClient_AnswerWithNulls_ReadsIt()
    {
        Node.Shadow = new ShadowInfo("s1", "a", ShadowMode.View, ShadowState.Active, "root", "127.0.0.1:1", FakeNode.Time);
        using NodeClient client = new(Socket, TimeSpan.FromSeconds(20));
        Assert.Equal(Node.Shadow, await client.GetShadowAsync("s1", Ct));
    }

    [Fact]
    public async Task GetSnapshot_OfOtherNode_GivesPng()
    {
        using HttpResponseMessage response = await Http.GetAsync("/v1/sessions/alice@server-b/snapshot", Ct);
        Assert.Equal("image/png", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(FakeNode.Png, await response.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal(new SessionAddress("alice", "server-b"), Node.Last);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        return await Http.PostAsync(path, content, Ct);
    }

    private static async Task<ApiProblem> AssertProblemAsync(HttpResponseMessage response, int status, ErrorCode code)
    {
        Assert.Equal(ApiProblem.MediaType, response.Content.Headers.ContentType?.MediaType);
        ApiProblem? problem = await response.Content.ReadFromJsonAsync(ApiJson.Default.ApiProblem, Ct);
        Assert.NotNull(problem);
        Assert.Equal((status, status, code), ((int)response.StatusCode, problem.Status, problem.Code));
        return problem;
    }
}
