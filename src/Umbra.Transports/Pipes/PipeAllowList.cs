using System.Globalization;

namespace Umbra.Transports.Pipes;

/// <summary>Users and groups of this machine, by number, as in <c>uid:0,uid:1000,gid:50</c>.</summary>
public sealed class PipeAllowList
{
    private readonly HashSet<uint> _users = [];
    private readonly HashSet<uint> _groups = [];
    private readonly string _text;

    private PipeAllowList(string text) => _text = text;

    /// <returns>Null where it was read; else what is wrong.</returns>
    public static string? Read(string text, out PipeAllowList list)
    {
        list = new PipeAllowList(text);
        foreach (string item in text.Split(','))
        {
            HashSet<uint>? kind = item.StartsWith("uid:", StringComparison.Ordinal) ? list._users : item.StartsWith("gid:", StringComparison.Ordinal) ? list._groups : null;
            if (kind is null || !uint.TryParse(item.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out uint id))
            {
                return $"'{item}' is neither uid:NUMBER nor gid:NUMBER";
            }

            kind.Add(id);
        }

        return null;
    }

    /// <summary>By the user, or by the group it runs as.</summary>
    public bool Contains(PeerCredentials peer) => _users.Contains(peer.Uid) || _groups.Contains(peer.Gid);

    public override string ToString() => _text;
}
