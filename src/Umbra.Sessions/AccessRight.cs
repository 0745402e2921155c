namespace Umbra.Sessions;

/// <summary>
/// What somebody may do now, and every seat they have taken: lowering the mode reaches all seats before the setter returns. Thread-safe.
/// </summary>
public sealed class AccessRight(IInputTarget target, AccessMode mode)
{
    private readonly Lock _gate = new();
    private readonly List<InputSeat> _seats = [];
    private AccessMode _mode = mode;

    public AccessMode Mode
    {
        get => _mode;
        set
        {
            lock (_gate)
            {
                _mode = value;
                foreach (InputSeat seat in _seats)
                {
                    seat.Mode = value;
                }
            }
        }
    }

    /// <summary>One seat per connection; the caller disposes it.</summary>
    public InputSeat OpenSeat()
    {
        lock (_gate)
        {
            InputSeat seat = new(target, _mode, Leave);
            _seats.Add(seat);
            return seat;
        }
    }

    private void Leave(InputSeat seat)
    {
        lock (_gate)
        {
            _seats.Remove(seat);
        }
    }
}
