using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Umbra.Transports.Drivers;
using Umbra.Transports.Lanes;

namespace Umbra.Transports.Serial;

/// <summary>Tdasync at work: each device is open while somebody uses it.</summary>
internal sealed class SerialTransport(DriverContext context) : ITransport
{
    [SuppressMessage("Usage", "CA2213", Justification = "a line may be given back after this was disposed; it holds nothing of the system")]
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<string, SharedLine> _lines = [];

    public async ValueTask<IConnectionListener> ListenAsync(EndPoint endPoint, MemoryPool<byte> memory, CancellationToken cancellationToken)
    {
        SerialEndPoint serial = (SerialEndPoint)endPoint;
        SharedLine line = await TakeAsync(serial, cancellationToken);
        SerialListener listener = new(serial, line, memory, () =>
        {
            // A connection goes on, and the line with it.
            Task call = line.CallCompletion;
            Task given = GiveBackAsync(line, call);
            return call.IsCompleted ? given : Task.CompletedTask;
        });
        try
        {
            line.Listen(listener);
            return listener;
        }
        catch
        {
            await GiveBackAsync(line, Task.CompletedTask);
            throw;
        }
    }

    public async ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        SerialEndPoint serial = (SerialEndPoint)address.EndPoint;
        SharedLine line = await TakeAsync(serial, cancellationToken);
        try
        {
            LaneStream stream = await line.ConnectAsync(serial, cancellationToken);
            _ = GiveBackAsync(line, line.CallCompletion);
            return stream;
        }
        catch
        {
            await GiveBackAsync(line, Task.CompletedTask);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            foreach (SharedLine line in _lines.Values)
            {
                await line.DisposeAsync();
            }

            _lines.Clear();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask<SharedLine> TakeAsync(SerialEndPoint endPoint, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_lines.TryGetValue(endPoint.Path, out SharedLine? line))
            {
                line = new SharedLine(endPoint.Path, endPoint.Settings, context);
                _lines.Add(endPoint.Path, line);
            }
            else if (line.Settings != endPoint.Settings)
            {
                throw new TransportException(TransportError.InUse, $"{endPoint}: {endPoint.Path} is open here with other settings; give it the same everywhere");
            }

            line.Users++;
            return line;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <param name="call">What has to be over first.</param>
    private async Task GiveBackAsync(SharedLine line, Task call)
    {
        await call;
        await _turn.WaitAsync();
        try
        {
            if (--line.Users == 0 && _lines.Remove(line.Path))
            {
                await line.DisposeAsync();
            }
        }
        finally
        {
            _turn.Release();
        }
    }
}
