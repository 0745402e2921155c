using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Umbra.Benchmarks;
using Umbra.Benchmarks.Crowd;
using Umbra.Benchmarks.Fanout;
using Umbra.Benchmarks.Hop;
using Umbra.Benchmarks.Link;
using Umbra.Benchmarks.Loss;
using Umbra.Benchmarks.Stuck;
using Umbra.Benchmarks.Tree;

if (args is ["micro", .. string[] filters])
{
    // In this process: the measured code is built already, and needs no second project.
    IConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
    string[] wanted = filters.Length == 0 ? ["*"] : [.. filters.Select(filter => $"*{filter}*")];
    BenchmarkSwitcher.FromAssembly(typeof(RunOptions).Assembly).Run(["--filter", .. wanted], config);
    return 0;
}

if (args is [ViewerLoad.Verb, var load])
{
    return await ViewerLoad.RunAsync(load);
}

if (args is [Relay.Verb, var upstream])
{
    return Relay.Run(upstream);
}

RunOptions options = new();
FanoutOptions fanout = new();
if (!(args is ["fanout", ..] ? FanoutOptions.TryParse(args[1..], out fanout) : RunOptions.TryParse(args is ["crowd" or "stuck" or "hop" or "serial" or "tree" or "loss" or "link", ..] ? args[1..] : args, ref options)))
{
    Console.Error.WriteLine(RunOptions.Usage);
    return 2;
}

using Interruption end = new();
try
{
    Report report = args switch
    {
        ["fanout", ..] => await new FanoutBenchmark(fanout, end.Token).RunAsync(),
        ["crowd", ..] => await new CrowdBenchmark(options, end.Token).RunAsync(),
        ["stuck", ..] => await new StuckBenchmark(options, end.Token).RunAsync(),
        ["link", ..] => await new LinkBenchmark(options, end.Token).RunAsync(),
        ["loss", ..] => new LossBenchmark(options, end.Token).Run(),
        ["tree", ..] => await new TreeBenchmark(options, end.Token).RunAsync(),
        ["serial", ..] => await new HopBenchmark(options, HopScene.Serial, end.Token).RunAsync(),
        _ => await new HopBenchmark(options, HopScene.Desktop(options.Links), end.Token).RunAsync(),
    };
    Console.Write(report.Options.IsJson ? report.ToJson() : report.ToTable());
    return 0;
}
catch (OperationCanceledException) when (end.Token.IsCancellationRequested)
{
    return Interruption.ExitCode;
}
