using System.Net.Sockets;
using Umbra.Testing;

namespace Umbra.Benchmarks.Crowd;

/// <summary>One shadower, from coming to leaving. None of them decodes anything.</summary>
internal sealed class CrowdMember : IAsyncDisposable
{
    private const int SlowRate = 10_000;
    private const int SmallBuffer = 16 * 1024;
    private const int ManyRequests = 100;
    private readonly CancellationTokenSource _leaving = new();
    private readonly RfbTestClient? _client;
    private Task _behaving = Task.CompletedTask;

    private CrowdMember(CrowdKind kind, RfbTestClient? client)
    {
        Kind = kind;
        _client = client;
    }

    public CrowdKind Kind { get; }

    /// <summary>Why it was not let in, or is not there any more; null while it is. Who reads nothing does not notice.</summary>
    public string? End { get; private set; }

    public bool IsLetIn => _client is not null;

    public int Updates => _client?.Updates ?? 0;

    /// <summary>Comes and begins to behave; a greedy one is only there.</summary>
    public static async Task<CrowdMember> ComeAsync(CrowdKind kind, string address, int number, int quality)
    {
        using CancellationTokenSource timeout = new(TimeSpan.FromSeconds(60));
        RfbTestOptions options = RfbTestOptions.For(address) with { Encodings = [7, 1, -32 + quality, -223, -224], Decodes = false };
        try
        {
            RfbTestClient client = kind switch
            {
                CrowdKind.Greedy => await RfbTestClient.ConnectGreedyAsync(options, number, timeout.Token),
                CrowdKind.Slow => await RfbTestClient.ConnectAsync(options with { BytesPerSecond = SlowRate, ReceiveBuffer = SmallBuffer }, timeout.Token),
                CrowdKind.Stuck => await RfbTestClient.ConnectAsync(options with { ReceiveBuffer = SmallBuffer }, timeout.Token),
                _ => await RfbTestClient.ConnectAsync(options, timeout.Token),
            };
            CrowdMember member = new(kind, client);
            member._behaving = member.BehaveAsync(client);
            return member;
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            return new CrowdMember(kind, null) { End = exception.Message };
        }
    }

    /// <summary>The greedy prepare.</summary>
    public Task GrowAsync() => UntilEndAsync(token => Kind == CrowdKind.Greedy && IsLetIn ? _client!.GrowAsync(token) : Task.CompletedTask);

    /// <summary>The greedy ask, and read nothing from now on.</summary>
    public Task GrabAsync() => UntilEndAsync(token => Kind == CrowdKind.Greedy && IsLetIn ? _client!.GrabAsync(token) : Task.CompletedTask);

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _behaving;
        await (_client?.DisposeAsync() ?? ValueTask.CompletedTask);
        _leaving.Dispose();
    }

    private static bool IsEnd(Exception exception) => exception is IOException or SocketException or OperationCanceledException;

    private Task BehaveAsync(RfbTestClient client) => UntilEndAsync(token => Kind switch
    {
        CrowdKind.Reader or CrowdKind.Slow => client.WatchAsync(null, token),
        CrowdKind.Stuck => AskAsync(client, token),
        _ => Task.CompletedTask,
    });

    private static async Task AskAsync(RfbTestClient client, CancellationToken cancellationToken)
    {
        await client.RequestAsync(isIncremental: false, cancellationToken);
        for (int i = 0; i < ManyRequests; i++)
        {
            await client.RequestAsync(isIncremental: true, cancellationToken);
        }
    }

    private async Task UntilEndAsync(Func<CancellationToken, Task> act)
    {
        try
        {
            await act(_leaving.Token);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            End ??= _leaving.IsCancellationRequested ? null : exception.Message;
        }
    }
}
