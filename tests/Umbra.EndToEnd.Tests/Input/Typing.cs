using Umbra.Api;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Input;

/// <summary>A desktop whose one program, a terminal as large as the screen, writes the lines typed into it to a file.</summary>
internal sealed class Typing
{
    private const uint Return = 0xFF0D;
    private const uint LeftControl = 0xFFE3;

    /// <summary>Of a character of xterm's own font; and what is around all of them.</summary>
    private const int CellWidth = 6;
    private const int CellHeight = 13;
    private const int Border = 20;

    private readonly NodePair _pair;
    private readonly string _session;
    private readonly string _file;
    private int _linesRead;
    private string _lastShadow = "";

    private Typing(NodePair pair, string session)
    {
        _pair = pair;
        _session = session;
        _file = pair.Target.PathOf("typed");
    }

    public static CancellationToken Timeout => new CancellationTokenSource(NodePair.Patience).Token;

    /// <summary>Starts the desktop on the target node, and waits until the terminal reads.</summary>
    public static async Task<Typing> StartAsync(NodePair pair, string session, int width, int height)
    {
        Require.Program("xterm");
        Typing typing = new(pair, session);
        string program = $"stty -icanon; echo ready >> {typing._file}; while IFS= read -r line; do printf '%s\\n' \"$line\" >> {typing._file}; done";
        string geometry = $"{(width - Border) / CellWidth}x{(height - Border) / CellHeight}+0+0";
        await pair.StartDesktopAsync(session, width, height, "xterm", "-geometry", geometry, "-e", "sh", "-c", program);
        await typing.NextLineAsync();
        return typing;
    }

    public async Task<RfbTestClient> ConnectAsync(ShadowMode mode)
    {
        ShadowInfo shadow = await _pair.ShadowAsync(_session, mode);
        _lastShadow = shadow.Id;
        return await ConnectAsync(RfbTestOptions.For(shadow.Listen));
    }

    public async Task<RfbTestClient> ConnectOwnerAsync() => await ConnectAsync(await _pair.OwnerAsync(_session));

    public static async Task<RfbTestClient> ConnectAsync(RfbTestOptions options)
    {
        RfbTestClient client = await RfbTestClient.ConnectAsync(options, Timeout);

        // Without a window manager the keyboard goes to the window under the pointer.
        await client.SendPointerAsync(client.Picture.Width / 2, client.Picture.Height / 2, 0, Timeout);
        await client.ReadPictureAsync(false, Timeout);
        return client;
    }

    public static async Task LineAsync(RfbTestClient client, string text)
    {
        await client.TypeAsync(text, Timeout);
        await client.SendKeyAsync(Return, true, Timeout);
        await client.SendKeyAsync(Return, false, Timeout);
    }

    /// <summary>What the client sent has been dealt with on the target node: a picture was asked for after it, and has come.</summary>
    public static async Task SettledAsync(RfbTestClient client)
    {
        await client.SendKeyAsync(LeftControl, true, Timeout);
        await client.SendKeyAsync(LeftControl, false, Timeout);
        await client.ReadPictureAsync(false, Timeout);
    }

    public async Task LowerAsync(bool onTarget)
    {
        if (!onTarget)
        {
            await _pair.NearApi.ChangeShadowAsync(_lastShadow, new ChangeShadowRequest(ShadowMode.View), Timeout);
            return;
        }

        ShadowInfo grant = (await _pair.TargetApi.ListShadowsAsync(Timeout)).Single();
        await _pair.TargetApi.ChangeShadowAsync(grant.Id, new ChangeShadowRequest(ShadowMode.View), Timeout);
    }

    public async Task<string> NextLineAsync()
    {
        string[] lines = [];
        await Eventually.TrueAsync(
            () => File.Exists(_file) && (lines = [.. File.ReadAllText(_file).Split('\n')[..^1]]).Length > _linesRead,
            $"line {_linesRead + 1} is typed");
        return lines[_linesRead++];
    }
}
