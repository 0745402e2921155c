using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;
using Umbra.Transports.Drivers;
using Umbra.Transports.Sockets;

namespace Umbra.Transports.Pipes;

/// <summary>Tdpipe: Unix sockets; on Windows named pipes, of which only the connecting side is here.</summary>
internal sealed class PipeDriver : TransportDriver
{
    public override string Name => "Tdpipe";

    public override string Scheme => "pipe";

    public override string AddressForm => "pipe:///PATH";

    public override string Medium => "Unix socket, on Windows named pipe";

    public override BufferTag Tag => BufferTag.TdPipe;

    public static TransportAddress Address(string path) => new(
        TransportDrivers.Pipe, path, 0,
        OperatingSystem.IsWindows() ? new NamedPipeEndPoint(path.TrimStart('/')) : new UnixDomainSocketEndPoint(path), path);

    public override bool Owns(EndPoint endPoint) => endPoint is UnixDomainSocketEndPoint or NamedPipeEndPoint;

    public override string? Read(string rest, out TransportAddress? address)
    {
        address = null;
        int length = Encoding.UTF8.GetByteCount(rest);
        if (!rest.StartsWith('/') || length < 2)
        {
            return "the path is not absolute";
        }

        if (length > PipeListenSocket.MaxPathBytes)
        {
            return $"the path has {length} bytes, a socket's path at most {PipeListenSocket.MaxPathBytes}";
        }

        if (rest.Any(char.IsControl))
        {
            return "the path has control characters";
        }

        if (rest.EndsWith('/'))
        {
            return "the path is a directory's";
        }

        address = Address(rest);
        return null;
    }

    public override ITransport Open(DriverContext context) => new SocketTransport(context, new PipeConnector(context.Options));
}
