using Umbra.Core.Codecs;

namespace Umbra.Core.Surfaces;

/// <summary>
/// The bytes a commit came in over a link: viewers of the same class who keep up are sent them untouched.
/// The commit takes over the reference on <see cref="Picture"/>.
/// </summary>
public readonly record struct ReceivedPicture(EncodingClass EncodingClass, EncodedPicture Picture, bool IsRefinement);
