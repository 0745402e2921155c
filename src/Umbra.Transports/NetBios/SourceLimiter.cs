namespace Umbra.Transports.NetBios;

/// <summary>How many packets of each source are looked at in a second: what is answered to forged sources must not be worth sending. For one thread.</summary>
internal sealed class SourceLimiter(TimeProvider time)
{
    /// <summary>Per source.</summary>
    public const int MaxPerSecond = 100;

    /// <summary>Sources in one second; further ones are not heard.</summary>
    public const int MaxSources = 1024;

    private readonly Dictionary<uint, int> _counts = new(MaxSources);
    private long _since = time.GetTimestamp();

    public bool TryPass(uint source)
    {
        if (time.GetElapsedTime(_since) >= TimeSpan.FromSeconds(1))
        {
            _counts.Clear();
            _since = time.GetTimestamp();
        }

        int count = _counts.GetValueOrDefault(source);
        if (count >= MaxPerSecond || (count == 0 && _counts.Count >= MaxSources))
        {
            return false;
        }

        _counts[source] = count + 1;
        return true;
    }
}
