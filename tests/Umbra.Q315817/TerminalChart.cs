using System.Globalization;
using System.Text;

namespace Umbra.Q315817;

/// <summary>A curve in a terminal: two by four dots in each character (Unicode's braille patterns).</summary>
internal static class TerminalChart
{
    private const int Columns = 72;
    private const int Rows = 8;
    private static readonly int[,] Dots = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    /// <param name="unit">Of the values, for the axis.</param>
    public static string Draw(string title, IReadOnlyList<(double X, double Y)> points, string unit)
    {
        double right = Math.Max(1e-9, points.Max(p => p.X));
        double top = Math.Max(1e-9, points.Max(p => p.Y));
        int[,] cells = new int[Rows, Columns];
        foreach ((double x, double y) in points)
        {
            int column = (int)(x / right * ((2 * Columns) - 1));
            int row = (int)((1 - (Math.Max(0, y) / top)) * ((4 * Rows) - 1));
            cells[row / 4, column / 2] |= Dots[row % 4, column % 2];
        }

        StringBuilder text = new();
        text.AppendLine(title);
        for (int row = 0; row < Rows; row++)
        {
            string axis = row == 0 ? Number(top, unit) : row == Rows - 1 ? Number(0, unit) : "";
            text.Append(CultureInfo.InvariantCulture, $"{axis,12} |");
            for (int column = 0; column < Columns; column++)
            {
                text.Append((char)(0x2800 + cells[row, column]));
            }

            text.AppendLine();
        }

        text.Append(CultureInfo.InvariantCulture, $"{"",12} +{new string('-', Columns)} {right:0} s");
        return text.ToString();
    }

    private static string Number(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {unit}");
}
