namespace Umbra.Sessions.Sources.X11;

/// <summary>Requests of the core protocol, with their numbers.</summary>
internal static class XOpcode
{
    public const int CreateWindow = 1;
    public const int GetGeometry = 14;
    public const int InternAtom = 16;
    public const int ChangeProperty = 18;
    public const int DeleteProperty = 19;
    public const int GetProperty = 20;
    public const int SetSelectionOwner = 22;
    public const int GetSelectionOwner = 23;
    public const int ConvertSelection = 24;
    public const int SendEvent = 25;
    public const int GetInputFocus = 43;
    public const int GetImage = 73;
    public const int QueryExtension = 98;
    public const int ChangeKeyboardMapping = 100;
    public const int ChangeKeyboardControl = 102;
}
