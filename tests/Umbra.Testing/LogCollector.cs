using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Umbra.Testing;

/// <summary>All that is logged, to be looked at.</summary>
public sealed class LogCollector : ILoggerProvider, ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((logLevel, $"{formatter(state, exception)} {exception?.GetType().Name}"));

    public void Dispose()
    {
    }
}
