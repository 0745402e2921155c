namespace Umbra.Memory;

/// <summary>Says once when nobody has looked for a while, after somebody did.</summary>
/// <param name="quietFor">How long nobody may look in between.</param>
internal sealed class QuietGauge(TimeSpan quietFor)
{
    private TimeSpan? _lastWatched;

    /// <param name="now">Of any clock that never goes back.</param>
    /// <returns>True once after each time somebody looked.</returns>
    public bool Read(bool isWatched, TimeSpan now)
    {
        if (isWatched)
        {
            _lastWatched = now;
            return false;
        }

        bool isQuiet = now - _lastWatched >= quietFor;
        _lastWatched = isQuiet ? null : _lastWatched;
        return isQuiet;
    }
}
