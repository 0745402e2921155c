namespace Umbra.Benchmarks.Fanout;

/// <summary>A server that viewers look at, with a display of its own, on the serving core.</summary>
internal abstract class FanoutServer : IAsyncDisposable
{
    /// <summary>DISPLAY and XAUTHORITY of what it shows.</summary>
    public abstract IReadOnlyDictionary<string, string?> Display { get; }

    /// <summary>The process viewers talk to.</summary>
    public abstract int Process { get; }

    /// <summary>The process of the X server behind it; null where it is the X server itself.</summary>
    public abstract int? XServer { get; }

    /// <summary>Addresses for so many viewers, IP:PORT each.</summary>
    public abstract Task<IReadOnlyList<string>> OpenAsync(int viewers);

    /// <summary>Bytes it holds of what it counts as data; null where it does not count.</summary>
    public virtual Task<long?> ReadDataMemoryAsync() => Task.FromResult<long?>(null);

    public abstract ValueTask DisposeAsync();
}
