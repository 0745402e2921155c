using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Umbra.Benchmarks.Hop;

if (args is ["micro", .. string[] filters])
{
    // In this process: the measured code is built already, and needs no second project.
    IConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
    string[] wanted = filters.Length == 0 ? ["*"] : [.. filters.Select(filter => $"*{filter}*")];
    BenchmarkSwitcher.FromAssembly(typeof(HopOptions).Assembly).Run(["--filter", .. wanted], config);
    return 0;
}

if (!HopOptions.TryParse(args, out HopOptions options))
{
    Console.Error.WriteLine(HopOptions.Usage);
    return 2;
}

HopReport report = await new HopBenchmark(options).RunAsync();
Console.Write(options.IsJson ? report.ToJson() : report.ToTable());
return 0;
