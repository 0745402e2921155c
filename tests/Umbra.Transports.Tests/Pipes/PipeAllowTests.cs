using System.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Umbra.Testing;
using Umbra.Transports.Drivers;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Pipes;

/// <summary>Whom a Unix socket lets in, by what the kernel says of who connects.</summary>
public sealed class PipeAllowTests : PoolTest
{
    [Theory]
    [InlineData("uid:65534", "x")]
    [InlineData("gid:65534", "x")]
    [InlineData("uid:4242,gid:4242", "")]
    public async Task Accept_UserOfAnotherNumber_OnlyWhereListed(string allow, string expected)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can become another user");
        using TempFolder folder = new();
        File.SetUnixFileMode(folder.Path, File.GetUnixFileMode(folder.Path) | UnixFileMode.OtherExecute);
        await using Wire wire = await Wire.StartAsync(WireKind.Pipe, Pool, Handlers.Echo);
        DriverHost host = wire.Services.GetRequiredService<DriverHosts>().Of(TransportDrivers.Pipe);
        TransportAddress address = TransportAddress.Parse($"pipe://{folder.Combine("in/s")}?allow={allow}");
        await using IConnectionListener listener = await host.BindAsync(address.ToListenEndPoint(), Account, CancellationToken.None);
        Task serving = ServeAsync(listener);

        ProcessStartInfo start = new("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "socat", "-t", "20", "-", $"UNIX-CONNECT:{address.Name}"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process other = Process.Start(start)!;
        await other.StandardInput.WriteAsync('x');
        other.StandardInput.Close();
        string output = await other.StandardOutput.ReadToEndAsync().WaitAsync(Handlers.Limit);
        await other.WaitForExitAsync().WaitAsync(Handlers.Limit);

        Assert.Equal(expected, output);
        Assert.Equal(expected == "x" ? 0 : 1, host.Counters.Errors(TransportError.Denied));
        await listener.UnbindAsync();
        await serving.WaitAsync(Handlers.Limit);
    }

    private static async Task ServeAsync(IConnectionListener listener)
    {
        while (await listener.AcceptAsync() is { } connection)
        {
            await using ConnectionContext owned = connection;
            await Handlers.Echo(connection);
        }
    }
}
