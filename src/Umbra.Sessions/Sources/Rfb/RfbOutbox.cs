using System.Buffers;
using System.Threading.Channels;
using Umbra.Core.Input;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.Rfb;

/// <summary>
/// What is to be sent to the server, bounded however slowly it reads: input as <see cref="InputQueue"/> keeps it, of everything else the latest. Thread-safe;
/// never blocks.
/// </summary>
internal sealed class RfbOutbox(BufferPool pool, Account account)
{
    private const int MaxAnswers = 64;
    private readonly Lock _gate = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly InputQueue _input = new();
    private readonly List<InputEvent> _taken = [];
    private readonly Queue<Fence> _fences = new();
    private readonly Queue<ExtendedClipboard> _clipboard = new();
    private FramebufferUpdateRequest? _request;
    private FramebufferUpdateRequest? _probe;
    private SetDesktopSize? _size;
    private ClientCutText? _text;

    /// <summary>Whether the server understands scan codes.</summary>
    public bool HasQemuKeys { get; set; }

    public void AddKey(KeyInput key)
    {
        _input.AddKey(key);
        Wake();
    }

    public void AddPointer(PointerInput pointer)
    {
        _input.AddPointer(pointer);
        Wake();
    }

    public void Add(FramebufferUpdateRequest request)
    {
        lock (_gate)
        {
            _request = request;
        }

        Wake();
    }

    /// <summary>A full request for very little, behind an incremental one for everything: the one thing every server answers even where nothing has changed.</summary>
    public void AddProbe(Size size)
    {
        lock (_gate)
        {
            _request = new FramebufferUpdateRequest(IsIncremental: true, size.Bounds);
            _probe = new FramebufferUpdateRequest(IsIncremental: false, RfbPicture.Probe);
        }

        Wake();
    }

    public void Add(SetDesktopSize size)
    {
        lock (_gate)
        {
            _size = size;
        }

        Wake();
    }

    public void Add(ClientCutText text)
    {
        lock (_gate)
        {
            _text = text;
        }

        Wake();
    }

    /// <summary>An older message of the same kind is replaced.</summary>
    public void Add(ExtendedClipboard message)
    {
        lock (_gate)
        {
            ExtendedClipboard[] others = [.. _clipboard.Where(queued => queued.Action != message.Action)];
            _clipboard.Clear();
            foreach (ExtendedClipboard other in others)
            {
                _clipboard.Enqueue(other);
            }

            _clipboard.Enqueue(message);
        }

        Wake();
    }

    /// <exception cref="ProtocolException">The server keeps asking and does not read the answers.</exception>
    public void Add(Fence answer)
    {
        lock (_gate)
        {
            if (_fences.Count >= MaxAnswers)
            {
                throw new ProtocolException("fences are sent without reading the answers");
            }

            _fences.Enqueue(answer);
        }

        Wake();
    }

    /// <summary>Completes when there may be something to send.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _wake.Reader.ReadAsync(cancellationToken);

    /// <summary>Moves everything there is into <paramref name="output"/>. Called by the one writer.</summary>
    public void Drain(IBufferWriter<byte> output)
    {
        lock (_gate)
        {
            while (_fences.TryDequeue(out Fence fence))
            {
                fence.Write(output);
            }

            _input.TakeAll(_taken);
            foreach (InputEvent input in _taken)
            {
                Write(output, input);
            }

            _taken.Clear();
            _size?.Write(output);
            _text?.Write(output);
            while (_clipboard.TryDequeue(out ExtendedClipboard message))
            {
                using PayloadWriter payload = new(pool, BufferTag.Clipboard, account, 256);
                message.WriteAsClient(payload);
                output.Write(payload.Written);
            }

            _request?.Write(output);
            _probe?.Write(output);
            (_size, _text, _request, _probe) = (null, null, null, null);
        }
    }

    private void Write(IBufferWriter<byte> output, InputEvent input)
    {
        if (input.Key is not { } key)
        {
            new PointerEvent(input.Pointer).Write(output);
        }
        else if (HasQemuKeys && key.XtCode != 0)
        {
            new QemuKeyEvent(key).Write(output);
        }
        else if (key.Keysym != 0)
        {
            new KeyEvent(key.Keysym, key.Down).Write(output);
        }
    }

    private void Wake() => _wake.Writer.TryWrite(true);
}
