using Microsoft.AspNetCore.Connections;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Serial;

/// <summary>A conversation over a connection.</summary>
internal static class LineTalk
{
    /// <summary>Sends random bytes both ways at once, and checks what arrives.</summary>
    public static async Task AssertAsync(Stream near, ConnectionContext target, int count)
    {
        byte[] up = new byte[count];
        byte[] down = new byte[count];
        new Random(count).NextBytes(up);
        new Random(count + 1).NextBytes(down);
        Task sending = Task.WhenAll(near.WriteAsync(up).AsTask(), target.Transport.Output.WriteAsync(down).AsTask());
        Task<byte[]> atTarget = target.Transport.Input.ReadAsync(count);
        byte[] atNear = new byte[count];
        await near.ReadExactlyAsync(atNear).AsTask().WaitAsync(Handlers.Limit);

        Assert.Equal(down, atNear);
        Assert.Equal(up, await atTarget);
        await sending.WaitAsync(Handlers.Limit);
    }
}
