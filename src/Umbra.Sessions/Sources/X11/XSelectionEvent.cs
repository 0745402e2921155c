using System.Buffers.Binary;

namespace Umbra.Sessions.Sources.X11;

/// <summary>What happened to a selection, or to a property that a text comes in.</summary>
/// <param name="Window">The new owner, or who asks.</param>
/// <param name="Name">The selection, or the property that is new.</param>
internal readonly record struct XSelectionEvent(XSelectionEventKind Kind, uint Time, uint Window, uint Name, uint Target, uint Property)
{
    private const byte PropertyNotify = 28;
    private const byte SelectionRequest = 30;
    private const byte SelectionNotify = 31;
    private const byte IsNew = 0;

    /// <summary>Null where the event is another one.</summary>
    /// <param name="ownerChanged">The number of XFIXES' SelectionNotify.</param>
    public static XSelectionEvent? From(ReadOnlySpan<byte> content, byte ownerChanged)
    {
        byte type = (byte)(content[0] & 0x7F);
        if (type == ownerChanged)
        {
            return new(XSelectionEventKind.Owner, Word(content, 20), Word(content, 8), Word(content, 12), 0, 0);
        }

        return type switch
        {
            PropertyNotify when content[16] == IsNew => new(XSelectionEventKind.Property, Word(content, 12), Word(content, 4), Word(content, 8), 0, 0),
            SelectionRequest => new(
                XSelectionEventKind.Request, Word(content, 4), Word(content, 12), Word(content, 16), Word(content, 20), Word(content, 24)),
            SelectionNotify => new(
                XSelectionEventKind.Converted, Word(content, 4), Word(content, 8), Word(content, 12), Word(content, 16), Word(content, 20)),
            _ => null,
        };
    }

    private static uint Word(ReadOnlySpan<byte> content, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(content[offset..]);
}
