using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Umbra.Testing;

namespace Umbra.Transports.Tests.NetBios;

/// <summary>A network of the test's own (ip-netns(8)), gone when it is disposed. Its loopback is up.</summary>
internal sealed partial class NetworkNamespace : IAsyncDisposable
{
    private const int NetworkKind = 0x40000000;
    private readonly string _name;

    private NetworkNamespace(string name) => _name = name;

    /// <summary>For <c>ip link ... netns</c>.</summary>
    public string Name => _name;

    public static async Task<NetworkNamespace> CreateAsync(string name)
    {
        NetworkNamespace space = new($"umbra-{Environment.ProcessId}-{name}");
        (await ExternalProcess.RunAsync("ip", ["netns", "add", space._name])).EnsureSuccess();
        await space.IpAsync("link set lo up");
        return space;
    }

    /// <summary>One command of ip(8), in here.</summary>
    public async Task IpAsync(string command) => (await ExternalProcess.RunAsync("ip", ["-n", _name, .. command.Split(' ')])).EnsureSuccess();

    /// <summary>Its input stays open until it is disposed.</summary>
    public ExternalProcess Start(string program, params string[] arguments) => ExternalProcess.Start("ip", ["netns", "exec", _name, program, .. arguments], hasInput: true);

    public Task<ProcessResult> ExecAsync(string program, params string[] arguments) => ExternalProcess.RunAsync("ip", ["netns", "exec", _name, program, .. arguments]);

    /// <summary>Runs something on a thread in here, with all that comes after its awaits: sockets it makes are of this network.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> action)
    {
        TaskCompletionSource<Task<T>> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Pump pump = new();
        Thread thread = new(() =>
        {
            using SafeFileHandle handle = File.OpenHandle($"/run/netns/{_name}");
            if (SetNamespace(handle, NetworkKind) != 0)
            {
                started.SetException(new IOException($"cannot enter the network {_name}: error {Marshal.GetLastPInvokeError()}"));
                return;
            }

            SynchronizationContext.SetSynchronizationContext(pump);
            Task<T> task = action();
            task.ContinueWith(_ => pump.End(), TaskScheduler.Default);
            started.SetResult(task);
            pump.Run();
        });
        thread.Start();
        return await await started.Task;
    }

    public async ValueTask DisposeAsync() => (await ExternalProcess.RunAsync("ip", ["netns", "delete", _name])).EnsureSuccess();

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle handle, int kind);

    /// <summary>Continuations, one after the other; what comes after the end runs anywhere.</summary>
    private sealed class Pump : SynchronizationContext
    {
        private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];

        public override void Post(SendOrPostCallback d, object? state)
        {
            try
            {
                _queue.Add((d, state));
            }
            catch (InvalidOperationException)
            {
                ThreadPool.QueueUserWorkItem(_ => d(state));
            }
        }

        public void End() => _queue.CompleteAdding();

        public void Run()
        {
            foreach ((SendOrPostCallback callback, object? state) in _queue.GetConsumingEnumerable())
            {
                callback(state);
            }
        }
    }
}
