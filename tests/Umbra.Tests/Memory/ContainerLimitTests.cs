using Umbra.Memory;

namespace Umbra.Tests.Memory;

/// <summary>Against folders that look like /proc and a mounted cgroup file system.</summary>
public sealed class ContainerLimitTests : IDisposable
{
    private const string V2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";
    private const string V1 = "32 31 0:29 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory";
    private const string V1Cpu = "33 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct";
    private readonly TempFolder _root = new();
    private readonly List<string> _unreadable = [];

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("100", "200", 100L)]
    [InlineData("300", "200", 200L)]
    [InlineData("max", "200", 200L)]
    [InlineData("100", "max", 100L)]
    [InlineData("max", "max", null)]
    [InlineData("rubbish", "max", null)]
    public void Read_Version2_IsTheSmallestOfTheGroupAndThoseAbove(string own, string above, long? expected)
    {
        Write("proc/self/cgroup", "0::/slice/umbra.service\n");
        Write("proc/self/mountinfo", $"{V1Cpu}\n{V2}\n");
        Write("sys/fs/cgroup/slice/umbra.service/memory.max", $"{own}\n");
        Write("sys/fs/cgroup/slice/memory.max", $"{above}\n");
        Assert.Equal(expected, Read());
    }

    [Theory]
    [InlineData("104857600", "9223372036854771712", 104857600L)]
    [InlineData("9223372036854771712", "209715200", 209715200L)]
    [InlineData("9223372036854771712", "9223372036854771712", null)]
    public void Read_Version1_IsTheSmallestOfTheGroupAndThoseAbove(string own, string above, long? expected)
    {
        Write("proc/self/cgroup", "5:cpu,cpuacct:/other\n4:memory:/a/b\n0::/\n");
        Write("proc/self/mountinfo", $"{V1Cpu}\n{V1}\n{V2.Replace("/sys/fs/cgroup rw", "/sys/fs/cgroup/unified rw", StringComparison.Ordinal)}\n");
        Write("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", own);
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", above);
        Write("sys/fs/cgroup/cpu/other/memory.limit_in_bytes", "1");
        Assert.Equal(expected, Read());
    }

    [Theory]
    [InlineData("/docker/abc", "/docker/abc", "")]
    [InlineData("/docker", "/docker/abc", "/abc")]
    [InlineData("/docker/ab", "/docker/abc", "")]
    [InlineData("/", "/../other", "")]
    public void Read_OnlyAPartIsMounted_LooksFromThere(string mounted, string group, string at)
    {
        Write("proc/self/cgroup", $"4:memory:{group}\n");
        Write("proc/self/mountinfo", V1.Replace(" / ", $" {mounted} ", StringComparison.Ordinal));
        Write($"sys/fs/cgroup/memory{at}/memory.limit_in_bytes", "4096");
        Assert.Equal(4096, Read());
    }

    [Fact]
    public void Read_BlankInTheMountPoint_IsFound()
    {
        Write("proc/self/cgroup", "0::/\n");
        Write("proc/self/mountinfo", @"30 23 0:26 / /c\040group rw - cgroup2 none rw");
        Write("c group/memory.max", "4096");
        Assert.Equal(4096, Read());
    }

    [Fact]
    public void Read_NothingThere_IsNoLimitAndTold()
    {
        Assert.Null(Read());
        Assert.Contains("mountinfo", Assert.Single(_unreadable), StringComparison.Ordinal);
    }

    [Fact]
    public void ProcessMemory_ContainerAndMachine_IsTheSmaller()
    {
        Write("proc/meminfo", "MemTotal:        1024 kB\nMemFree: 5 kB\n");
        Assert.Equal(1 << 20, ProcessMemory.Read(_root.Path).Bytes);
        Write("proc/self/cgroup", "0::/\n");
        Write("proc/self/mountinfo", V2);
        Write("sys/fs/cgroup/memory.max", "4096");
        Assert.Equal(4096, ProcessMemory.Read(_root.Path).Bytes);
        Write("sys/fs/cgroup/memory.max", "8388608");
        Assert.Equal(1 << 20, ProcessMemory.Read(_root.Path).Bytes);
    }

    private long? Read() => ContainerLimit.Read(_root.Path, _unreadable.Add);

    private void Write(string path, string text)
    {
        string file = _root.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
