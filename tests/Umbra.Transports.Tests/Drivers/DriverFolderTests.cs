using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Microsoft.Extensions.Logging;
using Umbra.Testing;
using Umbra.Transports.Drivers;
using Umbra.Transports.Sockets;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Drivers;

/// <summary>Drivers out of files, in place of those of the build.</summary>
public sealed class DriverFolderTests : PoolTest
{
    private readonly TempFolder _folder = new();
    private readonly LogCollector _log = new();
    private readonly LoggerFactory _loggers = new();

    public DriverFolderTests() => _loggers.AddProvider(_log);

    [Theory]
    [InlineData(WireKind.Tcp)]
    [InlineData(WireKind.TcpTls)]
    public async Task Start_FilePutThereMeanwhile_TakesThePlace_TakenAwayTheBuildsIsBack(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo, folder: _folder.Path);
        await EchoAsync(wire);
        DriverFile build = wire.Driver.File;

        string file = TestDriverFile.CopyTo(_folder.Path, "Tdtcp");
        await RestartAsync(wire.Driver);

        Assert.Equal(("Tdtcp.dll", TestDriverFile.Version, new FileInfo(file).Length), (wire.Driver.File.Name, wire.Driver.File.Version, wire.Driver.File.Size));
        Assert.Equal(wire.Address.EndPoint, wire.Driver.Listening.Single());
        await EchoAsync(wire);

        File.Delete(file);
        await RestartAsync(wire.Driver);
        Assert.Equal(build, wire.Driver.File);
        await EchoAsync(wire);
        Assert.DoesNotContain(wire.Log.Lines, line => line.Level >= LogLevel.Error);
    }

    /// <summary>Else a driver replaced each day would be there as often at the end of the year.</summary>
    [Fact]
    public async Task Stop_LoadedDriver_ItsCodeGoes()
    {
        string file = TestDriverFile.CopyTo(_folder.Path, "Tdtcp");
        await using Wire wire = await Wire.StartAsync(WireKind.Tcp, Pool, Handlers.Echo, folder: _folder.Path);
        await EchoAsync(wire);
        WeakReference code = CodeOf(file);

        await wire.Driver.StopAsync();

        for (int i = 0; i < 200 && code.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(10);
        }

        Assert.False(code.IsAlive);
    }

    [Theory]
    [InlineData("Tdpipe", "and this node needs version")]
    [InlineData("Tdspx", "the node does not have the library Other")]
    [InlineData("Tdnetb", "it must hold one public class that derives from TransportDriver and is called Tdnetb, for netb://")]
    public async Task Start_FileThatIsOfNoUse_IsRefusedAndSaysWhy(string name, string why)
    {
        string file = TestDriverFile.CopyTo(_folder.Path, name);
        await using DriverHost host = Host(TransportDrivers.Find(name)!);

        Assert.Equal(DriverState.Refused, host.State);
        Assert.Contains(why, host.Problem, StringComparison.Ordinal);
        Assert.Contains(_log.Lines, line => line.Level == LogLevel.Error && line.Text.Contains(host.Problem!, StringComparison.Ordinal));

        File.Delete(file);
        await host.StartAsync(CancellationToken.None);
        Assert.Equal((DriverState.Running, null), (host.State, host.Problem));
    }

    [Fact]
    public async Task Start_NoAssembly_IsRefused()
    {
        string file = Path.Combine(_folder.Path, "Tdtcp.dll");
        await File.WriteAllTextAsync(file, "#!/bin/sh\n");
        await using DriverHost host = Host(TransportDrivers.Tcp);

        Assert.Equal(DriverState.Refused, host.State);
        Assert.StartsWith($"{file} is not loaded: ", host.Problem, StringComparison.Ordinal);
    }

    /// <summary>Who mistyped it would believe that his fix is at work.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_FolderOrFileLeadsNowhere_IsRefused(bool isFolder)
    {
        if (!isFolder)
        {
            File.CreateSymbolicLink(Path.Combine(_folder.Path, "Tdtcp.dll"), "nowhere.dll");
        }

        await using DriverHost host = new(
            TransportDrivers.Tcp, Pool, new DriverMemory(Pool), new TransportOptions(), TimeProvider.System, SocketSettings.None, _loggers,
            folder: new DriverFolder(isFolder ? Path.Combine(_folder.Path, "nowhere") : _folder.Path));

        Assert.Equal(DriverState.Refused, host.State);
        Assert.Contains("is not loaded: Could not find", host.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_TooLong_IsRefused()
    {
        using (FileStream file = File.Create(Path.Combine(_folder.Path, "Tdtcp.dll")))
        {
            file.SetLength(DriverFolder.MaxFileBytes + 1);
        }

        await using DriverHost host = Host(TransportDrivers.Tcp);

        Assert.Equal(DriverState.Refused, host.State);
        Assert.Contains($"at most {DriverFolder.MaxFileBytes}", host.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_OthersMayWrite_IsRefused(bool isFolder)
    {
        string file = TestDriverFile.CopyTo(_folder.Path, "Tdtcp");
        string open = isFolder ? _folder.Path : file;
        UnixFileMode mode = File.GetUnixFileMode(open);
        File.SetUnixFileMode(open, mode | UnixFileMode.OtherWrite);
        await using DriverHost host = Host(TransportDrivers.Tcp);

        Assert.Equal(DriverState.Refused, host.State);
        Assert.Contains($"others than its owner may write to {open}", host.Problem, StringComparison.Ordinal);

        File.SetUnixFileMode(open, mode);
        await host.StartAsync(CancellationToken.None);
        Assert.Equal(TestDriverFile.Version, host.File.Version);
    }

    protected override void Dispose(bool disposing)
    {
        _folder.Dispose();
        _loggers.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Not in the test itself, whose locals would hold it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference CodeOf(string file) => new(AssemblyLoadContext.All.Single(code => code.Name == file));

    private static async Task EchoAsync(Wire wire)
    {
        await using StreamDuplex client = await wire.ConnectAsync();
        await client.Output.WriteAsync("hello"u8.ToArray());
        Assert.Equal("hello"u8.ToArray(), await client.Input.ReadAsync(5));
    }

    private static async Task RestartAsync(DriverHost host)
    {
        await host.StopAsync();
        await host.StartAsync(CancellationToken.None);
    }

    private DriverHost Host(TransportDriver driver) =>
        new(driver, Pool, new DriverMemory(Pool), new TransportOptions(), TimeProvider.System, SocketSettings.None, _loggers, folder: new DriverFolder(_folder.Path));
}
