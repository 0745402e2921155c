namespace Umbra.Sessions;

/// <summary>
/// How many shadowers of a session have been woken in their lane and are not through yet. While there are any, none of them causes another picture: who came first would, and
/// the others, who have had none of this one, would lack both.
/// </summary>
/// <param name="over">Called whenever the last of them is through.</param>
internal sealed class Turns(Action over)
{
    private int _queued;

    public bool AreOver => Volatile.Read(ref _queued) == 0;

    public void Begin() => Interlocked.Increment(ref _queued);

    public void End()
    {
        if (Interlocked.Decrement(ref _queued) == 0)
        {
            over();
        }
    }
}
