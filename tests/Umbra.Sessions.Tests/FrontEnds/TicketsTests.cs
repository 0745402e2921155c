using Microsoft.Extensions.Time.Testing;
using Umbra.Sessions.FrontEnds;

namespace Umbra.Sessions.Tests.FrontEnds;

public sealed class TicketsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void TryUse_RightOnce_OpensOnce()
    {
        Tickets tickets = new(_time, TimeSpan.FromMinutes(1));
        string password = tickets.Issue();

        Assert.Equal(8, password.Length);
        Assert.True(tickets.TryUse(p => p == password));
        Assert.False(tickets.TryUse(p => p == password));
    }

    [Fact]
    public void TryUse_AfterItsLifetime_IsRefused()
    {
        Tickets tickets = new(_time, TimeSpan.FromMinutes(1));
        string password = tickets.Issue();
        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.False(tickets.TryUse(p => p == password));
    }

    [Fact]
    public void TryUse_TooManyWrongAnswers_VoidsAll()
    {
        Tickets tickets = new(_time, TimeSpan.FromMinutes(1));
        string password = tickets.Issue();
        for (int i = 0; i < Tickets.MaxFailures; i++)
        {
            Assert.False(tickets.TryUse(_ => false));
        }

        Assert.False(tickets.TryUse(p => p == password));
        string fresh = tickets.Issue();
        Assert.True(tickets.TryUse(p => p == fresh));
    }

    [Fact]
    public void Issue_ManyUnused_DropsTheOldest()
    {
        Tickets tickets = new(_time, TimeSpan.FromMinutes(1));
        string first = tickets.Issue();
        for (int i = 0; i < Tickets.MaxOutstanding; i++)
        {
            tickets.Issue();
        }

        Assert.False(tickets.TryUse(p => p == first));
    }
}
