using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Umbra.Transports;

/// <summary>A wire's failure. The message names the address, says what happened and, where one can know, what to do.</summary>
public sealed class TransportException(TransportError error, string message, Exception? inner = null) : IOException(message, inner)
{
    public TransportError Error => error;

    /// <summary>Which kind any failure of a transport is of.</summary>
    public static TransportError KindOf(Exception exception) => exception switch
    {
        TransportException transport => transport.Error,
        AddressInUseException => TransportError.InUse,
        ConnectionResetException => TransportError.Reset,
        UnauthorizedAccessException => TransportError.Denied,
        TimeoutException => TransportError.TimedOut,
        SocketException socket => KindOf(socket.SocketErrorCode),
        { InnerException: { } inner } => KindOf(inner),
        _ => TransportError.Other,
    };

    /// <summary>A socket that could not connect.</summary>
    public static TransportException Connecting(TransportAddress address, SocketException exception) =>
        new(KindOf(exception.SocketErrorCode), $"cannot connect to {address}: {exception.Message}", exception);

    private static TransportError KindOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => TransportError.Refused,
        SocketError.TimedOut => TransportError.TimedOut,
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.HostDown
            or SocketError.AddressNotAvailable => TransportError.Unreachable,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => TransportError.Reset,
        SocketError.AccessDenied => TransportError.Denied,
        SocketError.AddressAlreadyInUse => TransportError.InUse,
        _ => TransportError.Other,
    };
}
