using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Umbra.Transports.Drivers;
using Umbra.Transports.Packets;
using Umbra.Transports.Reliable;

namespace Umbra.Transports.Serial;

/// <summary>
/// A device that is held for as long as anybody of this node listens on it or connects with it, and what it carries: one connection at a time, which either end begins.
/// When the device goes, it is opened again once it is back. Until then what is sent is lost, as on a line that is cut; a connection lives through that where it is not
/// for long.
/// </summary>
internal sealed partial class SharedLine : IPacketWire, IAsyncDisposable
{
    /// <summary>Payload of the largest packet.</summary>
    private const int MaxPayload = 512;
    private const int MinPacket = 4;
    private const int ReadSize = 4096;

    /// <summary>Flags and checksum. The line's pacer counts what is escaped.</summary>
    private const int FrameOverhead = 2 + HdlcFrame.ChecksumBytes;

    /// <summary>As if it had no end: such a device takes what it can.</summary>
    private const int RateOfItsOwn = 100_000_000;
    private static readonly int MaxPacket = MaxPayload + CompactFormat.Instance.Overhead;
    private static readonly int MaxFrame = HdlcFrame.MaxBytes(MaxPacket);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(4);

    private readonly SerialSettings _settings;
    private readonly ReliableOptions _packetOptions;
    private readonly DriverContext _context;
    private readonly ILogger _logger;
    private readonly HdlcReader _frames;
    private readonly IMemoryOwner<byte> _memory;
    private readonly Memory<byte> _received;
    private readonly Memory<byte> _frame;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _running;

    /// <summary>Null while the device is away.</summary>
    [SuppressMessage("Usage", "CA2213", Justification = "who reads from it disposes it")]
    private volatile SerialLine? _line;

    /// <exception cref="TransportException">The device cannot be had.</exception>
    public SharedLine(string path, SerialSettings settings, DriverContext context)
    {
        Path = path;
        _settings = settings;
        _packetOptions = ReliableOptions.Line(settings.IsPaced ? settings.BytesPerSecond : RateOfItsOwn, MaxPayload, FrameOverhead);
        _context = context;
        _logger = context.Loggers.CreateLogger<SharedLine>();
        _memory = context.Memory.Rent(ReadSize + MaxFrame + MaxPacket + HdlcFrame.ChecksumBytes);
        _received = _memory.Memory[..ReadSize];
        _frame = _memory.Memory.Slice(ReadSize, MaxFrame);
        _frames = new HdlcReader(MinPacket, _memory.Memory.Slice(ReadSize + MaxFrame, MaxPacket + HdlcFrame.ChecksumBytes), settings.EscapesFlowControl);
        try
        {
            _line = Open();
            _running = RunAsync(_line);
        }
        catch
        {
            _memory.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public SerialSettings Settings => _settings;

    /// <summary>Listeners, connections, and who is about to connect.</summary>
    public int Users { get; set; }

    /// <summary>What is urgent is asked for after each frame.</summary>
    public int MaxTrain => 1;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> train, int packetBytes)
    {
        await _sending.WaitAsync(CancellationToken.None);
        try
        {
            for (ReadOnlyMemory<byte> rest = train; !rest.IsEmpty && _line is { } line; rest = rest[Math.Min(packetBytes, rest.Length)..])
            {
                int length = HdlcFrame.Write(rest.Span[..Math.Min(packetBytes, rest.Length)], _frame.Span, _settings.EscapesFlowControl);
                await line.WriteAsync(_frame[..length]);
            }
        }
        catch (IOException)
        {
            // Who reads has noticed as well. It is lost, as whatever is sent until the device is back.
        }
        catch (OperationCanceledException exception)
        {
            throw new TransportException(TransportError.Reset, "the line was closed", exception);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Ends the connection, and closes the device.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
        {
            return;
        }

        await EndCallsAsync();
        await _closing.CancelAsync();
        await _running;
        await _answering;
        _memory.Dispose();
        _closing.Dispose();
        _sending.Dispose();
    }

    private SerialLine Open() => SerialLine.Open(Path, _settings, MaxFrame, _context.Time, _closing.Token);

    private async Task RunAsync(SerialLine first)
    {
        SerialLine? line = first;
        while (line is not null)
        {
            string reason = await ReceiveAsync(line);
            _line = null;
            await _sending.WaitAsync(CancellationToken.None);
            await line.DisposeAsync();
            _sending.Release();
            line = _closing.IsCancellationRequested ? null : await OpenAgainAsync(reason);
            _line = line;
        }
    }

    /// <returns>Why it ended.</returns>
    private async Task<string> ReceiveAsync(SerialLine line)
    {
        try
        {
            while (true)
            {
                int count = await line.ReadAsync(_received);
                Take(_received.Span[..count]);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            return exception.Message;
        }
    }

    /// <returns>Null where it is not wanted any more.</returns>
    private async Task<SerialLine?> OpenAgainAsync(string reason)
    {
        _logger.LogWarning("{Reason}; it is opened again once it is back", reason);
        for (TimeSpan delay = FirstRetry; ; delay = delay < LastRetry ? 2 * delay : LastRetry)
        {
            try
            {
                await Task.Delay(delay, _context.Time, _closing.Token);
                SerialLine line = Open();
                _logger.LogInformation("the serial device {Path} is back", Path);
                return line;
            }
            catch (IOException)
            {
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        long bad = _frames.Counters.Bad;
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_frames.Read(bytes, out ReadOnlySpan<byte> packet)..];
            if (!packet.IsEmpty)
            {
                Dispatch(packet);
            }
        }

        _context.Counters.AddDropped(_frames.Counters.Bad - bad);
        _call?.Carrier.Pump();
    }
}
