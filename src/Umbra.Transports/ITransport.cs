using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Umbra.Transports;

/// <summary>
/// A driver at work. It is disposed when nothing listens and no connection is left. Errors of the system are told as <see cref="TransportException"/>.
/// </summary>
public interface ITransport : IAsyncDisposable
{
    /// <summary>Opens an end point of its own.</summary>
    /// <param name="memory">Of all the listener's connections; everything rented is returned when they have ended.</param>
    /// <returns>
    /// Gives null from <see cref="IConnectionListener.AcceptAsync"/> once it is unbound. Its connections have an <see cref="Microsoft.AspNetCore.Connections.Features.IMemoryPoolFeature"/>,
    /// and end, their token with them, when they are aborted. Completing the output sends all that was written, and ends the connection.
    /// </returns>
    /// <exception cref="IOException">The end point cannot be had, or is taken.</exception>
    ValueTask<IConnectionListener> ListenAsync(EndPoint endPoint, MemoryPool<byte> memory, CancellationToken cancellationToken);

    /// <summary>A connected byte stream that the caller owns. Disposing it, from any thread, ends the connection and what waits for it.</summary>
    /// <exception cref="IOException">Nobody is there, or the wire failed; the message names the address.</exception>
    ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken);
}
