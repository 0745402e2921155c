namespace Umbra.Transports;

/// <summary>What a node and its drivers have agreed upon.</summary>
public static class TransportContract
{
    /// <summary>To be raised when <see cref="TransportDriver"/> or <see cref="ITransport"/> change so that a driver written before would not do. A constant: a driver keeps that of its own build.</summary>
    public const int Version = 1;
}
