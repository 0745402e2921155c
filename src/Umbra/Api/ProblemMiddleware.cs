using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Umbra.Api;

/// <summary>Turns every failure into a problem: the caller's fault with its reason, ours with a log line and nothing more.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    /// <summary>No operation of a node takes longer; whoever waits that long is told so.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public async Task InvokeAsync(HttpContext context)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        deadline.CancelAfter(Deadline);
        CancellationToken caller = context.RequestAborted;
        context.RequestAborted = deadline.Token;
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response is { StatusCode: >= 400, ContentLength: null, ContentType: null })
            {
                await WriteAsync(context, ForStatus(context), context.Response.StatusCode);
            }
        }
        catch (Exception exception) when (!context.Response.HasStarted && !caller.IsCancellationRequested)
        {
            NodeOperationException failure = Explain(exception, deadline.IsCancellationRequested);
            if (failure.Code == ErrorCode.Internal)
            {
                LogFailure(logger, context.Request.Method, context.Request.Path, exception);
            }

            context.Response.Clear();
            await WriteAsync(context, failure, (exception as BadHttpRequestException)?.StatusCode);
        }
        catch (OperationCanceledException) when (caller.IsCancellationRequested)
        {
            // The caller went away: nobody is left to answer.
        }
    }

    private static NodeOperationException Explain(Exception exception, bool late) => exception switch
    {
        NodeOperationException known => known,
        BadHttpRequestException bad =>
            new NodeOperationException(ErrorCode.InvalidRequest, Reason(bad), $"{Routes.OpenApi} describes what is expected"),
        OperationCanceledException or TimeoutException when late =>
            new NodeOperationException(ErrorCode.Timeout, $"not done within {Deadline.TotalSeconds} seconds",
            "try again, or see the node's log"),
        TimeoutException => new NodeOperationException(ErrorCode.Timeout, exception.Message, "try again, or see the node's log"),
        Core.Memory.QuotaExceededException quota =>
            new NodeOperationException(ErrorCode.LimitReached, quota.Message, "end a session or shadow, or raise memoryLimit"),
        _ => new NodeOperationException(ErrorCode.Internal, "the node failed", "see the node's log"),
    };

    private static string Reason(BadHttpRequestException bad) =>
        bad.InnerException is JsonException json ? $"the body is not what is expected at {json.Path ?? "$"}" : bad.Message;

    private static NodeOperationException ForStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => new(ErrorCode.RouteNotFound, $"no route {context.Request.Path}", $"see {Routes.OpenApi}"),
        StatusCodes.Status405MethodNotAllowed =>
            new(ErrorCode.RouteNotFound, $"no {context.Request.Method} on {context.Request.Path}", $"see {Routes.OpenApi}"),
        StatusCodes.Status413PayloadTooLarge => new(ErrorCode.InvalidRequest, "the body is too large", $"see {Routes.OpenApi}"),
        StatusCodes.Status415UnsupportedMediaType =>
            new(ErrorCode.InvalidRequest, "the body is not JSON", "send it with content-type application/json"),
        int status => new(ErrorCode.InvalidRequest, $"refused with status {status}", $"see {Routes.OpenApi}"),
    };

    private static Task WriteAsync(HttpContext context, NodeOperationException failure, int? status)
    {
        ApiProblem problem = ApiProblem.From(failure);
        problem = problem with { Status = status ?? problem.Status };
        context.Response.StatusCode = problem.Status;
        return context.Response.WriteAsJsonAsync(problem, ApiJson.Default.ApiProblem, ApiProblem.MediaType, CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogFailure(ILogger logger, string method, PathString path, Exception exception);
}
