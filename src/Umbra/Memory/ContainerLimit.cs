using System.Globalization;
using System.Text;

namespace Umbra.Memory;

/// <summary>
/// The memory limit of the cgroup this process is in, version 1 or 2: the smallest of its own and those above it, as far as they can be seen from here.
/// </summary>
internal static class ContainerLimit
{
    /// <summary>Version 1 says "none" with the largest number of whole pages.</summary>
    private const long None = 1L << 62;

    /// <param name="root">Where /proc is, and what mount points are below; another one in tests.</param>
    /// <param name="unreadable">Told what could not be read, which then counts as no limit.</param>
    /// <returns>Bytes; null where there is no limit.</returns>
    public static long? Read(string root, Action<string> unreadable)
    {
        long? least = null;
        try
        {
            string[] mounts = File.ReadAllLines(At(root, "/proc/self/mountinfo"));
            foreach (string group in File.ReadAllLines(At(root, "/proc/self/cgroup")))
            {
                if (FindMount(group, mounts) is { } mount)
                {
                    least = Least(least, ReadUpwards(root, mount, unreadable));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            unreadable(exception.Message);
        }

        return least;
    }

    /// <summary>The file system a line of /proc/self/cgroup belongs to: "0::PATH" in version 2, "4:memory:PATH" in version 1.</summary>
    private static Mount? FindMount(string group, string[] mounts)
    {
        string[] parts = group.Split(':', 3);
        if (parts.Length != 3)
        {
            return null;
        }

        bool isV2 = parts is ["0", "", _];
        return isV2 || parts[1].Split(',').Contains("memory")
            ? mounts.Select(line => Mount.Parse(line, parts[2], isV2)).FirstOrDefault(mount => mount is not null)
            : null;
    }

    /// <summary>A group without the file has no limit of its own: the topmost of version 2, and where the memory controller is not switched on.</summary>
    private static long? ReadUpwards(string root, Mount mount, Action<string> unreadable)
    {
        long? least = null;
        for (string group = mount.Group; ; group = group[..Math.Max(0, group.LastIndexOf('/'))])
        {
            string file = At(root, $"{mount.Point}{group}/{mount.File}");
            try
            {
                if (File.Exists(file))
                {
                    least = Least(least, Parse(File.ReadAllText(file).Trim()));
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                unreadable(exception.Message);
            }

            if (group.Length == 0)
            {
                return least;
            }
        }
    }

    private static long? Parse(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) && bytes < None ? bytes : null;

    private static long? Least(long? a, long? b) => a is null || b < a ? b : a;

    private static string At(string root, string path) => Path.Combine(root, path.TrimStart('/'));

    /// <param name="Point">Where it is mounted.</param>
    /// <param name="Group">This process's group below that; empty at the top.</param>
    private sealed record Mount(string Point, string Group, string File)
    {
        /// <summary>A line of /proc/self/mountinfo: id, parent, device, root, mount point, options, more options, "-", type, source, options of the file system.</summary>
        public static Mount? Parse(string line, string path, bool isV2)
        {
            string[] halves = line.Split(" - ", 2);
            string[] mount = halves[0].Split(' ');
            string[] system = halves[^1].Split(' ');
            bool isIt = halves.Length == 2 && mount.Length >= 5 && system.Length >= 3
                && (isV2 ? system[0] == "cgroup2" : system[0] == "cgroup" && system[2].Split(',').Contains("memory"));
            return isIt ? new Mount(Unescape(mount[4]), Below(Unescape(mount[3]), path), isV2 ? "memory.max" : "memory.limit_in_bytes") : null;
        }

        /// <summary>In a container the mounted part of the tree is often the process's own group alone, under another name than the one it has outside.</summary>
        private static string Below(string root, string path)
        {
            string top = root.TrimEnd('/');
            bool isBelow = path.StartsWith(top, StringComparison.Ordinal) && (path.Length == top.Length || path[top.Length] == '/');
            return isBelow && !path.Contains("/..", StringComparison.Ordinal) ? path[top.Length..].TrimEnd('/') : "";
        }

        /// <summary>Blanks are written as \040.</summary>
        private static string Unescape(string text)
        {
            StringBuilder plain = new();
            for (int i = 0; i < text.Length; i++)
            {
                bool isEscape = text[i] == '\\' && i + 3 < text.Length;
                plain.Append(isEscape ? (char)Convert.ToInt32(text.Substring(i + 1, 3), 8) : text[i]);
                i += isEscape ? 3 : 0;
            }

            return plain.ToString();
        }
    }
}
