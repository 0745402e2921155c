using Umbra.Api;

namespace Umbra.Benchmarks.Crowd;

/// <summary>Who comes, and to see what.</summary>
internal sealed record CrowdScene(string Name, IReadOnlyDictionary<CrowdKind, int> Viewers, PatternKind Pattern = PatternKind.Marker)
{
    /// <summary>Some hold much and read nothing, and another session is started meanwhile.</summary>
    public bool IsPressing => Viewers.ContainsKey(CrowdKind.Greedy);

    /// <summary>Two hundred, of whom half do not keep up.</summary>
    public static readonly CrowdScene Ordinary = new("100 read, 50 slow, 50 stuck", new Dictionary<CrowdKind, int>
    {
        [CrowdKind.Reader] = 100, [CrowdKind.Slow] = 50, [CrowdKind.Stuck] = 50,
    });

    /// <summary>The same before a film that fills the screen.</summary>
    public static readonly CrowdScene Film = Ordinary with { Name = $"{Ordinary.Name}, a film", Pattern = PatternKind.Video };

    /// <summary>As many, and those that do not read want all they can get.</summary>
    public static readonly CrowdScene Pressing = new("100 read, 50 slow, 50 greedy and stuck", new Dictionary<CrowdKind, int>
    {
        [CrowdKind.Reader] = 100, [CrowdKind.Slow] = 50, [CrowdKind.Greedy] = 50,
    });
}
