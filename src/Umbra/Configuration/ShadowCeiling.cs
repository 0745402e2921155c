namespace Umbra.Configuration;

/// <summary>The most a node allows a shadower.</summary>
internal enum ShadowCeiling
{
    Off,
    View,
    Control,
}
