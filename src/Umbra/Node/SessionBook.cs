using System.Text.Json;
using Umbra.Api;

namespace Umbra.Node;

/// <summary>
/// The sessions that should be running, on disk, so that a node that was killed finds them again. May hold the passwords of RFB servers: mode 0600. Not
/// thread-safe; the engine starts and ends sessions one at a time.
/// </summary>
internal sealed class SessionBook(string stateDirectory)
{
    private readonly string _path = Path.Combine(stateDirectory, "sessions.json");
    private readonly Lock _gate = new();

    public IReadOnlyList<StartSessionRequest> Read()
    {
        lock (_gate)
        {
            if (!File.Exists(_path))
            {
                return [];
            }

            try
            {
                return JsonSerializer.Deserialize(File.ReadAllBytes(_path), ApiJson.Default.IReadOnlyListStartSessionRequest) ?? [];
            }
            catch (JsonException exception)
            {
                throw new NodeOperationException(ErrorCode.Internal, $"{_path} is damaged: {exception.Message}", "remove it; the sessions in it are then forgotten", exception);
            }
        }
    }

    public void Add(StartSessionRequest request)
    {
        lock (_gate)
        {
            Write([.. Read().Where(r => r.Name != request.Name), request]);
        }
    }

    public void Remove(string name)
    {
        lock (_gate)
        {
            Write([.. Read().Where(r => r.Name != name)]);
        }
    }

    private void Write(IReadOnlyList<StartSessionRequest> requests)
    {
        Directory.CreateDirectory(stateDirectory);
        string fresh = _path + ".new";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (FileStream file = new(fresh, options))
        {
            JsonSerializer.Serialize(file, requests, ApiJson.Default.IReadOnlyListStartSessionRequest);
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, _path, overwrite: true);
    }
}
