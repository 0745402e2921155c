using System.IO.Pipes;
using System.Net.Sockets;

namespace Umbra.Transports.Pipes;

/// <summary>Tdpipe, client side: a Unix socket, on Windows a named pipe of this machine.</summary>
public sealed class PipeConnector(TransportOptions options) : ITransportConnector
{
    /// <summary>About two seconds.</summary>
    private const int MaxTries = 100;

    public bool CanConnect(TransportAddress address) => address.Driver == TransportDrivers.Pipe;

    public async ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken) =>
        OperatingSystem.IsWindows()
            ? await ConnectNamedPipeAsync(address, cancellationToken)
            : await ConnectUnixSocketAsync(address, cancellationToken);

    private async ValueTask<Stream> ConnectUnixSocketAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            options.SetBuffers(socket);
            await ConnectAsync(socket, address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException error)
            {
                throw TransportException.Connecting(address, error);
            }

            throw;
        }
    }

    /// <summary>Where a listener's queue is full TCP waits by itself, and a Unix socket says so.</summary>
    private static async Task ConnectAsync(Socket socket, TransportAddress address, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                await socket.ConnectAsync(address.EndPoint, cancellationToken);
                return;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain && tries < MaxTries)
            {
                await Task.Delay(Random.Shared.Next(2, 40), cancellationToken);
            }
        }
    }

    private static async ValueTask<Stream> ConnectNamedPipeAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        NamedPipeClientStream pipe = new(".", address.Name.TrimStart('/'), PipeDirection.InOut,
            PipeOptions.Asynchronous | PipeOptions.WriteThrough | PipeOptions.CurrentUserOnly);
        try
        {
            await pipe.ConnectAsync(cancellationToken);
            return pipe;
        }
        catch
        {
            await pipe.DisposeAsync();
            throw;
        }
    }
}
