using System.IO.Pipes;
using System.Net.Sockets;

namespace Umbra.Transports.Pipes;

/// <summary>Tdpipe, client side: a Unix socket, on Windows a named pipe of this machine.</summary>
public sealed class PipeConnector(TransportOptions options) : ITransportConnector
{
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
            await socket.ConnectAsync(address.EndPoint, cancellationToken);
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

    private static async ValueTask<Stream> ConnectNamedPipeAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        NamedPipeClientStream pipe = new(".", address.Name.TrimStart('/'), PipeDirection.InOut,
            PipeOptions.Asynchronous | PipeOptions.WriteThrough);
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
