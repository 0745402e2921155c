namespace Umbra.Commands;

/// <summary>One line of the screen, without what makes it stand out.</summary>
internal readonly record struct PoolLine(string Text, PoolLineStyle Style = PoolLineStyle.Plain);

internal enum PoolLineStyle
{
    Plain,
    /// <summary>The heads of the columns.</summary>
    Head,
    /// <summary>The numbers in it moved.</summary>
    Changed,
}
