using System.Security.Cryptography;
using Umbra.Transports.Drivers;
using Umbra.Transports.Ipx;
using Umbra.Transports.Packets;
using Umbra.Transports.Sap;

namespace Umbra.Transports.Spx;

/// <summary>Tdspx, client side.</summary>
internal sealed class SpxConnector(DriverContext context) : IAsyncDisposable
{
    private readonly IpxConnections _connections = new(context);

    public async ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        IpxEndPoint endPoint = (IpxEndPoint)address.EndPoint;
        IpxOptions options = endPoint.Options with { From = endPoint.Options.From ?? IpxLocal.Find(endPoint.Options, endPoint.Address.Node) };
        IpxAddress server = endPoint.Address;
        PacketCarrier? carrier = null;
        try
        {
            IpxSocket socket = await context.Ipx.OpenAsync(options, 0, Receive, cancellationToken, () => Volatile.Read(ref carrier)?.Pump());
            server = await FindAsync(endPoint, options, socket, cancellationToken);
            SpxStream machine = SpxStream.Connect(context.Memory, socket.MaxPayload, NewId());
            return await _connections.OpenAsync(socket, server, IpxPacketType.Spx, machine, made => Volatile.Write(ref carrier, made), cancellationToken);
        }
        catch (IOException exception)
        {
            throw new TransportException(TransportException.KindOf(exception), $"cannot connect to {address}: {exception.Message}", exception);
        }

        // Of the peer alone. Its network may call itself by a number where we were told none.
        void Receive(in IpxAddress source, byte type, ReadOnlySpan<byte> payload)
        {
            if (type == IpxPacketType.Spx && Volatile.Read(ref carrier) is { } connected && source.Node == server.Node && source.Socket == server.Socket)
            {
                connected.Receive(payload);
            }
            else
            {
                context.Counters.AddDropped(1);
            }
        }
    }

    /// <summary>Breaks off what is still there, and waits until it has given everything back.</summary>
    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    /// <summary>A number for a connection, which others do not guess.</summary>
    internal static ushort NewId() => (ushort)RandomNumberGenerator.GetInt32(1, SpxHeader.Unknown);

    /// <param name="socket">Keeps the network open; closed where nobody is found.</param>
    private async Task<IpxAddress> FindAsync(IpxEndPoint endPoint, IpxOptions options, IpxSocket socket, CancellationToken cancellationToken)
    {
        if (endPoint.Service is not { } name)
        {
            return endPoint.Address;
        }

        IpxAddress? found = null;
        try
        {
            SapAgent agent = await context.Ipx.Services.OpenAsync(options, cancellationToken);
            try
            {
                found = await agent.FindAsync(endPoint.ServiceType, name, cancellationToken);
            }
            finally
            {
                await context.Ipx.Services.CloseAsync(options);
            }

            return found ?? throw new TransportException(
                TransportError.Unreachable, "nobody on the network advertises that name in SAP; the options peers, broadcast or hub say who is asked");
        }
        finally
        {
            if (found is null)
            {
                await socket.DisposeAsync();
            }
        }
    }
}
