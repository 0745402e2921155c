namespace Umbra.Sessions.Sources.X11;

/// <summary>The XTEST extension: input as if from a keyboard and a mouse.</summary>
internal sealed class XTest(XConnection connection, XExtension extension, uint root)
{
    private const int FakeInput = 2;
    private const int GrabControl = 3;
    private const int KeyPress = 2;
    private const int KeyRelease = 3;
    private const int ButtonPress = 4;
    private const int ButtonRelease = 5;
    private const int MotionNotify = 6;

    public static async Task<XTest> OpenAsync(XConnection connection, uint root)
    {
        XTest test = new(connection, await XExtension.RequireAsync(connection, "XTEST"), root);

        // A program that has the server for itself alone must not stop those who look.
        connection.Send(test.Opcode, GrabControl, [1]);
        return test;
    }

    private byte Opcode => extension.Opcode;

    public void Key(byte keycode, bool isDown) => Send(isDown ? KeyPress : KeyRelease, keycode, 0, 0);

    /// <param name="button">From 1 on: left, middle, right, four of wheels.</param>
    public void Button(int button, bool isDown) => Send(isDown ? ButtonPress : ButtonRelease, button, 0, 0);

    public void Move(int x, int y) => Send(MotionNotify, 0, x, y);

    private void Send(int type, int detail, int x, int y) =>
        connection.Send(Opcode, FakeInput, [XWords.Bytes(type, detail), 0, root, 0, 0, XWords.Pair(x, y), 0, 0]);
}
