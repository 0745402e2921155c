using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>A viewer over TCP that takes Raw with fences and continuous updates, counts updates, and allocates nothing once it has begun.</summary>
internal sealed class CountingViewer : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _bytes = new byte[1 << 20];
    private readonly Thread _thread;
    private volatile int _updates;
    private volatile Exception? _failure;

    public CountingViewer(EndPoint server)
    {
        _socket.Connect(server);
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public int Updates => _failure is { } failure ? throw new InvalidOperationException("the viewer failed", failure) : _updates;

    public void Dispose()
    {
        _socket.Shutdown(SocketShutdown.Both);
        _thread.Join();
        _socket.Dispose();
    }

    private void Run()
    {
        try
        {
            ShakeHands();
            while (true)
            {
                ReadMessage();
            }
        }
        catch (EndOfStreamException)
        {
            // The test is over.
        }
        catch (Exception exception)
        {
            _failure = exception;
        }
    }

    private void ShakeHands()
    {
        Read(12);
        _socket.Send("RFB 003.008\n"u8);
        Read(Read(1)[0]);
        _socket.Send([1]);
        Read(4);
        _socket.Send([1]);
        Read(BinaryPrimitives.ReadInt32BigEndian(Read(24)[20..]));

        // SetEncodings: Raw, Fence, ContinuousUpdates; EnableContinuousUpdates for all of any picture; a first request, for all there is.
        _socket.Send([2, 0, 0, 3, 0, 0, 0, 0, 0xFF, 0xFF, 0xFE, 0xC8, 0xFF, 0xFF, 0xFE, 0xC7]);
        _socket.Send([150, 1, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
        _socket.Send([3, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
    }

    private void ReadMessage()
    {
        switch (Read(1)[0])
        {
            case 0:
                for (int rects = BinaryPrimitives.ReadUInt16BigEndian(Read(3)[1..]); rects > 0; rects--)
                {
                    ReadOnlySpan<byte> header = Read(12);
                    Read(4 * BinaryPrimitives.ReadUInt16BigEndian(header[4..]) * BinaryPrimitives.ReadUInt16BigEndian(header[6..]));
                }

                _updates++;
                break;
            case 150:
                break;
            case 248:
                // The answer is the question without its highest bit.
                Span<byte> fence = _bytes.AsSpan(0, 9 + Read(8)[7]);
                fence[..8].CopyTo(fence[1..]);
                fence[0] = 248;
                fence[4] &= 0x7F;
                _socket.Send(fence);
                break;
            default:
                throw new InvalidDataException("a message that nobody asked for");
        }
    }

    /// <summary>The next bytes, valid until the next call.</summary>
    private ReadOnlySpan<byte> Read(int count)
    {
        for (int have = 0; have < count;)
        {
            int read = _socket.Receive(_bytes.AsSpan(have, count - have));
            have += read > 0 ? read : throw new EndOfStreamException();
        }

        return _bytes.AsSpan(0, count);
    }
}
