using System.Buffers;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Umbra.Configuration;
using Umbra.Core.Memory;
using Umbra.Node;
using Umbra.Sessions.FrontEnds;
using Umbra.Transports;

namespace Umbra.Web;

/// <summary>
/// Viewers in browsers: RFB in binary messages of a WebSocket (RFC 6455), at <c>/session/NAME/rfb</c> for a session's owner and at <c>/shadow/ID/rfb</c> for a shadow,
/// served by the same code as any other viewer. Always with a one-time password, and never for a page of another origin than was allowed: a browser connects wherever a page
/// tells it to.
/// </summary>
internal sealed class WebViewers(NodeEngine engine, NodeSettings settings, ILogger<WebViewers> logger)
{
    /// <summary>Registered for RFB in use by websockify and noVNC.</summary>
    private const string Protocol = "binary";

    public async Task ServeAsync(HttpContext context)
    {
        if (context.Request.Path.Value!.Split('/') is not ["", ("session" or "shadow") and var kind, var name, "rfb"])
        {
            await RefuseAsync(context, HttpStatusCode.NotFound, "here are /session/NAME/rfb and /shadow/ID/rfb");
        }
        else if (!context.WebSockets.IsWebSocketRequest)
        {
            await RefuseAsync(context, HttpStatusCode.UpgradeRequired, "this is for WebSockets: let a VNC viewer for browsers connect here");
        }
        else if (!IsAllowed(context.Request))
        {
            logger.LogInformation("web viewer refused: its page is of {Origin}", context.Request.Headers.Origin.ToString());
            await RefuseAsync(context, HttpStatusCode.Forbidden, "pages of this origin are not allowed here (setting webOrigins)");
        }
        else if (engine.FindWebAccess(kind, name) is not { } access)
        {
            await RefuseAsync(context, HttpStatusCode.NotFound, $"there is no {kind} {name} with a password here; see 'umbra {kind} ls'");
        }
        else
        {
            await ServeAsync(context, access);
        }
    }

    private async Task ServeAsync(HttpContext context, RfbAccess access)
    {
        bool wantsProtocol = context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol);
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(wantsProtocol ? Protocol : null);
        Account account = access.Session.AccountFor(access.IsOwner).Open($"web viewer {context.Connection.Id}", StreamDuplex.MostBytes, mustSucceed: access.IsOwner);
        try
        {
            MemoryPool<byte> memory = access.Session.Pool.AsMemoryPool(BufferTag.RfbViewer, account);
            await using WebSocketConnection connection = new(socket, memory, context.Connection.Id, context.Features, context.Abort, context.RequestAborted);
            await engine.ServeViewerAsync(connection, access);
        }
        finally
        {
            account.CloseAndTell($"web viewer {access.Who}", logger);
        }
    }

    /// <summary>No origin: no page, so nobody who was sent here without knowing. Else the one of the address itself, or of the settings.</summary>
    private bool IsAllowed(HttpRequest request)
    {
        string origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || settings.WebOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)
            || origin.Equals($"http://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }

    private static Task RefuseAsync(HttpContext context, HttpStatusCode status, string why)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync($"{why}\n", context.RequestAborted);
    }
}
