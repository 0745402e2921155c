using System.Security.Cryptography;

namespace Umbra.Sessions.FrontEnds;

/// <summary>
/// One-time passwords for one RFB listener. Eight characters, because VncAuth's DES key has eight bytes; each opens one connection and expires.
/// Thread-safe.
/// </summary>
public sealed class Tickets(TimeProvider time, TimeSpan lifetime)
{
    /// <summary>Outstanding at once; the oldest goes when one more is issued.</summary>
    public const int MaxOutstanding = 16;

    /// <summary>Wrong answers before all outstanding tickets are void: nobody gets to try passwords for long.</summary>
    public const int MaxFailures = 20;

    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    private readonly Lock _gate = new();
    private readonly List<(string Password, long IssuedAt)> _outstanding = [];
    private int _failures;

    public TimeSpan Lifetime => lifetime;

    public string Issue()
    {
        string password = RandomNumberGenerator.GetString(Alphabet, 8);
        lock (_gate)
        {
            _failures = 0;
            if (_outstanding.Count == MaxOutstanding)
            {
                _outstanding.RemoveAt(0);
            }

            _outstanding.Add((password, time.GetTimestamp()));
        }

        return password;
    }

    /// <summary>Uses up the ticket that <paramref name="matches"/> accepts, if there is one.</summary>
    public bool TryUse(Func<string, bool> matches)
    {
        lock (_gate)
        {
            _outstanding.RemoveAll(t => time.GetElapsedTime(t.IssuedAt) > lifetime);
            int index = _outstanding.FindIndex(t => matches(t.Password));
            if (index >= 0)
            {
                _outstanding.RemoveAt(index);
                return true;
            }

            if (++_failures >= MaxFailures)
            {
                _outstanding.Clear();
            }

            return false;
        }
    }
}
