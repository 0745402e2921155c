namespace Umbra.Core.Link;

[Flags]
public enum PictureFlags : byte
{
    None = 0,
    /// <summary>After this picture the receiver holds everything of commit.</summary>
    Complete = 1,
    /// <summary>Some rectangles have lost detail; the exact ones follow when the area has been quiet.</summary>
    Lossy = 2,
    /// <summary>Nothing in it is new: it only replaces what was sent with loss before.</summary>
    Refinement = 4,
}
