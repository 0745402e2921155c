using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Umbra.Transports.Tcp;

namespace Umbra.Transports.Tests.Tcp;

public sealed class HappyEyeballsTests
{
    private static readonly IPAddress Six = IPAddress.Parse("2001:db8::1");
    private static readonly IPAddress OtherSix = IPAddress.Parse("2001:db8::2");
    private static readonly IPAddress Four = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress OtherFour = IPAddress.Parse("192.0.2.2");

    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<IPAddress, TaskCompletionSource<Connection>> _tried = [];

    [Fact]
    public void Interleave_BothFamilies_TakesThemInTurn() =>
        Assert.Equal([Six, Four, OtherSix, OtherFour], HappyEyeballs.Interleave([Four, OtherFour, Six, OtherSix]));

    [Fact]
    public async Task Connect_TheFirstAnswers_NobodyElseIsTried()
    {
        Task<Connection> connecting = ConnectAsync(Six, Four);
        Answer(Six);

        Assert.Equal(Six, (await connecting).Address);
        Assert.Equal([Six], _tried.Keys);
    }

    [Fact]
    public async Task Connect_TheFirstIsSilent_TheNextIsTriedAfterAQuarterSecondAndWins()
    {
        Task<Connection> connecting = ConnectAsync(Six, Four);
        _time.Advance(HappyEyeballs.Stagger - TimeSpan.FromTicks(1));
        Assert.Equal([Six], _tried.Keys);
        _time.Advance(TimeSpan.FromTicks(1));
        await UntilTriedAsync(Four);
        Answer(Four);

        Assert.Equal(Four, (await connecting).Address);

        // One that answers after all is not kept.
        Connection late = Answer(Six);
        Assert.True(late.IsDisposed);
    }

    [Fact]
    public async Task Connect_TheFirstIsRefused_TheNextIsTriedAtOnce()
    {
        Task<Connection> connecting = ConnectAsync(Six, Four);
        Refuse(Six);
        await UntilTriedAsync(Four);
        Answer(Four);

        Assert.Equal(Four, (await connecting).Address);
    }

    [Fact]
    public async Task Connect_AllAreRefused_FailsWithTheLast()
    {
        Task<Connection> connecting = ConnectAsync(Six, Four);
        Refuse(Six);
        await UntilTriedAsync(Four);
        Refuse(Four);

        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(() => connecting)).SocketErrorCode);
    }

    [Fact]
    public async Task Connect_Cancelled_Ends()
    {
        using CancellationTokenSource cancelled = new();
        Task<Connection> connecting = HappyEyeballs.ConnectAsync([Six, Four], TryAsync, _time, cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    private Task<Connection> ConnectAsync(params IPAddress[] addresses) => HappyEyeballs.ConnectAsync(addresses, TryAsync, _time, CancellationToken.None);

    private Task<Connection> TryAsync(IPAddress address, CancellationToken cancellationToken)
    {
        lock (_tried)
        {
            return (_tried[address] = new TaskCompletionSource<Connection>()).Task;
        }
    }

    private Connection Answer(IPAddress address)
    {
        Connection connection = new(address);
        _tried[address].SetResult(connection);
        return connection;
    }

    private void Refuse(IPAddress address) => _tried[address].SetException(new SocketException((int)SocketError.ConnectionRefused));

    private async Task UntilTriedAsync(IPAddress address)
    {
        while (true)
        {
            lock (_tried)
            {
                if (_tried.ContainsKey(address))
                {
                    return;
                }
            }

            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private sealed class Connection(IPAddress address) : IDisposable
    {
        public IPAddress Address => address;

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
