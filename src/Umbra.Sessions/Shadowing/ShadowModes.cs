using Umbra.Core.Link;

namespace Umbra.Sessions.Shadowing;

/// <summary>A shadow's mode as it is on a link, which knows no "off": that is a refusal there.</summary>
internal static class ShadowModes
{
    public static ShadowMode ToShadowMode(this AccessMode mode) => mode == AccessMode.Control ? ShadowMode.Control : ShadowMode.View;

    public static AccessMode ToAccessMode(this ShadowMode mode) => mode == ShadowMode.Control ? AccessMode.Control : AccessMode.View;
}
