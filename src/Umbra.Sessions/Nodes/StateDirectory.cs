using System.Text.Json;

namespace Umbra.Sessions.Nodes;

/// <summary>
/// The directory a node keeps its keys and lists in: 0700, every file 0600 from its first byte. A file is replaced by writing a temporary
/// one beside it and renaming; several files together go through a journal, which whoever next has the <see cref="Lock"/> finishes, so a
/// killed process leaves the old state or the new one. Temporary names start with a dot and are never read.
/// </summary>
public sealed class StateDirectory
{
    internal const string Journal = "commit.json";
    private const long MaxFileBytes = 16 * 1024 * 1024;
    private const UnixFileMode GroupAndOthers = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private StateDirectory(string path) => Path = path;

    public string Path { get; }

    /// <summary>Opens the directory, which must exist, and finishes what a killed process left half done.</summary>
    /// <exception cref="NodeStateException">Not there, open to others, or not readable.</exception>
    public static StateDirectory Open(string path)
    {
        StateDirectory directory = new(System.IO.Path.GetFullPath(path));
        if (!Directory.Exists(directory.Path))
        {
            throw new NodeStateException($"there is no node in {directory.Path}; run: umbra node init --name NAME");
        }

        RequirePrivate(directory.Path, "700");
        if (directory.Exists(Journal))
        {
            directory.Lock().Dispose();
        }

        return directory;
    }

    public static StateDirectory OpenOrCreate(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(full);
        }
        else
        {
            Directory.CreateDirectory(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return Open(full);
    }

    /// <summary>Who changes files holds this: one process at a time. Released by disposing, or by the process ending.</summary>
    public IDisposable Lock()
    {
        FileStream held;
        try
        {
            held = new FileStream(FilePath("lock"), PrivateFile(FileMode.OpenOrCreate));
        }
        catch (IOException e)
        {
            throw new NodeStateException($"another umbra process is using {Path}; stop it first", e);
        }

        try
        {
            FinishCommit();
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public string FilePath(string file) => System.IO.Path.Combine(Path, file);

    public bool Exists(string file) => File.Exists(FilePath(file));

    /// <summary>The file's text, or null where there is none. Refuses a file that others may read or write.</summary>
    public string? Read(string file)
    {
        FileInfo info = new(FilePath(file));
        if (!info.Exists)
        {
            return null;
        }

        RequirePrivate(info.FullName, "600");
        return info.Length <= MaxFileBytes
            ? File.ReadAllText(info.FullName)
            : throw new NodeStateException($"{info.FullName} is too large to be a node's file");
    }

    public void Write(string file, string text)
    {
        string temporary = FilePath($".{file}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (FileStream stream = new(temporary, PrivateFile(FileMode.CreateNew)))
            using (StreamWriter writer = new(stream))
            {
                writer.Write(text);
                writer.Flush();
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, FilePath(file), overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Writes all these files, and deletes those that map to null, as one step: after a crash either all of it holds or nothing.
    /// </summary>
    public void Commit(IReadOnlyDictionary<string, string?> files)
    {
        Write(Journal, StateJson.Write(files));
        FinishCommit();
    }

    private void FinishCommit()
    {
        if (Read(Journal) is not { } journal)
        {
            return;
        }

        foreach ((string file, string? text) in Parse(journal))
        {
            if (text is null)
            {
                File.Delete(FilePath(file));
            }
            else
            {
                Write(file, text);
            }
        }

        File.Delete(FilePath(Journal));
    }

    private IReadOnlyDictionary<string, string?> Parse(string journal)
    {
        try
        {
            IReadOnlyDictionary<string, string?> files = StateJson.Read<IReadOnlyDictionary<string, string?>>(journal);
            return files.Keys.All(f => f == System.IO.Path.GetFileName(f)) ? files : throw new JsonException("a name with a path in it");
        }
        catch (JsonException e)
        {
            throw new NodeStateException($"{FilePath(Journal)} is damaged ({e.Message}); move it away and try again", e);
        }
    }

    private static void RequirePrivate(string path, string mode)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & GroupAndOthers) != 0)
        {
            throw new NodeStateException($"{path} is open to other users, so its keys may be known; run: chmod {mode} {path}");
        }
    }

    private static FileStreamOptions PrivateFile(FileMode mode)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
