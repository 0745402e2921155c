namespace Umbra.Sessions.Sources.X11;

internal enum XSelectionEventKind
{
    /// <summary>Somebody has it now who had it not.</summary>
    Owner,

    /// <summary>Its text, which we asked for, is in a property, or cannot be had.</summary>
    Converted,

    /// <summary>Somebody wants it from us.</summary>
    Request,

    /// <summary>A property of ours has a new value.</summary>
    Property,
}
