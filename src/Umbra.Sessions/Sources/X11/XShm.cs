using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.X11;

/// <summary>The MIT-SHM extension: the server puts pixels into memory shared with it.</summary>
internal sealed class XShm(XConnection connection, XExtension extension)
{
    private const int Attach = 1;
    private const int Detach = 2;
    private const int GetImage = 4;
    private const uint AllPlanes = uint.MaxValue;
    private const uint ZPixmap = 2;

    public static async Task<XShm?> OpenAsync(XConnection connection) =>
        await XExtension.FindAsync(connection, "MIT-SHM") is { } extension ? new XShm(connection, extension) : null;

    /// <returns>The server's number for the segment; null where it cannot reach it.</returns>
    public async Task<uint?> AttachAsync(int segment)
    {
        uint id = connection.NewId();
        using XReply outcome = await connection.CheckAsync(extension.Opcode, Attach, [id, (uint)segment, 0]);
        return outcome.Error is null ? id : null;
    }

    public void Release(uint segment) => connection.Send(extension.Opcode, Detach, [segment]);

    /// <summary>Queued; the answer comes when the pixels are there.</summary>
    public Task<XReply> Ask(uint window, Rect rect, uint segment, int offset) => connection.Ask(
        extension.Opcode, GetImage,
        [window, XWords.Pair(rect.X, rect.Y), XWords.Pair(rect.Width, rect.Height), AllPlanes, ZPixmap, segment, (uint)offset]);
}
