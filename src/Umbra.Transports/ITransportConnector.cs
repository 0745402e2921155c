namespace Umbra.Transports;

/// <summary>The client side of a driver.</summary>
public interface ITransportConnector
{
    bool CanConnect(TransportAddress address);

    /// <summary>A connected byte stream that the caller owns. Lay TLS over it and put it into a <see cref="StreamDuplex"/>.</summary>
    /// <exception cref="IOException">Nobody is there, or the wire failed; the message names the address.</exception>
    ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken);
}
