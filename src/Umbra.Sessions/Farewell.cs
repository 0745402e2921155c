namespace Umbra.Sessions;

/// <summary>For a peer that is about to be cut off to hear why. One that does not take what is on its way to it cannot be told either.</summary>
internal static class Farewell
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(1);

    /// <summary>Cuts off whoever has not gone by then.</summary>
    public static void CutAfter(CancellationTokenSource closing)
    {
        try
        {
            closing.CancelAfter(Time);
        }
        catch (ObjectDisposedException)
        {
            // Gone already.
        }
    }
}
