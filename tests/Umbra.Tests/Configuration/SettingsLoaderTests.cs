using Microsoft.Extensions.Logging;
using Umbra.Configuration;
using Umbra.Core.Memory;
using Umbra.Transports;

namespace Umbra.Tests.Configuration;

public sealed class SettingsLoaderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _variables = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_Nothing_GivesDefaultsUnderHome()
    {
        NodeSettings settings = Load().Settings;
        Assert.Equal(_folder.File(".local/state/umbra"), settings.StateDirectory);
        Assert.Equal(_folder.File(".local/state/umbra/run/api.sock"), settings.ApiSocketPath);
        Assert.Equal(ShadowCeiling.View, settings.Shadowing);
    }

    [Fact]
    public void Load_XdgDirectories_AreUsed()
    {
        _variables["XDG_STATE_HOME"] = "/s";
        _variables["XDG_RUNTIME_DIR"] = "/r";
        NodeSettings settings = Load().Settings;
        Assert.Equal(("/s/umbra", "/r/umbra/api.sock"), (settings.StateDirectory, settings.ApiSocketPath));
    }

    [Fact]
    public void Load_Root_UsesSystemDirectories()
    {
        NodeSettings settings = SettingsLoader.Load(new SettingsEnvironment(_variables, true, "/root"), _folder.File("empty.yaml", ""))
            .Settings;
        Assert.Equal(("/var/lib/umbra", "/run/umbra/api.sock"), (settings.StateDirectory, settings.ApiSocketPath));
    }

    [Fact]
    public void Load_EveryLayer_LaterOverridesEarlier()
    {
        string file = _folder.File("umbra.yaml", "updateRate: 10\nmaxSessions: 11\nticketLifetime: 30s\n");
        _variables["UMBRA_MAX_SESSIONS"] = "12";
        _variables["UMBRA_TICKET_LIFETIME"] = "40s";
        NodeSettings settings = Load(file, new SettingValue("ticketLifetime", ["50s"], new SettingSource("--ticket-lifetime"))).Settings;
        Assert.Equal((10, 12, TimeSpan.FromSeconds(50)), (settings.UpdateRate, settings.MaxSessions, settings.TicketLifetime));
    }

    [Theory]
    [InlineData("pool", "")]
    [InlineData("pool,TdPi,mdl", "Mdl ,TdPi")]
    [InlineData("pool,SfPx , Mdl ", "Mdl ,SfPx")]
    public void Load_Verify_TagsByTheirNames(string text, string tags)
    {
        NodeSettings settings = Load(null, new SettingValue("verify", [text], new SettingSource("--verify"))).Settings;
        Assert.Equal(tags, string.Join(',', settings.Verify!.Order().Select(tag => tag.Name())));
        Assert.Null(Load().Settings.Verify);
    }

    [Fact]
    public void Load_VerifyWrongTag_NamesTheTags()
    {
        _variables["UMBRA_VERIFY"] = "pool,TdXx";
        Assert.Contains("verify: 'TdXx' is no tag: tags are Mdl, SfPx, ShPx", Assert.Single(Load().Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ProcessLimit_MemoryThatDoesNotFitIsAnError()
    {
        SettingValue small = new("processLimit", ["256MiB"], new SettingSource("--process-limit"));
        Assert.InRange(Load(null, small).Settings.MemoryLimit, 64L << 20, 128L << 20);
        _variables["UMBRA_MEMORY_LIMIT"] = "256MiB";
        Assert.Contains("memoryLimit 256MiB does not fit into processLimit 256MiB: ", Assert.Single(Load(null, small).Errors).Message, StringComparison.Ordinal);
        Assert.Empty(Load().Errors);
    }

    [Fact]
    public void Load_UserFile_OverridesTheSystemFile()
    {
        _folder.File("system.yaml", "updateRate: 20\nmaxSessions: 5");
        Directory.CreateDirectory(_folder.File(".config/umbra"));
        _folder.File(".config/umbra/umbra.yaml", "updateRate: 25");
        SettingsResult result = Load();
        Assert.Equal((25, 5), (result.Settings.UpdateRate, result.Settings.MaxSessions));
        Assert.Equal([_folder.File("system.yaml"), _folder.File(".config/umbra/umbra.yaml")], result.Files);
    }

    [Fact]
    public void Load_Json_IsRead()
    {
        string file = _folder.File("umbra.json", """{ "shadowing": "control", "linkListen": ["tcp://0.0.0.0:4711", "pipe:///run/umbra/link.sock"], "memoryLimit": "256MiB" }""");
        SettingsResult result = Load(file);
        Assert.Empty(result.Errors);
        Assert.Equal(["tcp://0.0.0.0:4711", "pipe:///run/umbra/link.sock"], result.Settings.LinkListen);
        Assert.Equal((ShadowCeiling.Control, 256L << 20), (result.Settings.Shadowing, result.Settings.MemoryLimit));
    }

    [Theory]
    [InlineData("0", "Off")]
    [InlineData("1", "Control")]
    [InlineData("2", "Control")]
    [InlineData("3", "View")]
    [InlineData("4", "View")]
    [InlineData("off", "Off")]
    [InlineData("VIEW", "View")]
    public void Load_ShadowingAlias_IsUnderstood(string text, string ceiling) =>
        Assert.Equal(ceiling, Load(_folder.File("umbra.yaml", $"shadowing: {text}")).Settings.Shadowing.ToString());

    [Fact]
    public void Load_ManyErrors_AreAllReportedWithPlaceAndRemedy()
    {
        string file = _folder.File("umbra.yaml", "updateRate: 500\nshadwing: view\nmemoryLimit:\nlinkListen: [\"http://x\", \"tcp://h:1\"]\nmaxSessions: [1, 2]\nxvnc: {a: b}\nshadowing: 7\n");
        _variables["UMBRA_TICKET_LIFETIME"] = "1s";
        SettingsResult result = Load(file, new SettingValue("logLevel", ["loud"], new SettingSource("--log-level")));
        string[] errors = [.. result.Errors.Select(error => error.ToString())];
        Assert.Equal(10, errors.Length);
        Assert.Contains($"{file} line 1: updateRate: '500' is not allowed: 1 to 120", errors);
        Assert.Contains($"{file} line 2: unknown setting shadwing; did you mean shadowing?", errors);
        Assert.Contains($"{file} line 3: memoryLimit: a value or a list of values is expected", errors);
        Assert.Contains($"{file} line 4: linkListen: 'http://x': no transport is called 'http'; expected {TransportDrivers.Forms}", errors);
        Assert.Contains(errors, error => error.StartsWith($"{file} line 4: linkListen: 'tcp://h:1'", StringComparison.Ordinal));
        Assert.Contains($"{file} line 5: maxSessions: one value is expected: 1 to 10000", errors);
        Assert.Contains($"{file} line 6: xvnc: a value or a list of values is expected", errors);
        Assert.Contains(errors, error => error.StartsWith($"{file} line 7: shadowing: '7'", StringComparison.Ordinal));
        Assert.Contains("UMBRA_TICKET_LIFETIME: ticketLifetime: '1s' is not allowed: 5s to 1h", errors);
        Assert.Contains(errors, error => error.StartsWith("--log-level: logLevel: 'loud'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:65536", "no port")]
    [InlineData("tcp://127.0.0.1", "no port")]
    [InlineData("tcp://server-b:4711", "host name")]
    [InlineData("pipe://run/link.sock", "not absolute")]
    [InlineData("async:///dev/ttyS0?role=connect", "only connects")]
    [InlineData("netb://NAME?names=maybe", "names=")]
    [InlineData("memory://x", "this process")]
    public void Load_LinkAddressThatCannotBeListenedOn_SaysWhy(string address, string why)
    {
        SettingError error = Assert.Single(Load(_folder.File("umbra.yaml", $"linkListen: \"{address}\"")).Errors);
        Assert.StartsWith($"linkListen: '{address}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LinkPathTooLong_SaysHowLongItMayBe() => Assert.Contains(
        "at most 107", Assert.Single(Load(_folder.File("umbra.yaml", $"linkListen: pipe:///{new string('r', 107)}")).Errors).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_LinkAddress_IsKeptInLowerCase() =>
        Assert.Equal(["tcp://localhost:1"], Load(_folder.File("umbra.yaml", "linkListen: TCP://LocalHost:1")).Settings.LinkListen);

    [Fact]
    public void Load_WrongValueOverridden_IsReportedAllTheSame()
    {
        _variables["UMBRA_UPDATE_RATE"] = "30";
        Assert.Single(Load(_folder.File("umbra.yaml", "updateRate: fast")).Errors);
    }

    [Theory]
    [InlineData("updateRate: [1", 2)]
    [InlineData("updateRate: 1\nupdateRate: 2", 2)]
    [InlineData("- a\n- b", 1)]
    [InlineData("a: 1\n---\nb: 2", 1)]
    [InlineData("just text", 1)]
    public void Load_BrokenFile_SaysWhichLine(string content, int line)
    {
        string file = _folder.File("umbra.yaml", content);
        Assert.StartsWith($"{file} line {line}:", Load(file).Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NamedFileMissing_IsAnError()
    {
        Assert.Single(Load("/nowhere/umbra.yaml").Errors);
        _variables["UMBRA_CONFIG"] = "/nowhere/umbra.yaml";
        Assert.Single(Load().Errors);
    }

    [Fact]
    public void Load_UnknownVariable_OnlyWarns()
    {
        _variables["UMBRA_UPDATERATE"] = "1";
        _variables["UMBRA_API"] = "/x";
        SettingsResult result = Load();
        Assert.Empty(result.Errors);
        Assert.Equal(["UMBRA_UPDATERATE is not a setting; did you mean UMBRA_UPDATE_RATE?"], result.Warnings);
    }

    [Fact]
    public void Load_SocketPathTooLong_IsAnError()
    {
        _variables["UMBRA_RUNTIME_DIRECTORY"] = "/" + new string('r', 110);
        Assert.Contains("107 bytes", Assert.Single(Load().Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LogLevel_NamesOnly() =>
        Assert.Equal(LogLevel.Debug, Load(_folder.File("u.yaml", "logLevel: debug")).Settings.LogLevel);

    [Fact]
    public void Load_RandomFiles_OnlyEverReportErrors()
    {
        Random random = new(11);
        const string Letters = "updateRate: [{}]\n-'\"#&*!|>%@`\t1a~?,";
        for (int i = 0; i < 500; i++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(40)).Select(_ => Letters[random.Next(Letters.Length)])]);
            Load(_folder.File("random.yaml", text));
        }
    }

    private SettingsResult Load(string? file = null, params SettingValue[] options) =>
        SettingsLoader.Load(new SettingsEnvironment(_variables, false, _folder.Path) { SystemFile = _folder.File("system.yaml") }, file,
            options);
}
