using Umbra.Core.Input;

namespace Umbra.Sessions;

/// <summary>
/// One person's hands on a session: lets input through while the mode is control, and remembers what is pressed, so that keys and
/// buttons of somebody who leaves or loses control are released at once. Thread-safe.
/// </summary>
public sealed class InputSeat(IInputTarget target, AccessMode mode, Action<InputSeat>? left = null) : IDisposable
{
    /// <summary>Keys held at once; a client that claims more is not a keyboard.</summary>
    private const int MaxPressedKeys = 64;

    private readonly Lock _gate = new();
    private readonly List<KeyInput> _pressed = [];
    private PointerInput _pointer;
    private AccessMode _mode = mode;

    public AccessMode Mode
    {
        get => _mode;
        set
        {
            lock (_gate)
            {
                if (value < AccessMode.Control)
                {
                    ReleaseAll();
                }

                _mode = value;
            }
        }
    }

    public void SendKey(KeyInput key)
    {
        lock (_gate)
        {
            if (_mode != AccessMode.Control)
            {
                return;
            }

            _pressed.RemoveAll(p => p.Keysym == key.Keysym && p.XtCode == key.XtCode);
            if (key.Down)
            {
                if (_pressed.Count >= MaxPressedKeys)
                {
                    return;
                }

                _pressed.Add(key);
            }

            target.SendKey(key);
        }
    }

    public void SendPointer(PointerInput pointer)
    {
        lock (_gate)
        {
            if (_mode == AccessMode.Control)
            {
                _pointer = pointer;
                target.SendPointer(pointer);
            }
        }
    }

    public void SendClipboard(string text)
    {
        lock (_gate)
        {
            if (_mode == AccessMode.Control)
            {
                target.SendClipboard(text);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            ReleaseAll();
            _mode = AccessMode.Off;
        }

        left?.Invoke(this);
    }

    private void ReleaseAll()
    {
        foreach (KeyInput key in _pressed)
        {
            target.SendKey(key with { Down = false });
        }

        _pressed.Clear();
        if (_pointer.Buttons != 0)
        {
            _pointer = _pointer with { Buttons = 0 };
            target.SendPointer(_pointer);
        }
    }
}
