using System.Net;
using Umbra.Sessions.FrontEnds;

namespace Umbra.Node;

/// <summary>Where a session's owner connects: a loopback address with one-time passwords, and a Unix socket only the owner can open.</summary>
/// <param name="Access">What the loopback address gives access to.</param>
internal sealed record OwnerDesk(RfbAccess Access, IPEndPoint EndPoint, string SocketPath, IReadOnlyList<IAsyncDisposable> Listeners) : IAsyncDisposable
{
    public Tickets Tickets => Access.Tickets!;

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable listener in Listeners)
        {
            await listener.DisposeAsync();
        }
    }
}
