using System.Buffers;
using Umbra.Core.Input;
using Umbra.Core.Link;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Tests.Link;

/// <summary>One message of each type as docs/link-protocol.md shows it: the value, how it is written, and how its payload is read.</summary>
public sealed record LinkExample(LinkMessageType Type, object Value, Action<IBufferWriter<byte>> Write, Func<ReadOnlySequence<byte>, object> Read)
{
    private static readonly LinkHello Hello = new(1, "server-a");
    private static readonly LinkOpen Open = new("alice");
    private static readonly LinkOpened Opened = new(new Size(1280, 800), "alice's desktop", "desktop", ["desk-7", "server-b"]);
    private static readonly LinkClose Close = new(LinkReason.Shutdown, "bye");
    private static readonly LinkPing Ping = new(0x0102030405060708);
    private static readonly LinkPong Pong = new(0x0102030405060708);
    private static readonly LinkNotice Notice = new(LinkReason.SourceLost, "desktop gone");
    private static readonly LinkAttach Attach = new(7, ShadowMode.Control, "bob", "ticket 42", "10.0.0.9");
    private static readonly LinkAttached Attached = new(7, ShadowMode.View);
    private static readonly LinkDenied Denied = new(7, LinkReason.Disabled, "shadowing", "off here");
    private static readonly LinkDetach Detach = new(7);
    private static readonly LinkModeChanged ModeChanged = new(7, ShadowMode.View, "lowered");
    private static readonly LinkFormat Format = new(-1, 1);
    private static readonly LinkCredit Credit = new(258, 2);
    private static readonly LinkTitle Title = new("köln");
    private static readonly LinkLeds Leds = new(2);
    private static readonly LinkClipboard Clipboard = new(7, "hé");
    private static readonly LinkKey Key = new(7, new KeyInput(0x61, 0x1e, true));
    private static readonly LinkPointer Pointer = new(7, new PointerInput(640, 400, 1));
    private static readonly LinkResizeRequest ResizeRequest = new(7, new Size(1920, 1080));
    private static readonly LinkMeasure Measure = new(64 * 1024);
    private static readonly LinkFiller Filler = new(4);

    /// <summary>A fill rectangle of Tight: 12-byte header, control 0x80, R G B.</summary>
    public static byte[] PictureRects { get; } = Convert.FromHexString("00080010001000100000000780FF8000");

    /// <summary>All but Picture and Cursor, whose values are not plain records, and those without fields.</summary>
    public static IReadOnlyList<LinkExample> Records { get; } =
    [
        new(LinkMessageType.Hello, Hello, Hello.Write, p => LinkHello.Read(p)),
        new(LinkMessageType.Open, Open, Open.Write, p => LinkOpen.Read(p)),
        new(LinkMessageType.Opened, Opened, Opened.Write, p => LinkOpened.Read(p)),
        new(LinkMessageType.Close, Close, Close.Write, p => LinkClose.Read(p)),
        new(LinkMessageType.Ping, Ping, Ping.Write, p => LinkPing.Read(p)),
        new(LinkMessageType.Pong, Pong, Pong.Write, p => LinkPong.Read(p)),
        new(LinkMessageType.Notice, Notice, Notice.Write, p => LinkNotice.Read(p)),
        new(LinkMessageType.Attach, Attach, Attach.Write, p => LinkAttach.Read(p)),
        new(LinkMessageType.Attached, Attached, Attached.Write, p => LinkAttached.Read(p)),
        new(LinkMessageType.Denied, Denied, Denied.Write, p => LinkDenied.Read(p)),
        new(LinkMessageType.Detach, Detach, Detach.Write, p => LinkDetach.Read(p)),
        new(LinkMessageType.ModeChanged, ModeChanged, ModeChanged.Write, p => LinkModeChanged.Read(p)),
        new(LinkMessageType.Format, Format, Format.Write, p => LinkFormat.Read(p)),
        new(LinkMessageType.Credit, Credit, Credit.Write, p => LinkCredit.Read(p)),
        new(LinkMessageType.Title, Title, Title.Write, p => LinkTitle.Read(p)),
        new(LinkMessageType.Leds, Leds, Leds.Write, p => LinkLeds.Read(p)),
        new(LinkMessageType.Clipboard, Clipboard, Clipboard.Write, p => LinkClipboard.Read(p)),
        new(LinkMessageType.Key, Key, Key.Write, p => LinkKey.Read(p)),
        new(LinkMessageType.Pointer, Pointer, Pointer.Write, p => LinkPointer.Read(p)),
        new(LinkMessageType.ResizeRequest, ResizeRequest, ResizeRequest.Write, p => LinkResizeRequest.Read(p)),
        new(LinkMessageType.Measure, Measure, Measure.Write, p => LinkMeasure.Read(p)),
        new(LinkMessageType.Filler, Filler, Filler.Write, p => LinkFiller.Read(p)),
    ];

    /// <summary>Every message: a hello first, as on a connection.</summary>
    public static IReadOnlyList<LinkExample> All { get; } =
    [
        .. Records,
        Empty(LinkMessageType.Bell, LinkBell.Write, p => LinkBell.Read(p)),
        Empty(LinkMessageType.Refresh, LinkRefresh.Write, p => LinkRefresh.Read(p)),
        Empty(LinkMessageType.Refreshed, LinkRefreshed.Write, p => LinkRefreshed.Read(p)),
        new(LinkMessageType.Cursor, "2x1 at 1,0, 00000000FF0000FF", WriteCursor, ReadCursor),
        new(LinkMessageType.Picture, "picture", WritePicture, _ => throw new InvalidOperationException("a picture comes from the frame reader")),
    ];

    public static PictureHeader PictureHeader { get; } =
        new(258, PictureFlags.Complete | PictureFlags.Lossy, new LinkFormat(6, 1), new Size(1280, 800), new CopyMove[] { new(0, 16, new Rect(0, 0, 1280, 784)) }, 1);

    /// <summary>The whole frame.</summary>
    public byte[] Frame()
    {
        ArrayBufferWriter<byte> output = new();
        Write(output);
        return output.WrittenSpan.ToArray();
    }

    public byte[] Payload() => Frame()[5..];

    public override string ToString() => Type.ToString();

    private static void WriteCursor(IBufferWriter<byte> output)
    {
        using Core.Memory.BufferPool pool = new();
        LinkCursor cursor = new(2, 1, 1, 0, new ReadOnlySequence<byte>(Convert.FromHexString("00000000FF0000FF")));
        using CursorShape shape = cursor.ToShape(pool, pool.Root);
        LinkCursor.Write(output, shape);
    }

    private static string ReadCursor(ReadOnlySequence<byte> payload)
    {
        LinkCursor cursor = LinkCursor.Read(payload);
        return $"{cursor.Width}x{cursor.Height} at {cursor.HotX},{cursor.HotY}, {Convert.ToHexString(cursor.Pixels.ToArray())}";
    }

    private static LinkExample Empty(LinkMessageType type, Action<IBufferWriter<byte>> write, Action<ReadOnlySequence<byte>> read) => new(type, "", write, payload =>
    {
        read(payload);
        return "";
    });

    private static void WritePicture(IBufferWriter<byte> output)
    {
        PictureHeader.Write(output, PictureRects.Length);
        output.Write(PictureRects);
    }
}
