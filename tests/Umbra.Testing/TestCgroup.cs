namespace Umbra.Testing;

/// <summary>A memory cgroup for programs under test, version 1 or 2, with a limit. Gone when this is disposed, which must be after the programs in it ended.</summary>
public sealed class TestCgroup : IDisposable
{
    private readonly string _folder;

    private TestCgroup(string folder) => _folder = folder;

    /// <summary>Writing a process's number in here moves it into the group.</summary>
    public string Processes => Path.Combine(_folder, "cgroup.procs");

    /// <summary>Skips the running test where this user or machine cannot have one, with the reason.</summary>
    public static TestCgroup Require(long limit)
    {
        string reason = "this machine has no memory cgroups";
        foreach ((string parent, string file) in ((string, string)[])[("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")])
        {
            string folder = Path.Combine(parent, $"umbra-test-{Environment.ProcessId}-{Guid.NewGuid():N}");
            try
            {
                if (Directory.Exists(parent) && TryCreate(folder, file, limit))
                {
                    return new TestCgroup(folder);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                reason = $"no memory cgroup can be made: {exception.Message}";
            }
        }

        Xunit.Assert.Skip(reason);
        throw new InvalidOperationException(reason);
    }

    /// <summary>How often the kernel had to take memory back from the group because it was at its limit; null where it does not say.</summary>
    public long? Failures => File.Exists(Path.Combine(_folder, "memory.failcnt")) ? long.Parse(File.ReadAllText(Path.Combine(_folder, "memory.failcnt")), null) : null;

    public void Dispose()
    {
        // A process that has ended leaves its group a moment later.
        for (int i = 0; Directory.Exists(_folder); i++)
        {
            try
            {
                Directory.Delete(_folder);
            }
            catch (IOException) when (i < 100)
            {
                Thread.Sleep(50);
            }
        }
    }

    private static bool TryCreate(string folder, string file, long limit)
    {
        Directory.CreateDirectory(folder);
        if (File.Exists(Path.Combine(folder, file)))
        {
            File.WriteAllText(Path.Combine(folder, file), $"{limit}");
            return true;
        }

        // Not a cgroup file system, or one without the memory controller.
        Directory.Delete(folder);
        return false;
    }
}
