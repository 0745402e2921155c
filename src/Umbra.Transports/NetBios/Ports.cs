using System.Net.Sockets;

namespace Umbra.Transports.NetBios;

/// <summary>The ports that NetBIOS has of old, which not everybody may open.</summary>
internal static class Ports
{
    /// <summary>UDP.</summary>
    public const int Names = 137;

    /// <summary>TCP.</summary>
    public const int Sessions = 139;

    private const int FirstFree = 1024;

    /// <param name="what">What did not work.</param>
    /// <param name="option">What the port is called in an address.</param>
    /// <returns>That, why, and what can be done about it, for a person.</returns>
    public static TransportException Failure(string what, int port, SocketException why, string option)
    {
        string advice = why.SocketErrorCode switch
        {
            SocketError.AccessDenied when port < FirstFree =>
                $"ports below {FirstFree} need a permission: give the service CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE), "
                    + $"or choose one that needs none on both sides, as in {option}={FirstFree + port}",
            SocketError.AddressAlreadyInUse => $"another process has it, maybe Samba's: end that, or choose another on both sides, as in {option}={FirstFree + port}",
            SocketError.AddressNotAvailable => "this machine has no such address",
            _ => why.Message,
        };
        return new TransportException(TransportException.KindOf(why), $"{what}: {advice}", why);
    }
}
