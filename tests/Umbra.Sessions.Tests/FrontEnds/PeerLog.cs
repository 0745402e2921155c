using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>What the product logged; warnings and worse apart, because a bad peer deserves neither.</summary>
public sealed class PeerLog : ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ConcurrentQueue<string> Failures { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
        string> formatter)
    {
        Lines.Enqueue(formatter(state, exception));
        if (logLevel > LogLevel.Warning || exception is not null)
        {
            Failures.Enqueue($"{formatter(state, exception)} {exception}");
        }
    }
}
