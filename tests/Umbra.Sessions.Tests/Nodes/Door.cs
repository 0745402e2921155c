using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Umbra.Sessions.Tests.Nodes;

/// <summary>A TCP port at which a node answers with TLS, or nobody says a word.</summary>
internal sealed class Door : IAsyncDisposable
{
    private readonly TestNode? _node;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _knocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _answering;

    /// <param name="node">Who answers; null for silence.</param>
    public Door(TestNode? node)
    {
        _node = node;
        _listener.Start();
        _answering = AnswerAsync();
    }

    public string Address => $"tcp://{_listener.LocalEndpoint}";

    /// <summary>Completes when somebody has connected.</summary>
    public Task Knocked => _knocked.Task;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _answering;
        _listener.Dispose();
        _closing.Dispose();
    }

    private async Task AnswerAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_closing.Token);
                _knocked.TrySetResult();
                await AnswerAsync(client.GetStream());
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException or OperationCanceledException)
            {
                // Not let in, or gone again.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream wire)
    {
        if (_node is null)
        {
            await Task.Delay(Timeout.Infinite, _closing.Token);
            return;
        }

        await using SslStream tls = new(wire);
        await tls.AuthenticateAsServerAsync(_node.Tls.ServerOptions(), _closing.Token);
        await tls.CopyToAsync(Stream.Null, _closing.Token);
    }
}
