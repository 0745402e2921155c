using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Umbra.Configuration;
using Umbra.Node;
using Umbra.Transports.Http;
using Umbra.Transports.Listening;

namespace Umbra.Web;

/// <summary>The address for browsers, where the settings name one.</summary>
internal static class WebServices
{
    /// <summary>What their sockets may hold together beside the viewers' own accounts, for each of them: what is read ahead, and what is on its way.</summary>
    private const long BytesPerConnection = 256 * 1024;

    /// <summary>A page's viewer may be slow, but not silent: a browser answers a ping by itself.</summary>
    private static readonly WebSocketOptions Options = new() { KeepAliveInterval = TimeSpan.FromSeconds(30), KeepAliveTimeout = TimeSpan.FromSeconds(30) };

    public static void AddWeb(this WebApplicationBuilder builder, NodeSettings settings)
    {
        if (settings.WebListen is { } endPoint)
        {
            builder.Services.AddSingleton<WebViewers>();
            builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, endPoint, settings));
        }
    }

    /// <summary>What comes in at the web address gets this and nothing of the API; to be among the first in the pipeline.</summary>
    public static void UseWeb(this WebApplication app, NodeSettings settings)
    {
        if (settings.WebListen is null)
        {
            return;
        }

        WebViewers viewers = app.Services.GetRequiredService<WebViewers>();
        app.MapWhen(context => context.Features.Get<WebConnection>() is not null, web =>
        {
            web.UseWebSockets(Options);
            web.Run(viewers.ServeAsync);
        });
    }

    private static void Listen(KestrelServerOptions kestrel, IPEndPoint endPoint, NodeSettings settings)
    {
        int most = settings.Plan.WebViewers;
        ConnectionGate gate = new(new ConnectionLimits(most), TimeProvider.System, kestrel.ApplicationServices.GetRequiredService<ConnectionGate>());
        kestrel.Listen(new HttpEndPoint(endPoint, "web", most * BytesPerConnection, mustSucceed: false), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseConnectionGate(gate, kestrel.ApplicationServices.GetRequiredService<ILogger<NodeEngine>>());
            listen.Use(next => connection =>
            {
                connection.Features.Set(WebConnection.Instance);
                return next(connection);
            });
        });
    }
}
