using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.BadInput;

/// <summary>The API socket of a running node: who may open it, and what becomes of nonsense.</summary>
[SupportedOSPlatform("linux")]
public sealed class BadCallerTests(BadInputRig rig) : IClassFixture<BadInputRig>
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", "/v1/sessions", "{\"kind\":", "400")]
    [InlineData("POST", "/v1/sessions", "[]", "400")]
    [InlineData("POST", "/v1/sessions", "{\"kind\":\"pattern\",\"name\":\"../../etc\"}", "400")]
    [InlineData("POST", "/v1/sessions", "{\"kind\":\"pattern\",\"name\":\"a b\"}", "400")]
    [InlineData("POST", "/v1/sessions", "{\"kind\":\"pattern\",\"name\":\"x\",\"size\":{\"width\":99999,\"height\":99999}}", "400")]
    [InlineData("POST", "/v1/sessions", "{\"kind\":\"pattern\",\"name\":\"x\",\"unknown\":1}", "400")]
    [InlineData("POST", "/v1/shadows", "{\"session\":\"pat\",\"listen\":\"nowhere\"}", "400")]
    [InlineData("POST", "/v1/shadows", "{\"session\":\"pat\",\"listen\":\"0.0.0.0:0\",\"noPassword\":true}", "403")]
    [InlineData("POST", "/v1/nodes/join", "{\"token\":\"umbra-nonsense\",\"address\":\"pipe:///nowhere\"}", "403")]
    [InlineData("GET", "/v1/sessions/nosuch", "", "404")]
    [InlineData("GET", "/v1/sessions/..%2f..%2fetc%2fpasswd", "", "404")]
    [InlineData("GET", "/nowhere", "", "404")]
    [InlineData("DELETE", "/v1/pool", "", "405")]
    [InlineData("TRACE", "/v1/pool", "", "405")]
    public Task Request_Wrong_RefusedAsAProblem(string method, string path, string body, string status) => rig.UnnoticedAsync(async () =>
    {
        const string Headers = "Host: node\r\nConnection: close\r\nContent-Type: application/json\r\n";
        string answer = await AskAsync($"{method} {path} HTTP/1.1\r\n{Headers}Content-Length: {body.Length}\r\n\r\n{body}");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", answer, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("POST /v1/sessions HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n", "413")]
    [InlineData("POST /v1/sessions HTTP/1.1\r\nHost: node\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", "415")]
    [InlineData("complete nonsense\r\n\r\n", "400")]
    [InlineData("\u0016\u0003\u0001\u0001\u0000\r\n\r\n", "400")]
    [InlineData("GET /v1/pool HTTP/9.9\r\nHost: node\r\n\r\n", "505")]
    [InlineData("GET /v1/pool HTTP/1.1\r\n\r\n", "400")]
    [InlineData("POST /v1/sessions HTTP/1.1\r\nHost: node\r\nContent-Length: -5\r\n\r\n", "400")]
    public Task Bytes_NoGoodHttp_RefusedAndClosed(string request, string status) => rig.UnnoticedAsync(async () =>
        Assert.StartsWith($"HTTP/1.1 {status} ", await AskAsync(request), StringComparison.Ordinal));

    [Fact]
    public Task Bytes_TooLongOrTooMany_RefusedAndClosed() => rig.UnnoticedAsync(async () =>
    {
        Assert.StartsWith("HTTP/1.1 414 ", await AskAsync($"GET /{new string('x', 100_000)} HTTP/1.1\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await AskAsync($"GET / HTTP/1.1\r\nHost: node\r\nX: {new string('x', 100_000)}\r\n"),
            StringComparison.Ordinal);
        string many = string.Concat(Enumerable.Range(0, 200).Select(i => $"X{i}: y\r\n"));
        Assert.StartsWith("HTTP/1.1 431 ", await AskAsync($"GET / HTTP/1.1\r\nHost: node\r\n{many}\r\n"), StringComparison.Ordinal);
    });

    [Fact]
    public Task Callers_HundredsThatSayHalfAHeader_OthersAreAnswered() => rig.UnnoticedAsync(async () =>
    {
        List<Socket> slow = [];
        for (int i = 0; i < 300; i++)
        {
            slow.Add(await ConnectAsync());
            await slow[^1].SendAsync("GET /v1/pool HTTP/1.1\r\nHo"u8.ToArray(), Ct);
        }

        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync("GET /v1/version HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n"),
            StringComparison.Ordinal);

        // Whoever does not finish is told so and shown out.
        Assert.StartsWith("HTTP/1.1 408 ", await ReadToEndAsync(slow[0]), StringComparison.Ordinal);
        slow.ForEach(socket => socket.Dispose());
    });

    [Fact]
    public async Task Socket_AnotherUser_CannotOpenIt()
    {
        string[] sockets = [rig.Pair.Near.ApiSocket, rig.Pair.Target.ApiSocket, (await rig.Pair.OwnerAsync("pat")).Server.ToString()!];
        foreach (string path in sockets)
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
        }

        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can try as somebody else");
        string api = rig.Pair.Target.ApiSocket;
        UnixFileMode before = File.GetUnixFileMode(Path.GetDirectoryName(api)!);

        // Even where the folder is open.
        File.SetUnixFileMode(Path.GetDirectoryName(api)!, before | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
        string[] nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "--", "test"];
        Assert.Equal(0, (await ExternalProcess.RunAsync(Require.Program("setpriv"), [.. nobody, "-e", api])).ExitCode);
        Assert.Equal(1, (await ExternalProcess.RunAsync(Require.Program("setpriv"), [.. nobody, "-w", api])).ExitCode);
        File.SetUnixFileMode(Path.GetDirectoryName(api)!, before);
    }

    private Task<Socket> ConnectAsync() => BadInputRig.ConnectAsync(rig.Pair.Target.ApiSocket, Ct);

    private async Task<string> AskAsync(string request)
    {
        using Socket socket = await ConnectAsync();
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(request), Ct);
        }
        catch (SocketException)
        {
            // Answered before it was all said.
        }

        return await ReadToEndAsync(socket);
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        StringBuilder answer = new();
        byte[] some = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(some, Ct).AsTask().WaitAsync(NodePair.Patience, Ct) is > 0 and int count)
            {
                answer.Append(Encoding.Latin1.GetString(some, 0, count));
            }
        }
        catch (SocketException)
        {
            // Closed with our bytes unread.
        }

        return answer.ToString();
    }
}
