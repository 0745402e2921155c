using System.Collections.Concurrent;
using System.Security.Cryptography;
using Umbra.Transports.Drivers;
using Umbra.Transports.Ipx;
using Umbra.Transports.Lanes;
using Umbra.Transports.Packets;
using Umbra.Transports.Sap;

namespace Umbra.Transports.Spx;

/// <summary>Tdspx, client side.</summary>
internal sealed class SpxConnector(DriverContext context) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<PacketCarrier, Task> _connections = new();

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
            (PacketCarrier made, LaneStream stream) = PacketCarrier.Connect(
                machine, new SpxWire(socket, server), context.Options.MaxWriteBufferSize, context.Memory, context.Time, context.Counters, static () => { });
            Volatile.Write(ref carrier, made);
            _connections[made] = EndAsync(made, socket);
            made.Pump();
            return await OpenedAsync(made, stream, cancellationToken);
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
    public async ValueTask DisposeAsync()
    {
        foreach (PacketCarrier carrier in _connections.Keys)
        {
            carrier.Abort("the driver was stopped");
        }

        await Task.WhenAll(_connections.Values);
    }

    /// <summary>A number for a connection, which others do not guess.</summary>
    internal static ushort NewId() => (ushort)RandomNumberGenerator.GetInt32(1, SpxHeader.Unknown);

    private static async Task<Stream> OpenedAsync(PacketCarrier carrier, LaneStream stream, CancellationToken cancellationToken)
    {
        try
        {
            await carrier.Opened.WaitAsync(cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            carrier.Abort("it was not waited for any more");
            throw;
        }
    }

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

    private async Task EndAsync(PacketCarrier carrier, IpxSocket socket)
    {
        await carrier.Completion;
        await socket.DisposeAsync();
        _connections.TryRemove(carrier, out _);
    }
}
