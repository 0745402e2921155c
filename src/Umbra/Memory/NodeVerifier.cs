using Microsoft.Extensions.Logging;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Core.Memory;

namespace Umbra.Memory;

/// <summary>The verifier of a running node's pool: on from the start where the settings say so, switched on and off while it runs. Thread-safe.</summary>
internal sealed class NodeVerifier
{
    private readonly Lock _gate = new();
    private readonly BufferPool _pool;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private FaultBook _faults;
    private DateTimeOffset _since;

    public NodeVerifier(BufferPool pool, NodeSettings settings, TimeProvider time, ILogger<NodeVerifier> logger)
    {
        _pool = pool;
        _time = time;
        _logger = logger;
        _faults = new FaultBook(time, logger);
        if (settings.Verify is { } tags)
        {
            TurnOn(tags, settings.VerifyStacks);
        }
    }

    /// <summary>Begins to watch. One that watches already gives way to a new one, which knows nothing of what was rented before.</summary>
    /// <param name="tags">Empty: all.</param>
    /// <param name="stackEvery">One rent in so many has its stack recorded.</param>
    public void TurnOn(IReadOnlySet<BufferTag> tags, int stackEvery)
    {
        lock (_gate)
        {
            _faults = new FaultBook(_time, _logger);
            _since = _time.GetUtcNow();
            _pool.Verifier = new PoolVerifier(_time.GetUtcNow, _faults.Add) { Tags = tags, StackEvery = stackEvery };
        }

        _logger.LogInformation("the verifier is on");
    }

    /// <summary>What was found stays to be read.</summary>
    public void TurnOff()
    {
        lock (_gate)
        {
            _pool.Verifier = null;
        }

        _logger.LogInformation("the verifier is off");
    }

    public VerifierInfo Read()
    {
        lock (_gate)
        {
            return VerifierInfo.From(_pool, _faults, _since, _time.GetUtcNow());
        }
    }
}
