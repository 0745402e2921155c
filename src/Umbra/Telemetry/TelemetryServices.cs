using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Node;
using Umbra.Transports.Http;
using Umbra.Transports.Listening;

namespace Umbra.Telemetry;

/// <summary>
/// Where a node's metrics go: to whoever fetches them, to a collector, both, or nowhere, which is the default and costs nothing. The meters are there always.
/// </summary>
internal static class TelemetryServices
{
    public const string MetricsPath = "/metrics";

    /// <summary>Anybody who reaches the port may ask. An answer is some 100 KB, and is written whole.</summary>
    private const long MaxMemory = 4 * 1024 * 1024;

    private static readonly ConnectionLimits Limits = new(MaxConnections: 16, MaxUnauthenticatedPerSecond: 20);

    /// <summary>A node that is to stop does not wait longer for a collector that does not answer.</summary>
    private static readonly TimeSpan CollectorTimeout = TimeSpan.FromSeconds(3);

    public static void AddTelemetry(this WebApplicationBuilder builder, NodeSettings settings)
    {
        if (settings.MetricsListen is null && settings.OtlpEndpoint is null)
        {
            return;
        }

        builder.Services.AddOpenTelemetry().WithMetrics(metrics =>
        {
            metrics.AddMeter(PoolMeter.Name, ShadowMeter.Name, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel");
            if (settings.MetricsListen is not null)
            {
                metrics.AddPrometheusExporter();
            }

            if (settings.OtlpEndpoint is { } collector)
            {
                metrics.AddOtlpExporter(exporter => Configure(exporter, collector));
            }
        });
        builder.Services.ConfigureOpenTelemetryMeterProvider((services, metrics) =>
        {
            // A meter is asked for by name, which finds those of every node in this process.
            IMeterFactory ours = services.GetRequiredService<IMeterFactory>();
            metrics.AddView(instrument => instrument.Meter.Scope is { } scope && scope != ours ? MetricStreamConfiguration.Drop : null);
            metrics.ConfigureResource(resource => resource.Clear()
                .AddService("umbra", serviceVersion: VersionInfo.Current().Version, serviceInstanceId: services.GetRequiredService<NodeEngine>().Name));
        });
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, settings));
    }

    /// <summary>What comes in at the metrics address gets metrics or nothing; to be the first in the pipeline, before the API.</summary>
    public static void UseMetrics(this IApplicationBuilder app, NodeSettings settings)
    {
        if (settings.MetricsListen is null)
        {
            return;
        }

        app.MapWhen(context => context.Features.Get<MetricsConnection>() is not null, metrics =>
        {
            metrics.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Request.Path == MetricsPath && HttpMethods.IsGet(context.Request.Method));
            metrics.Run(context =>
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            });
        });
    }

    private static void Listen(KestrelServerOptions kestrel, NodeSettings settings)
    {
        if (settings.MetricsListen is not { } endPoint)
        {
            return;
        }

        ConnectionGate gate = new(Limits, TimeProvider.System);

        // May use the reserve, as the API: metrics are looked at when memory is short. What they can take of it is little.
        kestrel.Listen(new HttpEndPoint(endPoint, "metrics", MaxMemory, mustSucceed: true), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseConnectionGate(gate, kestrel.ApplicationServices.GetRequiredService<ILogger<NodeEngine>>());
            listen.Use(next => connection =>
            {
                connection.Features.Set(MetricsConnection.Instance);
                return next(connection);
            });
        });
    }

    private static void Configure(OtlpExporterOptions exporter, Uri collector)
    {
        exporter.Endpoint = collector;
        exporter.Protocol = collector.AbsolutePath == "/" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        exporter.TimeoutMilliseconds = (int)CollectorTimeout.TotalMilliseconds;
    }
}
