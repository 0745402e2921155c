using System.Buffers;
using System.IO.Pipes;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Umbra.Transports.Pipes;

/// <summary>
/// Tdpipe, listening side, on Windows: a named pipe that its user alone can open. One instance always waits, so that who comes finds one. Elsewhere .NET makes a Unix socket of
/// it, by which this is tested.
/// </summary>
internal sealed class NamedPipeListener : IConnectionListener
{
    private const int WriteBytes = 4096;
    private static readonly TimeSpan AcceptAgainAfter = TimeSpan.FromMilliseconds(10);

    private readonly NamedPipeEndPoint _endPoint;
    private readonly MemoryPool<byte> _memory;
    private readonly CancellationTokenSource _unbound = new();
    private readonly CancellationToken _stop;
    private readonly Lock _gate = new();
    private NamedPipeServerStream _waiting;
    private volatile bool _isUnbound;

    /// <param name="memory">Of the connections.</param>
    /// <exception cref="TransportException">Somebody has the name already, or it may not be had.</exception>
    public NamedPipeListener(NamedPipeEndPoint endPoint, MemoryPool<byte> memory)
    {
        _endPoint = endPoint;
        _memory = memory;
        _stop = _unbound.Token;
        try
        {
            // Of a name that somebody else has taken, instances could be opened beside his, and who connects might get either.
            _waiting = Open(PipeOptions.FirstPipeInstance);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TransportException(TransportError.InUse, $"cannot listen on the named pipe {endPoint.PipeName}: another process has it, or it may not be opened: {exception.Message}", exception);
        }
    }

    public EndPoint EndPoint => _endPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop);
        while (true)
        {
            NamedPipeServerStream? pipe;
            lock (_gate)
            {
                if (_isUnbound)
                {
                    return null;
                }

                pipe = _waiting;
            }

            StreamConnection? connection = null;
            try
            {
                await pipe.WaitForConnectionAsync(stop.Token);
                connection = TryReplace() ? new StreamConnection(pipe, WriteBytes, _endPoint, null, _memory) : null;
                return connection;
            }
            catch (IOException) when (!pipe.IsConnected)
            {
                // One that went again at once.
                await Task.Delay(AcceptAgainAfter, CancellationToken.None);
                TryReplace();
            }
            catch (Exception exception) when (_isUnbound && exception is OperationCanceledException or ObjectDisposedException)
            {
                return null;
            }
            catch (OperationCanceledException)
            {
                // It goes on waiting.
                pipe = null;
                throw;
            }
            finally
            {
                if (connection is null && pipe is not null)
                {
                    await pipe.DisposeAsync();
                }
            }
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        NamedPipeServerStream last;
        lock (_gate)
        {
            _isUnbound = true;
            last = _waiting;
        }

        await _unbound.CancelAsync();
        await last.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync(CancellationToken.None);
        _unbound.Dispose();
    }

    /// <summary>The next one waits from here on.</summary>
    /// <returns>False: nobody is accepted any more.</returns>
    private bool TryReplace()
    {
        lock (_gate)
        {
            _waiting = _isUnbound ? _waiting : Open();
            return !_isUnbound;
        }
    }

    private NamedPipeServerStream Open(PipeOptions first = PipeOptions.None) => new(
        _endPoint.PipeName, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte,
        PipeOptions.Asynchronous | PipeOptions.WriteThrough | PipeOptions.CurrentUserOnly | first);
}
