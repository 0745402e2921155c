using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Umbra.Transports.Tests.Contract;

internal static class Handlers
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Sends back what comes, until the peer ends.</summary>
    public static async Task Echo(ConnectionContext connection)
    {
        while (true)
        {
            ReadResult read = await connection.Transport.Input.ReadAsync();
            foreach (ReadOnlyMemory<byte> part in read.Buffer)
            {
                await connection.Transport.Output.WriteAsync(part);
            }

            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    public static async Task<byte[]> ReadAsync(this PipeReader reader, int count)
    {
        ReadResult read = await reader.ReadAtLeastAsync(count).AsTask().WaitAsync(Limit);
        byte[] bytes = read.Buffer.Slice(0, Math.Min(count, read.Buffer.Length)).ToArray();
        reader.AdvanceTo(read.Buffer.GetPosition(bytes.Length));
        return bytes;
    }

    /// <summary>Reads until the connection is over, however it ends.</summary>
    public static async Task DrainAsync(this PipeReader reader)
    {
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync().AsTask().WaitAsync(Limit);
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }
}
