using System.IO.Pipelines;

namespace Umbra.Transports;

/// <summary>Two ends put together.</summary>
public sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
