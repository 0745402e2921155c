using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Umbra.Q315817;

Option<double> gigabytes = new("--gigabytes") { Description = "how much is shadowed in the third act", DefaultValueFactory = _ => 5 };
gigabytes.Validators.Add(result =>
{
    if (result.GetValueOrDefault<double>() is not (> 0 and <= 1_000_000))
    {
        result.AddError("--gigabytes: give a number above 0");
    }
});
Option<string> transport = new("--transport") { Description = "pipe (the article's) or tcp", DefaultValueFactory = _ => "pipe" };
transport.AcceptOnlyFromAmong("pipe", "tcp");
Option<double?> mixed = new("--mixed") { Description = "instead of the acts: so many minutes of everything at once, in which the watchdog must not speak", HelpName = "MINUTES" };
Option<string?> svg = new("--svg") { Description = "where the chart goes", HelpName = "FILE" };
Option<string> output = new("--output") { Description = "table or json", DefaultValueFactory = _ => "table" };
output.AcceptOnlyFromAmong("table", "json");
RootCommand command = new("KB Q315817, reproduced and buried: a driver that never frees tag Mdl while a session is shadowed, without and with protections, and the real driver")
{
    gigabytes, transport, mixed, svg, output,
};
command.SetAction(async (parsed, cancellationToken) =>
{
    bool isJson = parsed.GetValue(output) == "json";
    bool isLive = !Console.IsErrorRedirected;
    Play play = new(parsed.GetValue(transport)!, (act, sample) =>
    {
        if (isLive)
        {
            Console.Error.Write(string.Create(
                CultureInfo.InvariantCulture, $"\rAct {act}: {sample.Seconds,5:0} s  {sample.Gigabytes,7:0.00} GB  Mdl {sample.Descriptors / 1e6,6:0.0} MB  process {sample.Resident / 1e6,5:0} MB  "));
        }
    });
    List<Act> acts = [];
    Func<Task<Act>>[] programme = parsed.GetValue(mixed) is { } minutes
        ? [() => play.MixedAsync(TimeSpan.FromMinutes(minutes), cancellationToken)]
        : [() => play.DefectAsync(cancellationToken), () => play.ProtectedAsync(cancellationToken), () => play.RealAsync(parsed.GetValue(gigabytes), cancellationToken)];
    foreach (Func<Task<Act>> next in programme)
    {
        Act act = await next();
        acts.Add(act);
        if (isLive)
        {
            Console.Error.Write("\r\u001b[K");
        }

        if (!isJson)
        {
            Console.WriteLine($"Act {act.Number}: {act.Title}");
            Console.WriteLine(TerminalChart.Draw("  near node's pool, tag Mdl", [.. act.Samples.Select(s => (s.Seconds, s.Descriptors / 1e6))], "MB"));
            Console.WriteLine(TerminalChart.Draw("  process memory", [.. act.Samples.Select(s => (s.Seconds, s.Resident / 1e6))], "MB"));
            foreach (string line in act.Findings.Concat(act.Failures.Select(failure => $"NOT AS IT MUST BE: {failure}")))
            {
                Console.WriteLine($"  {line}");
            }

            Console.WriteLine();
        }
    }

    string path = Path.GetFullPath(parsed.GetValue(svg) ?? "q315817.svg");
    SvgChart.Save(path, "Q315817: shadowing with intensive graphics", acts);
    Console.WriteLine(isJson ? JsonSerializer.Serialize(acts, JsonSerializerOptions.Web) : $"chart: {path}");
    return acts.All(act => act.Failures.Count == 0) ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
