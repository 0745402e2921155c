namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>One connection: our end of it, and the product's handler at the other.</summary>
public sealed class Served(Stream client, Task done) : IAsyncDisposable
{
    /// <summary>Longer than anything that is not stuck takes, on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    public Stream Client => client;

    /// <summary>The handler's end. It must never fail.</summary>
    public Task Done => done.WaitAsync(Patience);

    /// <summary>Hangs up and waits until the handler has noticed.</summary>
    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        await Done;
    }
}
