using Umbra.Core.Input;

namespace Umbra.Sessions.Sources.X11;

/// <summary>Moves an X server's pointer and presses its buttons, wheels among them. Used by one task.</summary>
internal sealed class XPointer(XTest test)
{
    private const int Buttons = 8;
    private byte _held;

    public void Send(PointerInput pointer)
    {
        test.Move(Math.Clamp(pointer.X, 0, short.MaxValue), Math.Clamp(pointer.Y, 0, short.MaxValue));
        for (int i = 0; i < Buttons; i++)
        {
            int bit = 1 << i;
            if (((pointer.Buttons ^ _held) & bit) != 0)
            {
                test.Button(i + 1, (pointer.Buttons & bit) != 0);
            }
        }

        _held = pointer.Buttons;
    }

    /// <summary>Lets go of every button.</summary>
    public void LetGo()
    {
        for (int i = 0; i < Buttons; i++)
        {
            if ((_held & (1 << i)) != 0)
            {
                test.Button(i + 1, isDown: false);
            }
        }

        _held = 0;
    }
}
