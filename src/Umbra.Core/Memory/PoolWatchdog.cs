namespace Umbra.Core.Memory;

/// <summary>
/// Finds leaks by how they grow. Looks at settled blocks only, those out for longer than any traffic needs, and only while the tag's traffic flows; subtracts what the
/// account's work explains; and is suspicious where the rest has grown all the time at about the same speed. What fills up, what comes in steps and what goes up and
/// down is no leak. Reads no clock and takes no action. Not thread-safe.
/// </summary>
public sealed class PoolWatchdog
{
    /// <summary>How many epochs old a block is when it is settled; for <see cref="BufferPool.ReadHeld"/>.</summary>
    public const int SettledFor = 5;

    /// <summary>Looks that are compared: half a minute, at one look a second.</summary>
    private const int Window = 30;

    private const int Parts = 5;

    /// <summary>Less is not worth a word, and not to be told from chance.</summary>
    private const long LeastGrowth = 32 * 1024;

    /// <summary>A torrent would reach the limit, and its link be sent away, before the window is full: it is told by fewer looks.</summary>
    private const int ShortWindow = 12;

    private const int ShortParts = 4;
    private const long LeastTorrent = 32 * 1024 * 1024;

    /// <summary>The slowest part of the window must have grown by so much of the average.</summary>
    private const double LeastShare = 0.25;

    private static readonly TimeSpan SaidAgainAfter = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(Account, BufferTag), Track> _tracks = [];

    /// <summary>One look, to be taken once a second.</summary>
    /// <param name="now">Of any clock that does not go back.</param>
    /// <param name="held">From <see cref="BufferPool.ReadHeld"/> with <see cref="SettledFor"/>.</param>
    /// <param name="tags">From <see cref="BufferPool.ReadTags"/>.</param>
    /// <returns>What is suspicious; the same is said again only after a minute.</returns>
    public IReadOnlyList<PoolGrowth> Look(TimeSpan now, IReadOnlyList<HeldBlocks> held, IReadOnlyList<TagUsage> tags)
    {
        List<PoolGrowth> found = [];
        HashSet<(Account, BufferTag)> seen = [];
        foreach (HeldBlocks blocks in held)
        {
            seen.Add((blocks.Account, blocks.Tag));
            if (!_tracks.TryGetValue((blocks.Account, blocks.Tag), out Track? track))
            {
                _tracks[(blocks.Account, blocks.Tag)] = track = new Track();
            }

            long unexplained = Math.Max(0, blocks.SettledBytes - blocks.Account.Explained(blocks.Tag));
            track.Add(new Sample(now, unexplained, blocks.SettledBytes, blocks.SettledBlocks, tags.First(t => t.Tag == blocks.Tag).Allocs));
            if (track.IsLeaking() && (track.SaidAt is not { } said || now - said >= SaidAgainAfter))
            {
                track.SaidAt = now;
                found.Add(track.ToGrowth(blocks.Account, blocks.Tag));
            }
        }

        foreach ((Account, BufferTag) gone in _tracks.Keys.Where(key => !seen.Contains(key)).ToList())
        {
            _tracks.Remove(gone);
        }

        return found;
    }

    private readonly record struct Sample(TimeSpan At, long Unexplained, long Bytes, long Blocks, long Rents);

    /// <summary>The last looks at one account and tag.</summary>
    private sealed class Track
    {
        private readonly Queue<Sample> _samples = new(Window + 1);
        private Sample _last;

        public TimeSpan? SaidAt { get; set; }

        /// <summary>A look without a rent since the last is none: while nothing flows, nothing can leak.</summary>
        public void Add(Sample sample)
        {
            if (_samples.Count > 0 && sample.Rents == _last.Rents)
            {
                return;
            }

            _last = sample;
            _samples.Enqueue(sample);
            if (_samples.Count > Window)
            {
                _samples.Dequeue();
            }
        }

        public bool IsLeaking() => Grows(Window, Parts, LeastGrowth) || Grows(ShortWindow, ShortParts, LeastTorrent);

        public PoolGrowth ToGrowth(Account account, BufferTag tag)
        {
            Sample first = _samples.Peek();
            TimeSpan over = _last.At - first.At;
            return new PoolGrowth(
                account, tag, (_last.Bytes - first.Bytes) / over.TotalSeconds, _last.Bytes, _last.Blocks, 1000.0 * (_last.Blocks - first.Blocks) / (_last.Rents - first.Rents), over);
        }

        private bool Grows(int window, int parts, long least)
        {
            if (_samples.Count < window)
            {
                return false;
            }

            // The least of each part: what comes and goes within a part does not count.
            long[] floors = [.. _samples.TakeLast(window).Chunk(window / parts).Select(part => part.Min(sample => sample.Unexplained))];
            double average = (floors[^1] - floors[0]) / (double)(parts - 1);
            return floors[^1] - floors[0] >= least && floors.Zip(floors.Skip(1), (a, b) => b - a).All(step => step >= average * LeastShare);
        }
    }
}
