using System.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Tests.Serial;

namespace Umbra.Benchmarks.Hop;

/// <summary>What of a serial line's rate arrives as bytes of a connection over Tdasync, one way, without TLS and nodes.</summary>
/// <param name="Transport">As in <see cref="TwoNodes"/>.</param>
/// <param name="BytesPerSecond">That a reader got who always reads.</param>
internal sealed record LineGoodput(string Transport, double BytesPerSecond)
{
    private const int Piece = 4096;

    /// <summary>Of the line's rate.</summary>
    public double Part => BytesPerSecond * 10 / TwoNodes.Baud;

    public static async Task<LineGoodput> MeasureAsync(string transport, TimeSpan length, CancellationToken cancellationToken)
    {
        using BufferPool pool = new();
        using TestLine line = TwoNodes.LineOf(transport);
        string options = $"?baud={TwoNodes.Baud}";
        await using LineNode near = new(line.Paths[0], pool, options);
        await using LineNode target = new(line.Paths[1], pool, options);
        await using IConnectionListener listener = await target.ListenAsync();
        Task<Stream> connecting = near.ConnectAsync(cancellationToken);
        await using ConnectionContext accepted = await LineNode.AcceptAsync(listener);
        await using Stream stream = await connecting;
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task writing = WriteAsync(stream, enough.Token);

        long begun = Stopwatch.GetTimestamp();
        long count = 0;
        while (Stopwatch.GetElapsedTime(begun) < length)
        {
            var read = await accepted.Transport.Input.ReadAsync(cancellationToken);
            count += read.Buffer.Length;
            accepted.Transport.Input.AdvanceTo(read.Buffer.End);
        }

        TimeSpan took = Stopwatch.GetElapsedTime(begun);
        accepted.Abort();
        await enough.CancelAsync();
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new LineGoodput(transport, count / took.TotalSeconds);
    }

    private static async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] piece = new byte[Piece];
        Random random = new(1);
        while (true)
        {
            random.NextBytes(piece);
            await stream.WriteAsync(piece, cancellationToken);
        }
    }
}
