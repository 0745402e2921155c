using System.Text.Json.Serialization;

namespace Umbra.Api;

[JsonConverter(typeof(CamelCaseEnumConverter<SessionKind>))]
internal enum SessionKind
{
    /// <summary>A desktop this node hosts.</summary>
    Desktop,
    /// <summary>An RFB server this node is a client of.</summary>
    Vnc,
    /// <summary>An X server on this machine that this node is a client of.</summary>
    X11,
    /// <summary>The test pattern.</summary>
    Pattern,
    /// <summary>A session of another node, present here because somebody shadows it from here.</summary>
    Link,
}
