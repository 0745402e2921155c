using System.Buffers;
using System.Security.Cryptography;
using Umbra.Core.Rfb;

namespace Umbra.Sessions.Sources.Rfb;

/// <summary>The client's side of everything up to ServerInit (RFC 6143, 7.1 to 7.3; VeNCrypt 0.2).</summary>
internal sealed class RfbHandshake(RfbConnection connection, RfbSourceOptions options, CancellationToken cancellationToken)
{
    private ProtocolVersion _version;

    /// <exception cref="RfbSourceException">The server does not let us in.</exception>
    public async Task<ServerInit> RunAsync()
    {
        _version = (await connection.ReadAsync<ProtocolVersion>(ProtocolVersion.TryRead, cancellationToken)).Spoken;
        _version.Write(connection.Output);
        SecurityType type = _version.HasSecurityTypeList ? await ChooseSecurityAsync() : await ObeySecurityAsync();
        if (type == SecurityType.VeNCrypt)
        {
            type = await StartVeNCryptAsync();
        }

        if (type == SecurityType.VncAuth)
        {
            await AnswerChallengeAsync();
        }

        // Up to 3.7 a server that asks for nothing has nothing to report.
        if (type != SecurityType.None || _version.HasSecurityReason)
        {
            await ReadResultAsync();
        }

        new ClientInit(IsShared: true).Write(connection.Output);
        await connection.Output.FlushAsync(cancellationToken);
        return await connection.ReadAsync<ServerInit>(ServerInit.TryRead, cancellationToken);
    }

    private async Task<SecurityType> ObeySecurityAsync()
    {
        await connection.Output.FlushAsync(cancellationToken);
        SecurityType type = (await connection.ReadAsync<SecurityTypeDecision>(SecurityTypeDecision.TryRead, cancellationToken)).Type;
        return type switch
        {
            SecurityType.None or SecurityType.VncAuth => type,
            SecurityType.Invalid => throw await RefusedAsync(),
            _ => throw new RfbSourceException($"the vnc server wants security type {type}, which is not spoken here"),
        };
    }

    private async Task<SecurityType> ChooseSecurityAsync()
    {
        await connection.Output.FlushAsync(cancellationToken);
        SecurityTypeList offer = await connection.ReadAsync<SecurityTypeList>(SecurityTypeList.TryRead, cancellationToken);
        if (offer.Types.Count == 0)
        {
            throw await RefusedAsync();
        }

        SecurityType[] ours = options.AuthorityFile is null
            ? [SecurityType.None, SecurityType.VncAuth, SecurityType.VeNCrypt]
            : [SecurityType.VeNCrypt];
        SecurityType chosen = ours.FirstOrDefault(offer.Types.Contains);
        if (chosen == SecurityType.Invalid)
        {
            throw new RfbSourceException(
                $"the vnc server offers security types {string.Join(", ", offer.Types)}, of which {string.Join(", ", ours)} would do");
        }

        connection.Output.Write<byte>([(byte)chosen]);
        await connection.Output.FlushAsync(cancellationToken);
        return chosen;
    }

    private async Task<SecurityType> StartVeNCryptAsync()
    {
        VeNCryptVersion theirs = await connection.ReadAsync<VeNCryptVersion>(VeNCryptVersion.TryRead, cancellationToken);
        if (theirs is { Major: 0, Minor: < 2 })
        {
            throw new RfbSourceException($"the vnc server speaks vencrypt {theirs.Major}.{theirs.Minor} only");
        }

        VeNCryptVersion.V02.Write(connection.Output);
        await connection.Output.FlushAsync(cancellationToken);
        if (await connection.ReadAsync<byte>(ReadByte, cancellationToken) != 0)
        {
            throw new RfbSourceException("the vnc server does not speak vencrypt 0.2");
        }

        VeNCryptSubtypeList offer = await connection.ReadAsync<VeNCryptSubtypeList>(VeNCryptSubtypeList.TryRead, cancellationToken);
        VeNCryptSubtype choice = offer.Subtypes.Contains(VeNCryptSubtype.X509None) ? VeNCryptSubtype.X509None
            : offer.Subtypes.Contains(VeNCryptSubtype.X509Vnc) ? VeNCryptSubtype.X509Vnc
            : throw new RfbSourceException(
                $"the vnc server offers vencrypt {string.Join(", ", offer.Subtypes)}, none of which is spoken here");
        VeNCryptSubtypeList.WriteChoice(connection.Output, choice);
        await connection.Output.FlushAsync(cancellationToken);
        if (await connection.ReadAsync<byte>(ReadByte, cancellationToken) != 1)
        {
            throw new RfbSourceException("the vnc server cannot start tls");
        }

        await connection.StartTlsAsync(options.Address.Host ?? "localhost", options.AuthorityFile, cancellationToken);
        return choice == VeNCryptSubtype.X509Vnc ? SecurityType.VncAuth : SecurityType.None;
    }

    private async Task AnswerChallengeAsync()
    {
        byte[] challenge = await connection.ReadAsync<byte[]>(ReadChallenge, cancellationToken);
        byte[] password = options.Password?.Invoke() ?? throw new RfbSourceException("the vnc server wants a password and none was given");
        byte[] response = new byte[VncAuth.ChallengeSize];
        VncAuth.Encrypt(challenge, password, response);
        CryptographicOperations.ZeroMemory(password);
        connection.Output.Write(response);
        await connection.Output.FlushAsync(cancellationToken);
    }

    private async Task ReadResultAsync()
    {
        SecurityResult result = await connection.ReadAsync(
            (ref SequenceReader<byte> reader, out SecurityResult read) => SecurityResult.TryRead(ref reader, _version, out read),
            cancellationToken);
        if (result.Failure is { } failure)
        {
            throw new RfbSourceException($"the vnc server did not let us in: {failure}");
        }
    }

    private async Task<RfbSourceException> RefusedAsync()
    {
        ReasonText reason = await connection.ReadAsync<ReasonText>(ReasonText.TryRead, cancellationToken);
        return new RfbSourceException($"the vnc server refused the connection: {reason.Text}");
    }

    private static bool ReadByte(ref SequenceReader<byte> reader, out byte value) => reader.TryRead(out value);

    private static bool ReadChallenge(ref SequenceReader<byte> reader, out byte[] challenge)
    {
        challenge = new byte[VncAuth.ChallengeSize];
        if (!reader.TryCopyTo(challenge))
        {
            return false;
        }

        reader.Advance(challenge.Length);
        return true;
    }
}
