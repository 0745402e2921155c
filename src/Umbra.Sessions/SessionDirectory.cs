using System.Collections.Concurrent;

namespace Umbra.Sessions;

/// <summary>The sessions of this node by name. Thread-safe.</summary>
public sealed class SessionDirectory : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    public IEnumerable<Session> All => _sessions.Values.OrderBy(s => s.Name, StringComparer.Ordinal);

    public Session? Find(string name) => _sessions.GetValueOrDefault(name);

    /// <returns>False where the name is taken.</returns>
    public bool TryAdd(Session session) => _sessions.TryAdd(session.Name, session);

    /// <summary>Ends a session. Returns false where there is none of that name.</summary>
    public async Task<bool> EndAsync(string name)
    {
        if (!_sessions.TryRemove(name, out Session? session))
        {
            return false;
        }

        await session.DisposeAsync();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Session session in All.ToList())
        {
            await EndAsync(session.Name);
        }
    }
}
