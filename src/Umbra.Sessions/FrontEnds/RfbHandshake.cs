using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Transports;
using Umbra.Transports.Listening;

namespace Umbra.Sessions.FrontEnds;

/// <summary>
/// From the first byte to ClientInit (RFC 6143 7.1 to 7.3.1, VeNCrypt of rfbproto). None is offered only where the peer is on this machine
/// and no ticket is
/// asked for; VncAuth without TLS only where the peer is on this machine.
/// </summary>
internal sealed class RfbHandshake(IDuplexPipe pipe, RfbAccess access, BufferPool pool, Account account,
    CancellationToken cancellationToken) : IAsyncDisposable
{
    private delegate bool TryRead<T>(ref SequenceReader<byte> reader, out T message);

    private IDuplexPipe _pipe = pipe;
    private SslStream? _tls;
    private GateEntry? _place;
    private StreamDuplex? _encrypted;

    /// <summary>Returns the pipe to go on with, the one given or TLS over it; the latter is good until this is disposed.</summary>
    /// <exception cref="ProtocolException">The peer broke the protocol or was not let in; it has been told.</exception>
    public async Task<IDuplexPipe> RunAsync()
    {
        ProtocolVersion.V38.Write(_pipe.Output);
        await FlushAsync();
        ProtocolVersion version = (await ReadAsync<ProtocolVersion>(ProtocolVersion.TryRead)).Spoken;
        SecurityType type = version.HasSecurityTypeList ? await ChooseTypeAsync(version) : await DecideTypeAsync();
        bool isLetIn = type switch
        {
            SecurityType.None => true,
            SecurityType.VncAuth => await AuthenticateAsync(),
            _ => await UpgradeAsync(),
        };

        // Version 3.3 and 3.7 know no result after None.
        if (!isLetIn || type != SecurityType.None || version.HasSecurityReason)
        {
            new SecurityResult(isLetIn ? null : "wrong or used password; ask for a new one-time password").Write(_pipe.Output, version);
            await FlushAsync();
        }

        if (!isLetIn)
        {
            throw new ProtocolException("wrong or used one-time password");
        }

        // AlwaysShared: whoever asks to be alone is not, because the owner comes first.
        await ReadAsync<ClientInit>(ClientInit.TryRead);
        return _pipe;
    }

    /// <summary>Ends TLS where it was begun; after the connection's last byte.</summary>
    public async ValueTask DisposeAsync()
    {
        await (_encrypted?.DisposeAsync() ?? _tls?.DisposeAsync() ?? ValueTask.CompletedTask);
        _place?.Dispose();
    }

    private List<SecurityType> Offered()
    {
        List<SecurityType> types = [];
        if (access.IsLocal)
        {
            types.Add(access.Tickets is null ? SecurityType.None : SecurityType.VncAuth);
        }

        if (access.Certificate is not null)
        {
            types.Add(SecurityType.VeNCrypt);
        }

        return types;
    }

    private async Task<SecurityType> ChooseTypeAsync(ProtocolVersion version)
    {
        string? closed = access.WhyClosed();
        List<SecurityType> offered = closed is null ? Offered() : [];
        new SecurityTypeList(offered).Write(_pipe.Output);
        if (offered.Count == 0)
        {
            await RefuseAsync(closed ?? "this address asks for encryption, and this node has no certificate");
        }

        await FlushAsync();
        SecurityType chosen = await ReadAsync<SecurityType>(TryReadType);
        if (WhyNot(chosen, offered) is { } reason)
        {
            new SecurityResult(reason).Write(_pipe.Output, version);
            await FlushAsync();
            throw new ProtocolException(reason);
        }

        return chosen;
    }

    private string? WhyNot(SecurityType chosen, List<SecurityType> offered)
    {
        if (!offered.Contains(chosen))
        {
            return $"security type {(int)chosen} was not offered";
        }

        if (chosen == SecurityType.VeNCrypt && access.Encrypted is { } gate)
        {
            _place = gate.TryEnter();
            return _place is null ? "this node has as many encrypted viewers as it may (setting maxConnections)" : null;
        }

        return null;
    }

    private async Task<SecurityType> DecideTypeAsync()
    {
        string? closed = access.WhyClosed();
        SecurityType type = closed is null ? Offered().FirstOrDefault(t => t is SecurityType.None or SecurityType.VncAuth) : SecurityType.Invalid;
        new SecurityTypeDecision(type).Write(_pipe.Output);
        if (type == SecurityType.Invalid)
        {
            await RefuseAsync(closed ?? "version 3.3 has no encryption, and this address asks for it");
        }

        await FlushAsync();
        return type;
    }

    /// <summary>The reason goes where the security types would have been.</summary>
    private async Task RefuseAsync(string reason)
    {
        new ReasonText(reason).Write(_pipe.Output);
        await FlushAsync();
        throw new ProtocolException(reason);
    }

    private async Task<bool> AuthenticateAsync()
    {
        byte[] challenge = new byte[VncAuth.ChallengeSize];
        VncAuth.Challenge(challenge);
        _pipe.Output.Write(challenge);
        await FlushAsync();
        byte[] response = await ReadAsync<byte[]>(TryReadResponse);
        return access.Tickets!.TryUse(password => VncAuth.Verify(challenge, Encoding.ASCII.GetBytes(password), response));
    }

    private async Task<bool> UpgradeAsync()
    {
        VeNCryptVersion.V02.Write(_pipe.Output);
        await FlushAsync();
        VeNCryptVersion version = await ReadAsync<VeNCryptVersion>(VeNCryptVersion.TryRead);
        bool isAgreed = version == VeNCryptVersion.V02;
        _pipe.Output.Write([isAgreed ? (byte)0 : (byte)255]);
        if (!isAgreed)
        {
            await FlushAsync();
            throw new ProtocolException($"vencrypt version {version.Major}.{version.Minor} is not spoken");
        }

        VeNCryptSubtype only = access.Tickets is null ? VeNCryptSubtype.X509None : VeNCryptSubtype.X509Vnc;
        new VeNCryptSubtypeList([only]).Write(_pipe.Output);
        await FlushAsync();
        VeNCryptSubtype chosen = await ReadAsync<VeNCryptSubtype>(VeNCryptSubtypeList.TryReadChoice);
        _pipe.Output.Write([chosen == only ? (byte)1 : (byte)0]);
        await FlushAsync();
        if (chosen != only)
        {
            throw new ProtocolException($"vencrypt subtype {(int)chosen} was not offered");
        }

        await StartTlsAsync(access.Certificate!());
        return only == VeNCryptSubtype.X509None || await AuthenticateAsync();
    }

    private async Task StartTlsAsync(X509Certificate2 certificate)
    {
        _tls = new SslStream(new DuplexPipeStream(_pipe));
        try
        {
            // Not 1.3: its session tickets arrive together with our challenge, and TigerVNC's viewer (1.12), woken once for both, then
            // waits for ever.
            SslServerAuthenticationOptions options = new()
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
                EnabledSslProtocols = SslProtocols.Tls12,
            };
            await _tls.AuthenticateAsServerAsync(options, cancellationToken);
        }
        catch (Exception exception) when (exception is not (IOException or OperationCanceledException))
        {
            // A hello without the end of its extensions, say, comes as an ArgumentOutOfRangeException.
            throw new ProtocolException($"tls failed: {exception.Message}");
        }

        MemoryPool<byte> memory = pool.AsMemoryPool(BufferTag.RfbViewer, account);
        _pipe = _encrypted = new StreamDuplex(_tls, memory);
    }

    private async Task FlushAsync() => await _pipe.Output.FlushAsync(cancellationToken);

    private async Task<T> ReadAsync<T>(TryRead<T> tryRead)
    {
        while (true)
        {
            ReadResult result = await _pipe.Input.ReadAsync(cancellationToken);
            if (TryParse(result.Buffer, tryRead, out T? message))
            {
                return message;
            }

            if (result.IsCompleted)
            {
                throw new ProtocolException("the peer left during the handshake");
            }
        }
    }

    private bool TryParse<T>(in ReadOnlySequence<byte> buffer, TryRead<T> tryRead, out T message)
    {
        SequenceReader<byte> reader = new(buffer);
        bool isRead = tryRead(ref reader, out message);
        _pipe.Input.AdvanceTo(reader.Position, isRead ? reader.Position : buffer.End);
        return isRead;
    }

    private static bool TryReadType(ref SequenceReader<byte> reader, out SecurityType type)
    {
        bool isRead = reader.TryRead(out byte wire);
        type = (SecurityType)wire;
        return isRead;
    }

    private static bool TryReadResponse(ref SequenceReader<byte> reader, out byte[] response)
    {
        response = new byte[VncAuth.ChallengeSize];
        if (!reader.TryCopyTo(response))
        {
            return false;
        }

        reader.Advance(response.Length);
        return true;
    }
}
