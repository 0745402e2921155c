using System.Diagnostics.CodeAnalysis;

namespace Umbra.Api;

/// <summary>Checks on what a caller sent.</summary>
internal static class Invalid
{
    /// <exception cref="NodeOperationException">With <see cref="ErrorCode.InvalidRequest"/>, where <paramref name="wrong"/>.</exception>
    public static void If([DoesNotReturnIf(true)] bool wrong, string message, string? next = null)
    {
        if (wrong)
        {
            throw new NodeOperationException(ErrorCode.InvalidRequest, message, next);
        }
    }
}
