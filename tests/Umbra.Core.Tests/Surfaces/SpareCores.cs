using Microsoft.Extensions.Time.Testing;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Tests.Surfaces;

/// <summary>A machine of two cores, as a test wants it to be used.</summary>
internal sealed class SpareCores
{
    private readonly FakeTimeProvider _time = new();
    private readonly string _allowed;
    private double _idle;

    /// <param name="allowed">Cores the process may run on.</param>
    public SpareCores(string allowed = "0-1")
    {
        _allowed = allowed;
        Spare = new SpareCore(_time, Read);
        _ = Spare.IsThere;
    }

    public SpareCore Spare { get; }

    /// <summary>One who always says that there is one.</summary>
    public static SpareCore Always()
    {
        SpareCores cores = new();
        cores.Pass(idle: 2);
        Assert.True(cores.Spare.IsThere);
        return cores.Spare;
    }

    /// <summary>A second goes by.</summary>
    /// <param name="idle">Cores that nobody used.</param>
    public void Pass(double idle, int seconds = 1)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _idle += idle * seconds;
    }

    private string Read(string file)
    {
        long ticks = (long)(_idle * 100 / 2);
        return file == "stat" ? $"cpu  9 0 9 {2 * ticks} 5\ncpu0 4 0 4 {ticks} 1\ncpu1 5 0 5 {ticks} 4\nintr 12\n" : $"Name:\tumbra\nCpus_allowed:\t3\nCpus_allowed_list:\t{_allowed}\n";
    }
}
