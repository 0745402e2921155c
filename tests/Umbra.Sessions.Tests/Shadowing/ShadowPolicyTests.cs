using Microsoft.Extensions.Logging.Abstractions;
using Umbra.Core.Link;
using Umbra.Sessions.Shadowing;
using Umbra.Sessions.Sources.Pattern;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Shadowing;

public sealed class ShadowPolicyTests : PoolTest
{
    private static readonly ShadowRequest Control = new(AccessMode.Control, "eve", "server-a", "", "");

    [Theory]
    [InlineData(AccessMode.Off, AccessMode.View, LinkReason.Disabled, "shadowing=off")]
    [InlineData(AccessMode.View, AccessMode.Control, LinkReason.AccessDenied, "shadowing=view")]
    [InlineData(AccessMode.View, AccessMode.View, LinkReason.None, "shadowing=view")]
    [InlineData(AccessMode.Control, AccessMode.Control, LinkReason.None, "shadowing=control")]
    public async Task TryGrant_UnderACeiling_NamesTheRule(AccessMode ceiling, AccessMode wanted, LinkReason reason, string rule)
    {
        await using Session session = NewSession();
        Grants grants = NewGrants(ceiling, 10);

        Decision decision = grants.TryGrant(session, Control with { Wanted = wanted }, out Grant? grant);

        Assert.Equal((reason, rule), (decision.Reason, decision.Rule));
        Assert.Equal(decision.IsGranted, grant is not null);
        Assert.Equal(decision.IsGranted ? 1 : 0, grants.All.Count());
    }

    [Fact]
    public async Task TryGrant_OneMoreThanAllowed_IsRefusedUntilOneEnds()
    {
        await using Session session = NewSession();
        Grants grants = NewGrants(AccessMode.Control, 1);
        grants.TryGrant(session, Control, out Grant? first);

        Assert.Equal(LinkReason.LimitReached, grants.TryGrant(session, Control, out _).Reason);
        first!.End();
        Assert.True(grants.TryGrant(session, Control, out _).IsGranted);
    }

    [Fact]
    public void TryGrant_NoSuchSession_SaysSo() =>
        Assert.Equal(LinkReason.SessionNotFound, NewGrants(AccessMode.Control, 1).TryGrant(null, Control, out _).Reason);

    [Fact]
    public async Task End_Grant_TakesItsRightAway()
    {
        await using Session session = NewSession();
        NewGrants(AccessMode.Control, 1).TryGrant(session, Control, out Grant? grant);
        using InputSeat seat = grant!.Right.OpenSeat();

        grant.End("enough");

        Assert.Equal(AccessMode.Off, seat.Mode);
        Assert.True(grant.Ended.IsCancellationRequested);
        Assert.Equal("enough", grant.EndText);
    }

    private static Grants NewGrants(AccessMode ceiling, int most) =>
        new("server-b", new ShadowPolicy(ceiling, most), TimeProvider.System, NullLogger.Instance);

    private Session NewSession() => new(
        "alice", new PatternSource(new PatternOptions(), TimeProvider.System), Pool, new SessionOptions(), TimeProvider.System, NullLogger.Instance);
}
