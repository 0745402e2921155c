using System.Diagnostics.CodeAnalysis;
using Umbra.Core.Memory;

namespace Umbra.Sessions;

/// <summary>
/// What a viewer does when memory is short: whoever is in the way is being sent away, so it waits a little before it gives up. The newest picture is what it gets
/// afterwards, as always. For one loop.
/// </summary>
/// <param name="isEndless">Does not give up: for an owner.</param>
internal sealed class MemoryWait(TimeProvider time, bool isEndless)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Longer than it takes to send many away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private QuotaExceededException? _refusal;
    private long _refusedSince;

    /// <summary>The last try was in vain.</summary>
    [MemberNotNullWhen(true, nameof(_refusal))]
    public bool IsShort => _refusal is not null;

    /// <param name="take">Is given <paramref name="state"/>, so that it need capture nothing: updates are taken often.</param>
    /// <returns>False where there is no memory for it now.</returns>
    public bool TryTake<TState, T>(TState state, Func<TState, T> take, out T? taken)
    {
        try
        {
            taken = take(state);
            _refusal = null;
            return true;
        }
        catch (QuotaExceededException exception)
        {
            _refusedSince = IsShort ? _refusedSince : time.GetTimestamp();
            _refusal = exception;
            taken = default;
            return false;
        }
    }

    /// <summary>To be awaited after a try in vain, before the next.</summary>
    /// <exception cref="QuotaExceededException">It has taken too long.</exception>
    public async ValueTask PauseAsync(CancellationToken cancellationToken)
    {
        if (!isEndless && IsShort && time.GetElapsedTime(_refusedSince) > Patience)
        {
            throw _refusal;
        }

        await Task.Delay(Pause, time, cancellationToken);
    }
}
