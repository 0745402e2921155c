using System.Globalization;
using System.Xml.Linq;

namespace Umbra.Q315817;

/// <summary>All acts beside each other: the near node's pool by tag, stacked, and the process's memory as a line.</summary>
internal static class SvgChart
{
    private const int Width = 1200;
    private const int Height = 420;
    private const int Left = 70;
    private const int Top = 70;
    private const int PlotHeight = 280;
    private const int Gap = 24;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private static readonly (string Name, string Colour, Func<RunSample, double> Value)[] Layers =
    [
        ("tag Mdl", "#d1495b", s => s.Descriptors),
        ("driver's tag", "#edae49", s => s.Driver),
        ("other tags", "#9fb8c8", s => s.Other),
    ];

    public static void Save(string path, string title, IReadOnlyList<Act> acts)
    {
        double top = Math.Max(1, acts.Max(act => act.Samples.Max(s => Math.Max(s.Resident, (double)s.Descriptors + s.Driver + s.Other))));
        int plotWidth = (Width - Left - 20 - (Gap * (acts.Count - 1))) / acts.Count;
        XElement root = new(
            Svg + "svg", new XAttribute("viewBox", $"0 0 {Width} {Height}"), new XAttribute("font-family", "sans-serif"), new XAttribute("font-size", 12),
            new XElement(Svg + "rect", new XAttribute("width", Width), new XAttribute("height", Height), new XAttribute("fill", "white")),
            Text(Left, 24, title, "16"),
            Legend(),
            new[] { 0.0, 0.5, 1.0 }.Select(part => Text(4, Top + PlotHeight - (part * PlotHeight) + 4, string.Create(CultureInfo.InvariantCulture, $"{part * top / 1e6:0} MB"))),
            acts.Select((act, i) => Plot(act, Left + (i * (plotWidth + Gap)), plotWidth, top)));
        new XDocument(root).Save(path);
    }

    private static XElement Plot(Act act, int left, int width, double top)
    {
        double end = Math.Max(1, act.Samples[^1].Seconds);
        double X(double seconds) => left + (seconds / end * width);
        double Y(double value) => Top + PlotHeight - (value / top * PlotHeight);
        string Point(double seconds, double value) => string.Create(CultureInfo.InvariantCulture, $"{X(seconds):0.#},{Y(value):0.#}");
        XElement plot = new(Svg + "g", new XElement(Svg + "rect", At(left, Top), new XAttribute("width", width), new XAttribute("height", PlotHeight), new XAttribute("fill", "#f6f7f8")));
        for (int layer = Layers.Length; layer > 0; layer--)
        {
            IEnumerable<string> edge = act.Samples.Select(s => Point(s.Seconds, Layers[..layer].Sum(l => l.Value(s))));
            plot.Add(new XElement(
                Svg + "polygon", new XAttribute("points", string.Join(' ', [Point(act.Samples[0].Seconds, 0), .. edge, Point(end, 0)])), new XAttribute("fill", Layers[layer - 1].Colour)));
        }

        plot.Add(new XElement(
            Svg + "polyline", new XAttribute("points", string.Join(' ', act.Samples.Select(s => Point(s.Seconds, s.Resident)))), new XAttribute("fill", "none"),
            new XAttribute("stroke", "#1d3557"), new XAttribute("stroke-width", 1.5)));
        foreach ((double seconds, string text) in act.Marks)
        {
            plot.Add(new XElement(
                Svg + "line", new XAttribute("x1", X(seconds)), new XAttribute("x2", X(seconds)), new XAttribute("y1", Top), new XAttribute("y2", Top + PlotHeight),
                new XAttribute("stroke", "#444"), new XAttribute("stroke-dasharray", "4 3")));
            plot.Add(Text(left + 4, Top + 14, text, "11"));
        }

        plot.Add(Text(left, Top + PlotHeight + 18, $"Act {act.Number}: {act.Title}", "11"));
        plot.Add(Text(left, Top + PlotHeight + 34, string.Create(CultureInfo.InvariantCulture, $"{end:0} s, {act.Samples[^1].Gigabytes:0.0} GB shadowed"), "11"));
        return plot;
    }

    private static IEnumerable<XElement> Legend()
    {
        int x = Left;
        foreach ((string name, string colour) in Layers.Select(l => ($"near node's pool, {l.Name}", l.Colour)).Append(("process (both nodes and the viewers)", "#1d3557")))
        {
            yield return new XElement(Svg + "rect", At(x, 40), new XAttribute("width", 12), new XAttribute("height", 12), new XAttribute("fill", colour));
            yield return Text(x + 18, 50, name);
            x += 230;
        }
    }

    private static XElement Text(double x, double y, string text, string size = "12") => new(Svg + "text", At(x, y), new XAttribute("font-size", size), text);

    private static XAttribute[] At(double x, double y) => [new("x", x), new("y", y)];
}
