using System.Globalization;
using System.Xml.Linq;

namespace Umbra.Benchmarks.Fanout;

/// <summary>For each workload what a viewer gets, and what a screen costs, by number of viewers; a line for each server, with the least and the most. Dashed: in company of slow and stuck viewers.</summary>
internal static class FanoutChart
{
    private const int PlotWidth = 460;
    private const int PlotHeight = 260;
    private const int Left = 70;
    private const int Top = 80;
    private const int Gap = 90;
    private const int DotRadius = 4;
    private const string Dashes = "6 4";
    private const int RowHeight = PlotHeight + 70;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private static readonly string[] Colours = ["#d1495b", "#1d3557", "#edae49", "#00798c", "#7a8b99"];

    public static void Save(string path, FanoutReport report)
    {
        string[] workloads = [.. report.Results.Select(result => result.Workload).Distinct()];
        int width = Left + (2 * PlotWidth) + Gap + 20;
        int height = Top + (workloads.Length * RowHeight);
        string machine = string.Create(CultureInfo.InvariantCulture, $"{report.Before.Processor}, {report.Before.Cores} cores, {report.Before.Time:yyyy-MM-dd}, load {report.Before.Load:0.0} before");
        XElement root = new(
            Svg + "svg", new XAttribute("viewBox", $"0 0 {width} {height}"), new XAttribute("font-family", "sans-serif"), new XAttribute("font-size", 12),
            new XElement(Svg + "rect", new XAttribute("width", width), new XAttribute("height", height), new XAttribute("fill", "white")),
            Text(Left, 24, $"{report.Fanout.Width}x{report.Fanout.Height}, {report.Options.Repetitions} x {report.Options.Seconds} s; {machine}"),
            report.Fanout.Servers.SelectMany(Legend));
        for (int i = 0; i < workloads.Length; i++)
        {
            FanoutResult[] results = [.. report.Results.Where(result => result.Workload == workloads[i])];
            int top = Top + (i * RowHeight);
            root.Add(Plot(results, report.Fanout, $"{workloads[i]}: screens per second of the viewer in the middle", Left, top, isLogarithmic: false, result => result.Rate));
            root.Add(Plot(results, report.Fanout, $"{workloads[i]}: ms of processor per screen, with the X server", Left + PlotWidth + Gap, top, isLogarithmic: true, result => result.Cost));
        }

        new XDocument(root).Save(path);
    }

    private static XElement Plot(FanoutResult[] results, FanoutOptions options, string title, int left, int top, bool isLogarithmic, Func<FanoutResult, double?> value)
    {
        double[] values = [.. results.Select(value).OfType<double>().Where(number => number > 0).DefaultIfEmpty(1)];
        double low = isLogarithmic ? Math.Log10(values.Min()) : 0;
        double high = Math.Max(low + 0.01, isLogarithmic ? Math.Log10(values.Max()) : values.Max());
        double Share(double number) => ((isLogarithmic ? Math.Log10(Math.Max(number, values.Min())) : number) - low) / (high - low);
        double X(int viewers) => left + ((options.Viewers.ToList().IndexOf(viewers) + 0.5) / options.Viewers.Count * PlotWidth);
        double Y(double number) => top + PlotHeight - (Share(number) * PlotHeight);
        XElement plot = new(
            Svg + "g",
            new XElement(Svg + "rect", At(left, top), new XAttribute("width", PlotWidth), new XAttribute("height", PlotHeight), new XAttribute("fill", "#f6f7f8")),
            Text(left, top - 6, title),
            options.Viewers.Select(viewers => Text(X(viewers) - 6, top + PlotHeight + 16, Number(viewers))));
        foreach (double part in (double[])[0, 0.25, 0.5, 0.75, 1])
        {
            double at = low + (part * (high - low));
            plot.Add(Text(left - 50, top + PlotHeight - (part * PlotHeight) + 4, Number(isLogarithmic ? Math.Pow(10, at) : at)));
        }

        foreach ((int i, bool hasCompany) in Enumerable.Range(0, options.Servers.Count).SelectMany(i => ((bool[])[false, true]).Select(hasCompany => (i, hasCompany))))
        {
            (double X, double[] Values)[] points =
            [
                .. results.Where(result => result.Server == options.Servers[i] && result.Company > 0 == hasCompany).GroupBy(result => result.Viewers)
                    .Select(row => (X(row.Key), row.Select(value).OfType<double>().Order().ToArray())).Where(point => point.Item2.Length > 0),
            ];
            if (points.Length == 0)
            {
                continue;
            }

            plot.Add(new XElement(
                Svg + "polyline", new XAttribute("points", string.Join(' ', points.Select(point => Point(point.X, Y(point.Values[point.Values.Length / 2]))))), new XAttribute("fill", "none"),
                new XAttribute("stroke", Colour(i)), new XAttribute("stroke-width", 2),
                hasCompany ? new XAttribute("stroke-dasharray", Dashes) : null));
            plot.Add(points.Select(point => new XElement(
                Svg + "circle", new XAttribute("cx", point.X), new XAttribute("cy", Y(point.Values[point.Values.Length / 2])), new XAttribute("r", DotRadius), new XAttribute("fill", Colour(i)))));
            plot.Add(points.Select(point => new XElement(
                Svg + "line", new XAttribute("x1", point.X), new XAttribute("x2", point.X), new XAttribute("y1", Y(point.Values[0])), new XAttribute("y2", Y(point.Values[^1])),
                new XAttribute("stroke", Colour(i)), new XAttribute("stroke-width", 5), new XAttribute("stroke-opacity", 0.4))));
        }

        return plot;
    }

    private static IEnumerable<XElement> Legend(string server, int index)
    {
        int x = Left + (index * 140);
        yield return new XElement(Svg + "rect", At(x, 38), new XAttribute("width", 12), new XAttribute("height", 12), new XAttribute("fill", Colour(index)));
        yield return Text(x + 18, 48, server);
    }

    private static string Colour(int index) => Colours[index % Colours.Length];

    private static string Point(double x, double y) => string.Create(CultureInfo.InvariantCulture, $"{x:0.#},{y:0.#}");

    private static string Number(double number) => number.ToString(number < 10 ? "0.##" : "0", CultureInfo.InvariantCulture);

    private static XElement Text(double x, double y, string text) => new(Svg + "text", At(x, y), text);

    private static XAttribute[] At(double x, double y) => [new("x", x), new("y", y)];
}
