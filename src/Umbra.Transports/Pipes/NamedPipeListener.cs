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

    private readonly NamedPipeEndPoint _endPoint;
    private readonly MemoryPool<byte> _memory;
    private readonly CancellationTokenSource _unbound = new();
    private NamedPipeServerStream _waiting;

    /// <param name="memory">Of the connections.</param>
    /// <exception cref="TransportException">Somebody has the name already, or it may not be had.</exception>
    public NamedPipeListener(NamedPipeEndPoint endPoint, MemoryPool<byte> memory)
    {
        _endPoint = endPoint;
        _memory = memory;
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
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unbound.Token);
        while (!_unbound.IsCancellationRequested)
        {
            NamedPipeServerStream pipe = _waiting;
            try
            {
                await pipe.WaitForConnectionAsync(stop.Token);
                _waiting = Open();
                return new StreamConnection(pipe, WriteBytes, _endPoint, null, _memory);
            }
            catch (IOException)
            {
                // One that went again at once.
                _waiting = Open();
                await pipe.DisposeAsync();
            }
            catch (OperationCanceledException) when (_unbound.IsCancellationRequested)
            {
                break;
            }
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _unbound.CancelAsync();
        await _waiting.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync(CancellationToken.None);
        _unbound.Dispose();
    }

    private NamedPipeServerStream Open(PipeOptions first = PipeOptions.None) => new(
        _endPoint.PipeName, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte,
        PipeOptions.Asynchronous | PipeOptions.WriteThrough | PipeOptions.CurrentUserOnly | first);
}
