using System.Buffers;
using System.IO.Pipes;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Pipes;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Pipes;

/// <summary>What Windows' named pipes are served by, over what .NET makes of them here.</summary>
public sealed class NamedPipeListenerTests : PoolTest
{
    private readonly NamedPipeEndPoint _endPoint = new($"umbra-{Guid.NewGuid():N}");
    private readonly MemoryPool<byte> _memory;

    public NamedPipeListenerTests() => _memory = Pool.AsMemoryPool(BufferTag.TdPipe, Account);

    [Fact]
    public async Task Accept_SeveralAtOnce_EachIsServed()
    {
        await using NamedPipeListener listener = new(_endPoint, _memory);
        for (int i = 0; i < 20; i++)
        {
            await using NamedPipeClientStream one = await ConnectAsync();
            await using ConnectionContext first = (await listener.AcceptAsync())!;
            await using NamedPipeClientStream other = await ConnectAsync();
            await using ConnectionContext second = (await listener.AcceptAsync())!;
            await EchoAsync(one, first);
            await EchoAsync(other, second);
            await EchoAsync(one, first);
        }
    }

    [Fact]
    public async Task Complete_Output_ArrivesWholeAndThenTheEnd()
    {
        await using NamedPipeListener listener = new(_endPoint, _memory);
        await using NamedPipeClientStream client = await ConnectAsync();
        await using ConnectionContext server = (await listener.AcceptAsync())!;
        byte[] bytes = new byte[1 << 20];
        Random.Shared.NextBytes(bytes);

        Task writing = Task.Run(async () =>
        {
            await server.Transport.Output.WriteAsync(bytes);
            await server.Transport.Output.CompleteAsync();
        });
        byte[] read = new byte[bytes.Length];
        await client.ReadExactlyAsync(read).AsTask().WaitAsync(Handlers.Limit);

        Assert.Equal(bytes, read);
        Assert.Equal(0, await client.ReadAsync(read).AsTask().WaitAsync(Handlers.Limit));
        await writing;
    }

    [Fact]
    public async Task Abort_WhoReadsIsTold()
    {
        await using NamedPipeListener listener = new(_endPoint, _memory);
        await using NamedPipeClientStream client = await ConnectAsync();
        await using ConnectionContext server = (await listener.AcceptAsync())!;
        Task reading = server.Transport.Input.ReadAsync().AsTask();

        server.Abort(new ConnectionAbortedException("enough"));

        Exception? told = await Record.ExceptionAsync(() => reading.WaitAsync(Handlers.Limit));
        Assert.True(told is null or IOException or OperationCanceledException, told?.ToString());
        Assert.Equal(0, await client.ReadAsync(new byte[1]).AsTask().WaitAsync(Handlers.Limit));
        Assert.True(server.ConnectionClosed.WaitHandle.WaitOne(Handlers.Limit));
        await Assert.ThrowsAnyAsync<IOException>(async () => await server.Transport.Input.ReadAsync());
    }

    [Fact]
    public async Task Unbind_WhileItWaits_AcceptGivesNull()
    {
        await using NamedPipeListener listener = new(_endPoint, _memory);
        Task<ConnectionContext?> accepting = listener.AcceptAsync().AsTask();

        await listener.UnbindAsync();

        Assert.Null(await accepting.WaitAsync(Handlers.Limit));
        Assert.Null(await listener.AcceptAsync());
    }

    [Fact]
    public async Task Accept_Cancelled_TheNextGetsWhoComes()
    {
        await using NamedPipeListener listener = new(_endPoint, _memory);
        using CancellationTokenSource stop = new();
        Task<ConnectionContext?> accepting = listener.AcceptAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting);

        await using NamedPipeClientStream client = await ConnectAsync();
        await using ConnectionContext server = (await listener.AcceptAsync())!;
        await EchoAsync(client, server);
    }

    [Fact]
    public async Task Listen_NameIsTaken_SaysSo()
    {
        await using NamedPipeListener listener = new(_endPoint, _memory);

        TransportException taken = Assert.Throws<TransportException>(() => new NamedPipeListener(_endPoint, _memory));

        Assert.Equal(TransportError.InUse, taken.Error);
        Assert.Contains(_endPoint.PipeName, taken.Message, StringComparison.Ordinal);
    }

    private static async Task EchoAsync(NamedPipeClientStream client, ConnectionContext server)
    {
        await client.WriteAsync("there"u8.ToArray());
        Assert.Equal("there"u8.ToArray(), await server.Transport.Input.ReadAsync(5));
        await server.Transport.Output.WriteAsync("back"u8.ToArray());
        byte[] back = new byte[4];
        await client.ReadExactlyAsync(back).AsTask().WaitAsync(Handlers.Limit);
        Assert.Equal("back"u8.ToArray(), back);
    }

    private async Task<NamedPipeClientStream> ConnectAsync()
    {
        NamedPipeClientStream client = new(".", _endPoint.PipeName, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        await client.ConnectAsync().WaitAsync(Handlers.Limit);
        return client;
    }
}
