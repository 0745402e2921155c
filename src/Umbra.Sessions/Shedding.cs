using System.Globalization;
using Microsoft.Extensions.Logging;
using Umbra.Sessions.Shadowing;

namespace Umbra.Sessions;

/// <summary>
/// Who goes when memory is short: shadowers, the largest and stalest first; when there are none left links of near nodes, in the same order; then links to other
/// nodes, with the shadows over them, the largest first. Owners never. Thread-safe.
/// </summary>
public sealed partial class Shedding(SessionDirectory sessions, ILogger logger)
{
    /// <summary>About how many bytes those hold who have been sent away and are not gone yet.</summary>
    public long LeavingBytes => sessions.All.SelectMany(session => session.Viewers).Where(viewer => viewer.IsEvicted).Sum(viewer => viewer.FrontEnd?.HeldBytes ?? 0);

    /// <summary>Sends one away.</summary>
    /// <param name="why">For people: the beginning of the reason they read.</param>
    /// <returns>About how many bytes that frees, soon; null where nobody is left to go.</returns>
    public long? ShedOne(string why) => ShedViewer(why, isLink: false) ?? ShedViewer(why, isLink: true) ?? ShedSource(why);

    private long? ShedViewer(string why, bool isLink)
    {
        SessionViewer? viewer = sessions.All
            .SelectMany(session => session.Viewers)
            .Where(viewer => !viewer.IsOwner && viewer.FrontEnd is { } frontEnd && frontEnd.IsLink == isLink && !viewer.IsEvicted)
            .MaxBy(viewer => Weight(viewer.FrontEnd!));
        if (viewer is not { FrontEnd: { } gone })
        {
            return null;
        }

        long bytes = gone.HeldBytes;
        string held = string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024} KiB were held for {(isLink ? "it" : "you")}, waiting for {gone.ReadInFlight().Age.TotalSeconds:0.#} s");
        LogShed(viewer.Who, viewer.Session.Name, why, held);
        viewer.Counters.Shed("memory");
        viewer.Evict($"{why}; {held}");
        return bytes;
    }

    /// <summary>Large and stale is worse than either; who keeps up still has his size.</summary>
    private static double Weight(IViewerFrontEnd viewer) => viewer.HeldBytes * Math.Max(0.1, viewer.ReadInFlight().Age.TotalSeconds);

    private long? ShedSource(string why)
    {
        Session? session = sessions.All.Where(s => s.Source is LinkSource { IsShed: false }).MaxBy(s => s.Account.Bytes);
        if (session is null)
        {
            return null;
        }

        LogShed("its link", session.Name, why, $"{session.Account.Bytes / 1024} KiB were held for it");
        ((LinkSource)session.Source).Shed(why);
        return session.Account.Bytes;
    }

    [LoggerMessage(LogLevel.Warning, "shed: {Who} of session {Session}: {Why}; {Held}")]
    private partial void LogShed(string who, string session, string why, string held);
}
