using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.Pipes;

/// <summary>Tdpipe: Unix sockets; on Windows named pipes.</summary>
internal sealed class PipeDriver : TransportDriver
{
    public override string Name => "Tdpipe";

    public override string Scheme => "pipe";

    public override string AddressForm => "pipe:///PATH";

    public override string Medium => "Unix socket, on Windows named pipe";

    public override BufferTag Tag => BufferTag.TdPipe;

    /// <summary>Of an address to listen on: <c>?allow=uid:1000,gid:50</c>, who may connect besides the owner of the socket.</summary>
    private static readonly string[] Options = ["allow"];

    public static TransportAddress Address(string path) => new(
        TransportDrivers.Pipe, path, 0,
        OperatingSystem.IsWindows() ? new NamedPipeEndPoint(path.TrimStart('/')) : new UnixDomainSocketEndPoint(path), path);

    public override bool Owns(EndPoint endPoint) => endPoint is UnixDomainSocketEndPoint or NamedPipeEndPoint or PipeEndPoint;

    public override string TextOf(EndPoint endPoint) => $"{Scheme}://{(endPoint is NamedPipeEndPoint pipe ? $"/{pipe.PipeName}" : endPoint)}";

    public override string? Read(string rest, out TransportAddress? address)
    {
        address = null;
        string? wrong = AddressQuery.Read(rest, Options, out string path, out AddressQuery query);
        int length = Encoding.UTF8.GetByteCount(path);
        wrong ??= path switch
        {
            _ when !path.StartsWith('/') || length < 2 => "the path is not absolute",
            _ when length > PipeListenSocket.MaxPathBytes => $"the path has {length} bytes, a socket's path at most {PipeListenSocket.MaxPathBytes}",
            _ when path.Any(char.IsControl) => "the path has control characters",
            _ when path.EndsWith('/') => "the path is a directory's",
            _ => null,
        };
        PipeAllowList? allow = null;
        wrong ??= OperatingSystem.IsWindows() && query["allow"] is not null ? "on Windows nobody but its own user opens a named pipe" : null;
        wrong ??= query["allow"] is { } who ? PipeAllowList.Read(who, out allow) : null;
        if (wrong is null)
        {
            address = Address(path);
            address = allow is null ? address : new TransportAddress(this, path, 0, new PipeEndPoint(path, allow), path + query.Write(Options));
        }

        return wrong;
    }

    public override TransportAddress? ToReachable(TransportAddress listening) => Address(listening.Name);

    public override string? WhyNotConnect(TransportAddress address) => address.EndPoint is PipeEndPoint
        ? $"'{address}': who may connect is said where one listens; expected pipe://{address.Name}"
        : null;

    public override ITransport Open(DriverContext context) => new PipeTransport(context);
}
