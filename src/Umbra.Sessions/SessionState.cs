namespace Umbra.Sessions;

public enum SessionState
{
    /// <summary>No picture yet.</summary>
    Starting,
    /// <summary>The source delivers.</summary>
    Active,
    /// <summary>The source is lost and is being tried again; viewers see the last picture and a notice.</summary>
    Lost,
    /// <summary>Over for good.</summary>
    Ended,
}
