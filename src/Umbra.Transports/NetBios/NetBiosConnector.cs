using System.Net;
using System.Net.Sockets;
using Umbra.Transports.Drivers;
using Umbra.Transports.Tcp;

namespace Umbra.Transports.NetBios;

/// <summary>Tdnetb, client side: finds the name, connects, and asks for a session.</summary>
internal sealed class NetBiosConnector(DriverContext context)
{
    /// <summary>How often a session may be sent elsewhere (SSN_RETRY_COUNT of RFC 1002 section 6).</summary>
    public const int MaxRetargets = 4;

    /// <exception cref="TransportException">No such name, nobody there, or no session for us.</exception>
    public async ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        NetBiosEndPoint to = (NetBiosEndPoint)address.EndPoint;
        EndPoint where = to switch
        {
            { Host: null } => new IPEndPoint(await FindAsync(address, to, cancellationToken), to.Port),
            _ when IPAddress.TryParse(to.Host, out IPAddress? ip) => new IPEndPoint(ip, to.Port),
            _ => new DnsEndPoint(to.Host, to.Port),
        };
        for (int i = 0; i <= MaxRetargets; i++)
        {
            Stream stream = await DialAsync(address, where, cancellationToken);
            SessionAnswer answer;
            try
            {
                answer = await RequestAsync(address, stream, to.Name, cancellationToken);
            }
            catch
            {
                await stream.DisposeAsync();
                throw;
            }

            if (answer is { Refusal: null, Retarget: null })
            {
                return new SessionStream(stream, context.Memory, context.Time);
            }

            await stream.DisposeAsync();
            where = answer.Retarget ?? throw new TransportException(TransportError.Refused, $"cannot connect to {address}: {Explain(answer.Refusal, to.Name, where)}");
        }

        throw new TransportException(TransportError.Refused, $"cannot connect to {address}: it was sent elsewhere {MaxRetargets} times, and once more by {where}");
    }

    private static string Explain(SessionRefusal? refusal, NetBiosName name, EndPoint where) => refusal switch
    {
        SessionRefusal.NotListeningOnCalledName => $"{where} has the name {name.Text}, and nobody listens on {name}: start that node, or see whether its address has another suffix",
        SessionRefusal.NotListeningForCallingName => $"who listens on {name} there takes no sessions from {NetBiosName.OfThisMachine}",
        SessionRefusal.CalledNameNotPresent => $"{where} does not have the name {name}: see which name that node's address has, and which machine was meant",
        SessionRefusal.InsufficientResources => $"{where} has no room for one more session: try again later",
        _ => $"{where} refuses the session and does not say why (code {(int?)refusal:X2})",
    };

    private async Task<IPAddress> FindAsync(TransportAddress address, NetBiosEndPoint to, CancellationToken cancellationToken)
    {
        if (to.NamesPort is not { } port)
        {
            throw new TransportException(TransportError.Unreachable, $"cannot connect to {address}: without names it needs host=HOST");
        }

        IPEndPoint[] where = to.Broadcast is { } one ? [new IPEndPoint(one, port)] : [.. LocalNetwork.All().Select(n => new IPEndPoint(n.Broadcast, port))];
        IPAddress? found;
        try
        {
            found = await NameQuery.FindAsync(to.Name, where, context.Memory, context.Time, cancellationToken);
        }
        catch (IOException exception)
        {
            throw new TransportException(TransportError.Unreachable, $"cannot connect to {address}: {exception.Message}", exception);
        }

        return found ?? throw new TransportException(
            TransportError.Unreachable,
            $"cannot connect to {address}: nobody has the NetBIOS name {to.Name} ({string.Join(", ", where.Select(w => w.ToString()))} asked): "
                + "see whether that node runs, and whether it is in the same network; else add host=HOST");
    }

    private async Task<Stream> DialAsync(TransportAddress address, EndPoint where, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            context.Options.SetBuffers(socket);
            TcpKeepAlive.Set(socket);
            await socket.ConnectAsync(where, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            if (exception is SocketException error)
            {
                throw TransportException.Connecting(address, error);
            }

            throw;
        }
    }

    private async Task<SessionAnswer> RequestAsync(TransportAddress address, Stream stream, NetBiosName name, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = new(SessionHandshake.Timeout, context.Time);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await SessionHandshake.RequestAsync(stream, new SessionRequest(name, NetBiosName.OfThisMachine), context.Memory, stop.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransportException(
                TransportError.TimedOut, $"cannot connect to {address}: no answer to the session request within {SessionHandshake.Timeout.TotalSeconds} s", exception);
        }
        catch (EndOfStreamException exception)
        {
            throw new TransportException(
                TransportError.Reset, $"cannot connect to {address}: it was closed before the session request was answered: that is no port of NetBIOS sessions, or too many come there at once", exception);
        }
        catch (IOException exception)
        {
            throw new TransportException(
                exception.InnerException is SocketException ? TransportError.Reset : TransportError.Protocol, $"cannot connect to {address}: {exception.Message}", exception);
        }
    }
}
