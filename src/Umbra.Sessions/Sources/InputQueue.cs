using Umbra.Core.Input;

namespace Umbra.Sessions.Sources;

/// <summary>
/// Input on its way, in its order and bounded however slowly it is taken; a pointer move replaces the move before it. At <see cref="Capacity"/> moves are dropped
/// first, then presses; releases (of keys and buttons) have as much room again, so that none is lost that anybody could have pressed. Thread-safe; never blocks.
/// </summary>
internal sealed class InputQueue
{
    public const int Capacity = 8192;
    private readonly Lock _gate = new();
    private readonly List<InputEvent> _events = [];
    private byte _buttons;

    public void AddKey(KeyInput key)
    {
        lock (_gate)
        {
            TryAdd(new InputEvent(key, default, IsMove: false), isRelease: !key.Down);
        }
    }

    public void AddPointer(PointerInput pointer)
    {
        lock (_gate)
        {
            bool isMove = pointer.Buttons == _buttons;
            InputEvent input = new(null, pointer, isMove);
            if (isMove && _events.Count > 0 && _events[^1].IsMove)
            {
                _events[^1] = input;
            }
            else if (TryAdd(input, isRelease: !isMove && (pointer.Buttons & ~_buttons) == 0))
            {
                _buttons = pointer.Buttons;
            }
        }
    }

    /// <summary>Moves everything there is to the end of a list.</summary>
    public void TakeAll(List<InputEvent> taken)
    {
        lock (_gate)
        {
            taken.AddRange(_events);
            _events.Clear();
        }
    }

    private bool TryAdd(InputEvent input, bool isRelease)
    {
        if (_events.Count >= Capacity)
        {
            _events.RemoveAll(queued => queued.IsMove);
        }

        if (_events.Count >= (isRelease ? 2 * Capacity : Capacity))
        {
            return false;
        }

        _events.Add(input);
        return true;
    }
}
