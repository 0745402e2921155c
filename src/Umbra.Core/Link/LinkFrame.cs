using System.Buffers;

namespace Umbra.Core.Link;

/// <summary>
/// One received message. <see cref="Payload"/> is borrowed until the pipe is advanced. For <see cref="LinkMessageType.Picture"/> it is
/// empty and
/// <see cref="Picture"/> holds what came; the receiver disposes that.
/// </summary>
public readonly record struct LinkFrame(LinkMessageType Type, ReadOnlySequence<byte> Payload, LinkPicture Picture);
