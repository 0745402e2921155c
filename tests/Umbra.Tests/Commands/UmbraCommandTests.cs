using System.Text.Json;
using Umbra.Api;
using Umbra.Commands;

namespace Umbra.Tests.Commands;

public sealed class UmbraCommandTests : NodeFixture
{
    [Fact]
    public async Task Help_Root_NamesEveryVerbAndExitCode()
    {
        CommandResult result = await RunAsync("--help");
        Assert.Equal(0, result.ExitCode);
        string[] verbs = ["serve", "session", "shadow", "snapshot", "node", "pool", "verifier", "drivers", "version", "completion"];
        Assert.All(verbs, verb => Assert.Contains($"\n  {verb} ", result.Out, StringComparison.Ordinal));
        Assert.All(ExitCodes.All, code => Assert.Contains($"{code.Code}  {code.Meaning}", result.Out, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("session", "ls start attach show kill")]
    [InlineData("shadow", "ls show stop mode")]
    [InlineData("node", "init invite join ls rm")]
    public async Task Help_OfGroup_NamesItsVerbs(string group, string verbs)
    {
        CommandResult result = await RunAsync(group, "--help");
        Assert.All(verbs.Split(' '), verb => Assert.Contains($"\n  {verb} ", result.Out, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SessionLs_Table_IsPlainAndCarriesNoEscapeOfStrangers()
    {
        CommandResult result = await RunAsync("session", "ls");
        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain('\u001b', result.Out);
        Assert.Contains("alice's [bold]desktop[/]\uFFFD[31m", result.Out, StringComparison.Ordinal);
        Assert.Equal(2, result.Out.TrimEnd().Split('\n').Length);
    }

    [Fact]
    public async Task SessionLs_Json_IsTheApisShape()
    {
        JsonElement session = (await RunAsync("session", "ls", "--output", "json")).Json[0];
        Assert.Equal(("alice", "active", 800),
            (session.GetProperty("name").GetString(), session.GetProperty("state").GetString(), session.GetProperty("size")
            .GetProperty("height").GetInt32()));
    }

    [Fact]
    public async Task Json_TitleOfStranger_HasNoRawControlCharacter()
    {
        Node.Session = Node.Session with { Title = "a\u001b[2J\u009b1mb" };
        CommandResult result = await RunAsync("session", "show", "alice", "--no-ticket", "-o", "json");
        Assert.DoesNotContain(result.Out, c => char.IsControl(c) && c != '\n');
        Assert.Equal("a\u001b[2J\u009b1mb", result.Json.GetProperty("session").GetProperty("title").GetString());
    }

    [Fact]
    public async Task SessionStart_Desktop_SendsWhatWasAsked()
    {
        CommandResult result = await RunAsync("session", "start", "desktop", "--name", "bob", "--size", "1920x1080", "--", "xterm", "-e",
            "top");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        StartSessionRequest request = Assert.IsType<StartSessionRequest>(Node.Last);
        Assert.Equal((SessionKind.Desktop, "bob", new SizeInfo(1920, 1080)), (request.Kind, request.Name, request.Size));
        Assert.Equal(["xterm", "-e", "top"], request.Command!);
    }

    [Fact]
    public async Task SessionAttach_PasswordFile_SendsItsFirstLine()
    {
        string file = Folder.File("pw", "hunter2\nrest\n");
        CommandResult result = await RunAsync("session", "attach", "vnc://host:5901", "--name", "lab3", "--password-file", file);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(new StartSessionRequest(SessionKind.Vnc, "lab3", Address: "vnc://host:5901", Password: "hunter2"), Node.Last);
        Assert.DoesNotContain("hunter2", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x11::0")]
    [InlineData("x11:/run/x.sock")]
    public async Task SessionAttach_XServer_SendsAddressAndAuthority(string address)
    {
        string file = Folder.File("xauth", "x");
        CommandResult result = await RunAsync("session", "attach", address, "--name", "screen", "--xauthority", file);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(new StartSessionRequest(SessionKind.X11, "screen", Address: address, XAuthority: file), Node.Last);
    }

    [Fact]
    public async Task SessionShow_Own_PrintsHowToConnect()
    {
        CommandResult result = await RunAsync("session", "show", "alice");
        Assert.Contains("127.0.0.1:5901", result.Out, StringComparison.Ordinal);
        Assert.Contains("ticketpw", result.Out, StringComparison.Ordinal);
        Assert.Equal("ticketpw", (await RunAsync("session", "show", "alice", "-o", "json")).Json.GetProperty("ticket")
            .GetProperty("password").GetString());
    }

    [Fact]
    public async Task Shadow_Control_PrintsAddressAndPassword()
    {
        CommandResult result = await RunAsync("shadow", "alice@server-b", "--control", "--reason", "ticket 42", "--listen",
            "127.0.0.1:5999");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        StartShadowRequest request = Assert.IsType<StartShadowRequest>(Node.Last);
        Assert.Equal(("alice@server-b", ShadowMode.Control, "ticket 42", "127.0.0.1:5999", false),
            (request.Session, request.Mode, request.Reason, request.Listen, request.NoPassword));
        Assert.Contains("secretpw", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shadow_NoMode_IsView()
    {
        await RunAsync("shadow", "alice@server-b");
        Assert.Equal(ShadowMode.View, Assert.IsType<StartShadowRequest>(Node.Last).Mode);
    }

    [Fact]
    public async Task Shadow_OpenWithoutDisplay_SaysSoAndSucceeds()
    {
        CommandResult result = await RunAsync("shadow", "alice", "--open");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("no display", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShadowVerbs_Known_ReachTheirRoutes()
    {
        Assert.Contains("ticket 42", (await RunAsync("shadow", "ls")).Out, StringComparison.Ordinal);
        Assert.Equal("control", (await RunAsync("shadow", "mode", "s1", "control", "-o", "json")).Json.GetProperty("mode").GetString());
        Assert.Equal(0, (await RunAsync("shadow", "stop", "s1")).ExitCode);
        Assert.Equal("s1", Node.Last);
    }

    [Fact]
    public async Task ShadowShow_GivesAnotherPasswordUnlessToldNotTo()
    {
        Assert.Contains("freshpw", (await RunAsync("shadow", "show", "s1")).Out, StringComparison.Ordinal);
        CommandResult facts = await RunAsync("shadow", "show", "s1", "--no-ticket");
        Assert.DoesNotContain("pw", facts.Out, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:5999", facts.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShadowShow_FromAnotherNode_AsksForNoPassword()
    {
        Node.Shadow = Node.Shadow with { Listen = "" };
        CommandResult facts = await RunAsync("shadow", "show", "g1");
        Assert.Equal(0, facts.ExitCode);
        Assert.DoesNotContain("freshpw", facts.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshot_File_IsWrittenWhole()
    {
        string file = Folder.File("out.png");
        Assert.Equal(0, (await RunAsync("snapshot", "alice@server-b", file)).ExitCode);
        Assert.Equal(FakeNode.Png, await File.ReadAllBytesAsync(file, Ct));
        Assert.Equal(FakeNode.Png, (await RunAsync("snapshot", "alice", "-")).OutBytes);
    }

    [Fact]
    public async Task Snapshot_FolderMissing_FailsAndLeavesNothing()
    {
        CommandResult result = await RunAsync("snapshot", "alice", Folder.File("none/out.png"));
        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains("cannot write", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NodeVerbs_Known_ReachTheirRoutes()
    {
        Assert.Contains("server-b", (await RunAsync("node", "ls")).Out, StringComparison.Ordinal);
        Assert.Equal("tok", (await RunAsync("node", "invite", "--lifetime", "2h", "-o", "json")).Json.GetProperty("token").GetString());
        Assert.Equal(new InviteRequest(7200), Node.Last);
        Assert.Equal(0, (await RunAsync("node", "join", "tok", "tcp://h:4711")).ExitCode);
        Assert.Equal(new JoinRequest("tok", "tcp://h:4711"), Node.Last);
        Assert.Equal(0, (await RunAsync("node", "rm", "server-b")).ExitCode);
        Assert.Equal("server-b", Node.Last);
    }

    [Fact]
    public async Task NodeJoin_Force_IsAskedForOnlyWhereGiven()
    {
        Assert.Equal(0, (await RunAsync("node", "join", "tok", "tcp://h:4711", "--force")).ExitCode);
        Assert.True(Assert.IsType<JoinRequest>(Node.Last).Force);
        Assert.Equal(0, (await RunAsync("node", "join", "tok", "tcp://h:4711")).ExitCode);
        Assert.False(Assert.IsType<JoinRequest>(Node.Last).Force);
    }

    [Fact]
    public async Task NodeInit_Name_UsesStateDirectory()
    {
        string? asked = null;
        CommandResult result = await CommandResult.RunAsync(["node", "init", "--name", "server-b", "--state-directory", Folder.File("st")],
            [], Folder.Path, change: environment => environment with
            {
                InitializeNode = (name, settings) =>
                {
                    asked = $"{name} {settings.StateDirectory}";
                    return new NodeInfo(name, NodeState.Self, [], "ab12");
                },
            });
        Assert.Equal((0, $"server-b {Folder.File("st")}"), (result.ExitCode, asked));
        Assert.Contains("ab12", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NodeAddress_SeveralAddresses_AreSentInOrder()
    {
        CommandResult result = await RunAsync("node", "address", "server-b", "pipe:///run/b.sock", "netb://UMBRA01");

        Assert.Equal(["pipe:///run/b.sock", "netb://UMBRA01"], Assert.IsType<NodeAddressesRequest>(Node.Last).Addresses);
        Assert.Contains("pipe:///run/b.sock netb://UMBRA01", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("start", "running")]
    [InlineData("stop", "stopped")]
    public async Task Drivers_StartAndStop_AskTheNodeAndSayTheState(string verb, string state)
    {
        CommandResult result = await RunAsync("drivers", verb, "tdpipe");

        Assert.Equal(("", 0), (result.Error, result.ExitCode));
        Assert.Contains($"state:       {state}", result.Out, StringComparison.Ordinal);
        Assert.Equal($"{verb} tdpipe", Node.Last);
    }

    [Fact]
    public async Task DriversCheck_BothFormats_ShowTheResult()
    {
        CommandResult result = await RunAsync("drivers", "check", "tcp://server-b:4711", "--node", "server-b", "--seconds", "0.5");

        Assert.Equal(new WireCheckRequest("tcp://server-b:4711", "server-b", 0.5), Node.Last);
        Assert.Contains("round trip:  0.20 ms median, 1.50 ms at most", result.Out, StringComparison.Ordinal);
        Assert.Contains("receives:    100.0 MiB/s", result.Out, StringComparison.Ordinal);
        Assert.Contains("0.13 % (3 packets were sent once more)", result.Out, StringComparison.Ordinal);
        JsonElement json = (await RunAsync("drivers", "check", "tcp://server-b:4711", "--output", "json")).Json;
        Assert.Equal(("done", 0.2), (json.GetProperty("phase").GetString(), json.GetProperty("roundTrip").GetDouble()));
    }

    [Theory]
    [InlineData("tcp://0.0.0.0:4711", "3", "expected one to connect to")]
    [InlineData("tcp://server-b:4711", "21", "give 0.1 to 20")]
    public async Task DriversCheck_BadRequest_SaysWhatWouldDo(string address, string seconds, string expected) =>
        Assert.Contains(expected, (await RunAsync("drivers", "check", address, "--seconds", seconds)).Error, StringComparison.Ordinal);

    [Fact]
    public async Task DriversCheck_EndsEarly_Fails()
    {
        Node.Steps = [.. Node.Steps.Take(1)];

        CommandResult result = await RunAsync("drivers", "check", "tcp://server-b:4711");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("the wire was lost while it was measured", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drivers_BothFormats_ShowOpenLinks()
    {
        Assert.Matches(
            "Tdpipe +0.1.0 +2026-01-02 +10360 +01234567 +running +3 +4 +5.0 MiB +2.0 KiB +7 +1 +refused:2 reset:1 +pipe:///run/umbra/link.sock", (await RunAsync("drivers")).Out);
        Assert.Equal("Tdipx: of another contract\n", (await RunAsync("drivers")).Error);
        JsonElement driver = (await RunAsync("drivers", "--output", "json")).Json[0];
        Assert.Equal(("pipe", 3), (driver.GetProperty("scheme").GetString(), driver.GetProperty("links").GetInt32()));
    }

    [Fact]
    public async Task Version_WithoutNode_Works()
    {
        CommandResult result = await CommandResult.RunAsync(["version", "-o", "json"], [], Folder.Path);
        Assert.StartsWith("0.", result.Json.GetProperty("version").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("session", "start", "desktop")]
    [InlineData("session", "start", "sofa", "--name", "a")]
    [InlineData("session", "start", "desktop", "--name", "a", "--size", "big")]
    [InlineData("session", "start", "desktop", "--name", "a", "--size", "1x")]
    [InlineData("session", "start", "desktop", "--name", "../a")]
    [InlineData("session", "attach", "http://x", "--name", "a")]
    [InlineData("session", "attach", "vnc://user:pw@x", "--name", "a")]
    [InlineData("session", "attach", "vnc://x", "--name", "a", "--password-file", "/nowhere/pw")]
    [InlineData("session", "attach", "x11:host:0", "--name", "a")]
    [InlineData("session", "attach", "x11::zero", "--name", "a")]
    [InlineData("shadow")]
    [InlineData("shadow", "a@b@c")]
    [InlineData("shadow", "alice", "--view", "--control")]
    [InlineData("shadow", "alice", "--listen", "somewhere")]
    [InlineData("shadow", "mode", "s1", "drive")]
    [InlineData("node", "join", "tok", "ftp://h")]
    [InlineData("node", "join", "tok", "tcp://h")]
    [InlineData("node", "join", "tok", "tcp://h:0")]
    [InlineData("node", "join", "tok", "tcp://0.0.0.0:4711")]
    [InlineData("node", "join", "tok", "http://h")]
    [InlineData("serve", "--link-listen", "tcp://server-b:4711", "--check-config")]
    [InlineData("node", "invite", "--lifetime", "5")]
    [InlineData("session", "ls", "--timeout", "soon")]
    [InlineData("session", "ls", "--output", "xml")]
    [InlineData("serve", "--update-rate", "9000", "--check-config")]
    [InlineData("serve", "--config", "/nowhere.yaml", "--check-config")]
    [InlineData("nonsense")]
    [InlineData]
    public async Task CommandLine_Wrong_IsUsageErrorOnStandardError(params string[] arguments)
    {
        CommandResult result = await RunAsync(arguments);
        Assert.Equal((ExitCodes.Usage, ""), (result.ExitCode, result.Out));
        Assert.StartsWith("umbra: ", result.Error, StringComparison.Ordinal);
        Assert.Null(Node.Last);
    }

    [Fact]
    public async Task CommandLine_Typo_SuggestsTheVerb() =>
        Assert.Contains("did you mean session?", (await RunAsync("sesion", "ls")).Error, StringComparison.Ordinal);

    [Fact]
    public async Task CommandLine_WrongWithJson_IsJsonError()
    {
        JsonElement error = (await RunAsync("session", "start", "--output", "json")).ErrorJson;
        Assert.Equal(("invalidRequest", 2), (error.GetProperty("code").GetString(), error.GetProperty("exitCode").GetInt32()));
    }

    [Fact]
    public async Task Failure_EveryCode_GivesItsExitCodeAndRemedy()
    {
        foreach (ErrorCode code in Enum.GetValues<ErrorCode>())
        {
            Node.Failure = new NodeOperationException(code, "because of\u001b this", "do that");
            CommandResult text = await RunAsync("pool");
            Assert.Equal((code.Meaning().ExitCode, "", "umbra: because of\uFFFD this\n  do that\n"), (text.ExitCode, text.Out, text.Error));
            JsonElement error = (await RunAsync("pool", "-o", "json")).ErrorJson;
            Assert.Equal((Words.Of(code), "do that"), (error.GetProperty("code").GetString(), error.GetProperty("next").GetString()));
        }
    }

    [Theory]
    [InlineData("SessionNotFound", 3)]
    [InlineData("Refused", 4)]
    [InlineData("NodeUnreachable", 5)]
    [InlineData("Timeout", 6)]
    [InlineData("Conflict", 7)]
    [InlineData("LimitReached", 8)]
    public void ExitCode_OfErrorCode_NeverChanges(string code, int exitCode) =>
        Assert.Equal(exitCode, Enum.Parse<ErrorCode>(code).Meaning().ExitCode);

    [Fact]
    public async Task SessionShow_Unknown_IsNotFound() =>
        Assert.Equal(ExitCodes.NotFound, (await RunAsync("session", "show", "nobody")).ExitCode);

    [Fact]
    public async Task AnyCommand_NoNode_IsUnreachableAndSaysHowToStartOne()
    {
        CommandResult result = await CommandResult.RunAsync(["session", "ls", "--node-socket", Folder.File("none.sock")], [], Folder.Path);
        Assert.Equal(ExitCodes.Unreachable, result.ExitCode);
        Assert.Contains("umbra serve", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyCommand_ConfiguredSocket_IsFoundWithoutBeingTold()
    {
        CommandResult result = await CommandResult.RunAsync(["session", "ls"], new() { ["UMBRA_RUNTIME_DIRECTORY"] = Folder.Path },
            Folder.Path);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task CheckConfig_Wrong_ListsEveryError()
    {
        string file = Folder.File("umbra.yaml", "updateRat: 1\nupdateRate: 0\n");
        CommandResult text = await RunAsync("serve", "--check-config", "--config", file);
        Assert.Equal(ExitCodes.Usage, text.ExitCode);
        Assert.Contains("line 1: unknown setting updateRat; did you mean updateRate?", text.Error, StringComparison.Ordinal);
        Assert.Contains("line 2: updateRate: '0'", text.Error, StringComparison.Ordinal);
        CommandResult json = await RunAsync("serve", "--check-config", "--config", file, "-o", "json");
        Assert.Equal(2, json.ErrorJson.GetProperty("details").GetArrayLength());
    }

    [Fact]
    public async Task CheckConfig_Right_Succeeds() =>
        Assert.Equal(0, (await RunAsync("serve", "--check-config", "--link-listen", "tcp://127.0.0.1:0", "--shadowing", "2")).ExitCode);

    [Fact]
    public async Task Serve_SocketTaken_IsConflict() =>
        Assert.Equal(ExitCodes.Conflict, (await RunAsync("serve", "--runtime-directory", Folder.Path)).ExitCode);
}
