using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Umbra.Transports.NetBios;

/// <summary>Finds out where a name is, by asking everybody (RFC 1002 section 5.1.1.4).</summary>
internal static class NameQuery
{
    private const int Tries = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <summary>After the last try: a machine that has much to do answers late.</summary>
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(1.5);

    /// <param name="where">Broadcast addresses, or single machines; each is asked at each try.</param>
    /// <returns>What the first one says that answers; null: nobody does.</returns>
    /// <exception cref="IOException">Nobody could be asked.</exception>
    public static async Task<IPAddress?> FindAsync(
        NetBiosName name, IReadOnlyCollection<IPEndPoint> where, MemoryPool<byte> pool, TimeProvider time, CancellationToken cancellationToken)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        using IMemoryOwner<byte> block = pool.Rent(2 * NamePacket.MaxBytes);
        ushort transaction = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        int length = NamePacket.WriteQuery(block.Memory.Span, transaction, name);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<IPAddress> answer = ReceiveAsync(socket, transaction, name, block.Memory[NamePacket.MaxBytes..], stop.Token);
        try
        {
            for (int i = 1; i <= Tries; i++)
            {
                await AskAsync(socket, block.Memory[..length], where, cancellationToken);
                if (await Task.WhenAny(answer, Task.Delay(i < Tries ? Patience : LastPatience, time, cancellationToken)) == answer)
                {
                    return await answer;
                }

                cancellationToken.ThrowIfCancellationRequested();
            }

            return null;
        }
        finally
        {
            await stop.CancelAsync();
            await answer.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private static async Task AskAsync(Socket socket, ReadOnlyMemory<byte> question, IReadOnlyCollection<IPEndPoint> where, CancellationToken cancellationToken)
    {
        SocketException? failure = null;
        int asked = 0;
        foreach (IPEndPoint endPoint in where)
        {
            try
            {
                await socket.SendToAsync(question, SocketFlags.None, endPoint, cancellationToken);
                asked++;
            }
            catch (SocketException exception)
            {
                failure = exception;
            }
        }

        if (asked == 0)
        {
            throw new IOException($"nobody can be asked for NetBIOS names: {failure?.Message ?? "this machine is in no network"}", failure);
        }
    }

    private static async Task<IPAddress> ReceiveAsync(Socket socket, ushort transaction, NetBiosName name, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        SocketAddress source = new(AddressFamily.InterNetwork);
        while (true)
        {
            try
            {
                int length = await socket.ReceiveFromAsync(buffer, SocketFlags.None, source, cancellationToken);
                if (Read(buffer.Span[..length], transaction, name) is { } address)
                {
                    return address;
                }
            }
            catch (SocketException)
            {
                await Task.Delay(Patience, cancellationToken);
            }
        }
    }

    private static IPAddress? Read(ReadOnlySpan<byte> bytes, ushort transaction, NetBiosName name) =>
        NamePacket.TryRead(bytes, out NamePacket packet) && packet is { IsResponse: true, Operation: NameOperation.Query, HasFailed: false }
            && packet.Transaction == transaction && packet.Name == name
            ? packet.Address
            : null;
}
