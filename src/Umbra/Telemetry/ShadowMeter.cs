using System.Diagnostics.Metrics;
using Umbra.Sessions;
using Umbra.Sessions.Shadowing;

namespace Umbra.Telemetry;

/// <summary>
/// What the viewers of each session get, in numbers. By session and kind of viewer, never by viewer, user or address: those come and go without end. A session's
/// series end with it.
/// </summary>
internal sealed class ShadowMeter
{
    public const string Name = "Umbra.Shadow";
    private const string SessionAttribute = "umbra.session.name";
    private static readonly ViewerKind[] Kinds = Enum.GetValues<ViewerKind>();

    /// <summary>About what an eye cannot see (5 ms) up to what nobody waits for.</summary>
    private static readonly InstrumentAdvice<double> LagBuckets = new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] };

    private readonly SessionDirectory _sessions;
    private readonly Histogram<double> _lag;

    /// <param name="links">How many are open.</param>
    public ShadowMeter(IMeterFactory meters, SessionDirectory sessions, Shadows shadows, Grants grants, Func<(int Incoming, int Outgoing)> links)
    {
        _sessions = sessions;
        Meter meter = meters.Create(Name);
        _lag = meter.CreateHistogram("umbra.shadow.lag", "s", "From the begin of an update until its viewer had it", tags: null, LagBuckets);
        meter.CreateObservableCounter("umbra.shadow.updates", () => ByKind(totals => totals.Updates), "{update}", "Updates sent");
        meter.CreateObservableCounter("umbra.shadow.sent", () => ByKind(totals => totals.Bytes), "By", "Bytes of updates sent");
        meter.CreateObservableCounter("umbra.shadow.coalesced", () => ByKind(totals => totals.Coalesced), "{commit}", "Pictures a viewer was never sent: a newer one came");
        meter.CreateObservableCounter("umbra.shadow.shed", ReadShed, "{viewer}", "Viewers put out for the others' sake");
        meter.CreateObservableUpDownCounter("umbra.shadow.queue", () => ByViewers(BytesInFlight), "By", "Picture bytes sent and not yet answered");
        meter.CreateObservableGauge("umbra.shadow.queue.age", () => ByViewers(OldestInFlight), "s", "How long the oldest unanswered update has been on its way");
        meter.CreateObservableUpDownCounter("umbra.shadow.active_viewers", () => ByViewers(viewers => (long)viewers.Count()), "{viewer}", "Viewers connected");
        meter.CreateObservableUpDownCounter("umbra.shadow.active_shadows", () => BySession(shadows.All.CountBy(s => s.Session)), "{shadow}", "Shadows open from this node");
        meter.CreateObservableUpDownCounter("umbra.shadow.active_grants", () => BySession(grants.All.CountBy(g => g.Session)), "{grant}", "Shadowers that may look in now");
        meter.CreateObservableUpDownCounter("umbra.shadow.active_links", () => ReadLinks(links()), "{link}", "Links to other nodes that are open");
    }

    /// <summary>An update has arrived.</summary>
    public void RecordLag(ViewerKind kind, TimeSpan took) => _lag.Record(took.TotalSeconds, Attribute(kind));

    private IEnumerable<Measurement<long>> ByKind(Func<ViewerTotals, long> value) =>
        from session in _sessions.All from kind in Kinds select Of(value(session.TotalsOf(kind)), session, kind);

    private IEnumerable<Measurement<T>> ByViewers<T>(Func<IEnumerable<SessionViewer>, T> value) where T : struct
    {
        foreach (Session session in _sessions.All)
        {
            ILookup<ViewerKind, SessionViewer> viewers = session.Viewers.ToLookup(v => v.Kind);
            foreach (ViewerKind kind in Kinds)
            {
                yield return Of(value(viewers[kind]), session, kind);
            }
        }
    }

    private IEnumerable<Measurement<long>> BySession(IEnumerable<KeyValuePair<Session, int>> counts)
    {
        Dictionary<Session, int> known = new(counts);
        return _sessions.All.Select(session => new Measurement<long>(known.GetValueOrDefault(session), new KeyValuePair<string, object?>(SessionAttribute, session.Name)));
    }

    private IEnumerable<Measurement<long>> ReadShed() =>
        from session in _sessions.All
        from kind in Kinds
        from shed in session.TotalsOf(kind).ShedByReason
        select new Measurement<long>(shed.Value, new(SessionAttribute, session.Name), Attribute(kind), new("umbra.shed.reason", shed.Key));

    private static IEnumerable<Measurement<long>> ReadLinks((int Incoming, int Outgoing) links) => [Of(links.Incoming, "incoming"), Of(links.Outgoing, "outgoing")];

    private static long BytesInFlight(IEnumerable<SessionViewer> viewers) => viewers.Sum(viewer => viewer.InFlight().Bytes);

    private static double OldestInFlight(IEnumerable<SessionViewer> viewers) => viewers.Select(viewer => viewer.InFlight().Age.TotalSeconds).DefaultIfEmpty().Max();

    private static Measurement<long> Of(int links, string direction) => new(links, new KeyValuePair<string, object?>("umbra.link.direction", direction));

    private static Measurement<T> Of<T>(T value, Session session, ViewerKind kind) where T : struct =>
        new(value, new(SessionAttribute, session.Name), Attribute(kind));

    private static KeyValuePair<string, object?> Attribute(ViewerKind kind) => new("umbra.viewer.kind", kind switch
    {
        ViewerKind.Owner => "owner",
        ViewerKind.Link => "link",
        _ => "shadower",
    });
}
