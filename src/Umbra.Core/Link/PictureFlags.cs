namespace Umbra.Core.Link;

[Flags]
public enum PictureFlags : byte
{
    None = 0,
    /// <summary>Brings a receiver that is exactly at commit - 1 to commit.</summary>
    Step = 1,
    /// <summary>After this picture the receiver holds everything of commit.</summary>
    Complete = 2,
}
