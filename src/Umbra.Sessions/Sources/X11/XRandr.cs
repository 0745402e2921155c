using System.Buffers.Binary;
using System.Text;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.X11;

/// <summary>The RANDR extension, version 1.3: the screen's size, told and changed.</summary>
internal sealed class XRandr
{
    private const int QueryVersion = 0;
    private const int SelectInput = 4;
    private const int GetScreenSizeRange = 6;
    private const int SetScreenSize = 7;
    private const int GetOutputInfo = 9;
    private const int CreateMode = 16;
    private const int AddOutputMode = 18;
    private const int SetCrtcConfig = 21;
    private const int GetScreenResourcesCurrent = 25;
    private const uint ScreenChange = 1;
    private const int ModeSize = 32;
    private const int Unrotated = 1;

    /// <summary>Millimetres of a pixel at 96 dots per inch, as a fraction.</summary>
    private const int InchTenths = 254;
    private const int DotsPerInchTenths = 960;

    private const int Refresh = 60;
    private readonly XConnection _connection;
    private readonly XExtension _extension;
    private readonly uint _root;
    private readonly Size _least;
    private readonly Size _most;

    private XRandr(XConnection connection, XExtension extension, Size least, Size most) =>
        (_connection, _extension, _root, _least, _most) = (connection, extension, connection.Setup.Root, least, most);

    public byte ScreenChangeNotify => _extension.FirstEvent;

    /// <summary>Null where the server has none, or an old one: its screen stays as it is.</summary>
    public static async Task<XRandr?> OpenAsync(XConnection connection)
    {
        if (await XExtension.FindAsync(connection, "RANDR") is not { } extension)
        {
            return null;
        }

        using XReply version = (await connection.AskNowAsync(extension.Opcode, QueryVersion, [1, 3])).OrThrow("speak RANDR");
        if (version.U32(8) < 1 || (version.U32(8) == 1 && version.U32(12) < 3))
        {
            return null;
        }

        using XReply range = await connection.AskNowAsync(extension.Opcode, GetScreenSizeRange, [connection.Setup.Root]);
        return range.Error is not null ? null
            : new XRandr(connection, extension, new Size(range.U16(8), range.U16(10)), new Size(range.U16(12), range.U16(14)));
    }

    public void Watch() => _connection.Send(_extension.Opcode, SelectInput, [_root, ScreenChange]);

    /// <summary>Whether the server's screen may have this size.</summary>
    public bool Allows(Size size) => size.IsValid
        && size.Width >= _least.Width && size.Height >= _least.Height && size.Width <= _most.Width && size.Height <= _most.Height;

    /// <summary>
    /// Gives the screen's one output a mode of that size. Where it has none, one is made if <paramref name="mayMakeModes"/>: a real monitor might not like it. Nothing
    /// happens where that is not possible, or where there is not exactly one output in use.
    /// </summary>
    public async Task ResizeAsync(Size size, bool mayMakeModes)
    {
        using XReply geometry = (await _connection.AskNowAsync(XOpcode.GetGeometry, 0, [_root])).OrThrow("say how large its screen is");
        Size now = new(geometry.U16(16), geometry.U16(18));
        using XReply resources = await _connection.AskNowAsync(_extension.Opcode, GetScreenResourcesCurrent, [_root], maxReply: XLimits.MaxReplyBytes);
        if (resources.Error is not null || await FindOutputAsync(resources) is not { } output)
        {
            return;
        }

        uint mode = FindMode(resources, size, output.Modes);
        if (mode == 0 && mayMakeModes)
        {
            mode = await MakeModeAsync(resources, output.Id, size);
        }

        if (mode == 0)
        {
            return;
        }

        // An output lies within the screen before and after: the screen grows first, and shrinks last.
        Size both = new(Math.Max(now.Width, size.Width), Math.Max(now.Height, size.Height));
        if (both != now)
        {
            await SetSizeAsync(both);
        }

        using XReply set = await _connection.AskNowAsync(
            _extension.Opcode, SetCrtcConfig, [output.Crtc, 0, resources.U32(12), 0, mode, Unrotated, output.Id]);
        await SetSizeAsync(set.Error is null && set.U8(1) == 0 ? size : now);
    }

    private async Task SetSizeAsync(Size size)
    {
        using XReply outcome = await _connection.CheckAsync(
            _extension.Opcode, SetScreenSize,
            [_root, XWords.Pair(size.Width, size.Height), Millimetres(size.Width), Millimetres(size.Height)]);
    }

    private static uint Millimetres(int pixels) => (uint)(pixels * InchTenths / DotsPerInchTenths);

    /// <summary>U16 at 16, 18, 20: numbers of CRTCs, outputs, modes, which follow in that order.</summary>
    private async Task<Output?> FindOutputAsync(XReply resources)
    {
        Output? found = null;
        for (int i = 0; i < resources.U16(18); i++)
        {
            if (!TryReadWord(resources.Body, (resources.U16(16) + i) * 4, out uint id))
            {
                return null;
            }

            using XReply info = await _connection.AskNowAsync(_extension.Opcode, GetOutputInfo, [id, resources.U32(12)]);
            uint crtc = info.Error is null ? info.U32(12) : 0;
            if (crtc == 0)
            {
                continue;
            }

            if (found is not null)
            {
                return null;
            }

            found = new Output(id, crtc, ReadModes(info));
        }

        return found;
    }

    /// <summary>U16 at 26, 28: numbers of CRTCs and modes; the lists begin at 36.</summary>
    private static List<uint> ReadModes(XReply info)
    {
        List<uint> modes = [];
        int start = 36 - XReply.HeaderSize + (4 * info.U16(26));
        for (int i = 0; i < info.U16(28) && TryReadWord(info.Body, start + (4 * i), out uint mode); i++)
        {
            modes.Add(mode);
        }

        return modes;
    }

    /// <param name="among">Null: any.</param>
    private static uint FindMode(XReply resources, Size size, List<uint>? among)
    {
        int start = 4 * (resources.U16(16) + resources.U16(18));
        for (int i = 0; i < resources.U16(20) && resources.Body.Length >= start + ((i + 1) * ModeSize); i++)
        {
            ReadOnlySpan<byte> mode = resources.Body.Slice(start + (i * ModeSize), ModeSize);
            uint id = BinaryPrimitives.ReadUInt32LittleEndian(mode);
            if (BinaryPrimitives.ReadUInt16LittleEndian(mode[4..]) == size.Width
                && BinaryPrimitives.ReadUInt16LittleEndian(mode[6..]) == size.Height && among?.Contains(id) != false)
            {
                return id;
            }
        }

        return 0;
    }

    /// <summary>Another output may have one already; else one of 60 pictures a second is made.</summary>
    private async Task<uint> MakeModeAsync(XReply resources, uint output, Size size)
    {
        uint mode = FindMode(resources, size, null);
        if (mode == 0)
        {
            byte[] name = Encoding.ASCII.GetBytes(size.ToString());
            using XReply made = await _connection.AskNowAsync(_extension.Opcode, CreateMode,
                [
                    _root, 0, XWords.Pair(size.Width, size.Height), (uint)(size.Width * size.Height * Refresh),
                    XWords.Pair(size.Width, size.Width), XWords.Pair(size.Width, 0), XWords.Pair(size.Height, size.Height),
                    XWords.Pair(size.Height, name.Length), 0,
                ], name);
            mode = made.Error is null ? made.U32(8) : 0;
        }

        if (mode == 0)
        {
            return 0;
        }

        using XReply added = await _connection.CheckAsync(_extension.Opcode, AddOutputMode, [output, mode]);
        return added.Error is null ? mode : 0;
    }

    private static bool TryReadWord(ReadOnlySpan<byte> body, int offset, out uint word)
    {
        word = 0;
        return offset <= body.Length && BinaryPrimitives.TryReadUInt32LittleEndian(body[offset..], out word);
    }

    private sealed record Output(uint Id, uint Crtc, List<uint> Modes);
}
