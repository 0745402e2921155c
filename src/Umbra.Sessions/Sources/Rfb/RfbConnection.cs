using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Umbra.Core.Memory;
using Umbra.Transports;
using Umbra.Transports.Tcp;

namespace Umbra.Sessions.Sources.Rfb;

/// <summary>Reads one message from the beginning of what was received; see the messages of <see cref="Umbra.Core.Rfb"/>.</summary>
internal delegate bool TryReadMessage<T>(ref SequenceReader<byte> reader, out T message);

/// <summary>A byte stream to an RFB server. All of its buffers come from the pool. Owns the socket.</summary>
internal sealed class RfbConnection : IAsyncDisposable
{
    private const int ReceiveBufferSize = 64 * 1024;
    private readonly MemoryPool<byte> _memory;
    private Stream _stream;

    private RfbConnection(Stream stream, MemoryPool<byte> memory)
    {
        (_stream, _memory) = (stream, memory);
        (Input, Output) = OpenPipes();
    }

    public PipeReader Input { get; private set; }

    public PipeWriter Output { get; private set; }

    /// <exception cref="SocketException">Nobody answers there.</exception>
    public static async Task<RfbConnection> ConnectAsync(
        EndPoint endPoint, TransportOptions transport, BufferPool pool, Account account, CancellationToken cancellationToken)
    {
        Socket socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            transport.SetBuffers(socket);
            await socket.ConnectAsync(endPoint, cancellationToken);
            if (socket.ProtocolType == ProtocolType.Tcp)
            {
                TcpKeepAlive.Set(socket);
            }

            return new RfbConnection(new NetworkStream(socket, ownsSocket: true), pool.AsMemoryPool(BufferTag.RfbSource, account));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for one whole message.</summary>
    /// <exception cref="EndOfStreamException">The server closed the connection first.</exception>
    public async ValueTask<T> ReadAsync<T>(TryReadMessage<T> tryRead, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await Input.ReadAsync(cancellationToken);
            if (TryTake(result.Buffer, tryRead, out T message))
            {
                return message;
            }

            if (result.IsCompleted)
            {
                throw new EndOfStreamException();
            }
        }
    }

    /// <summary>Goes on inside TLS: the server's next bytes are its hello.</summary>
    public async Task StartTlsAsync(string host, string? authorityFile, CancellationToken cancellationToken)
    {
        await Input.CompleteAsync();
        await Output.CompleteAsync();
        SslStream tls = new(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        (Input, Output) = OpenPipes();
        SslClientAuthenticationOptions options = new() { TargetHost = host, CertificateChainPolicy = authorityFile is null ? null : Trusting(authorityFile) };
        await tls.AuthenticateAsClientAsync(options, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        // With an exception the writer gives its blocks back without trying to send them.
        await Input.CompleteAsync();
        await Output.CompleteAsync(new OperationCanceledException());
        await _stream.DisposeAsync();
    }

    private static X509ChainPolicy Trusting(string authorityFile)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(authorityFile);
        }
        catch (CryptographicException exception)
        {
            throw new IOException($"{authorityFile} holds no certificates: {exception.Message}", exception);
        }

        return policy;
    }

    private (PipeReader, PipeWriter) OpenPipes() => (
        PipeReader.Create(_stream, new StreamPipeReaderOptions(_memory, ReceiveBufferSize, leaveOpen: true)),
        PipeWriter.Create(_stream, new StreamPipeWriterOptions(_memory, leaveOpen: true)));

    private bool TryTake<T>(ReadOnlySequence<byte> buffer, TryReadMessage<T> tryRead, out T message)
    {
        SequenceReader<byte> reader = new(buffer);
        bool isThere = tryRead(ref reader, out message);
        Input.AdvanceTo(reader.Position, isThere ? reader.Position : buffer.End);
        return isThere;
    }
}
