using System.Net;
using System.Net.Sockets;
using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Tests.Nodes;

public sealed class NodeAddressesTests
{
    private static readonly string s_name = Dns.GetHostName().ToLowerInvariant();

    [Theory]
    [InlineData("tcp://0.0.0.0:4711", "10.0.0.2", "tcp://10.0.0.2:4711")]
    [InlineData("tcp://0.0.0.0:4711", "::ffff:10.0.0.2", "tcp://10.0.0.2:4711")]
    [InlineData("tcp://0.0.0.0:4711", "127.0.0.1", "tcp://NAME:4711")]
    [InlineData("tcp://0.0.0.0:4711", "2001:db8::2", "tcp://NAME:4711")]
    [InlineData("tcp://[::]:4711", "10.0.0.2", "tcp://10.0.0.2:4711")]
    [InlineData("tcp://[::]:4711", "2001:db8::2", "tcp://[2001:db8::2]:4711")]
    [InlineData("tcp://[::]:4711", "fe80::1%3", "tcp://NAME:4711")]
    [InlineData("tcp://10.0.0.9:4711", "10.0.0.2", "tcp://10.0.0.9:4711")]
    [InlineData("tcp://0.0.0.0:0", "10.0.0.2", null)]
    [InlineData("tcp://10.0.0.9:0", "10.0.0.2", null)]
    [InlineData("pipe:///run/umbra/link.sock", "10.0.0.2", "pipe:///run/umbra/link.sock")]
    [InlineData("memory://x", "10.0.0.2", null)]
    public void Reachable_OverTcp_IsWhatTheOtherSideCanConnectTo(string listening, string local, string? expected) => Assert.Equal(
        expected is null ? [] : [expected.Replace("NAME", s_name, StringComparison.Ordinal)],
        NodeAddresses.Reachable([listening], new IPEndPoint(IPAddress.Parse(local), 55_555)));

    [Fact]
    public void Reachable_NoTcpConnection_NamesTheMachine()
    {
        string[] expected = [$"tcp://{s_name}:4711"];

        Assert.Equal(expected, NodeAddresses.Reachable(["tcp://0.0.0.0:4711", "tcp://[::]:4711"], null));
        Assert.Equal(expected, NodeAddresses.Reachable(["tcp://0.0.0.0:4711"], new UnixDomainSocketEndPoint("/run/umbra/link.sock")));
    }

    [Fact]
    public void Of_WhatAnotherNodeSent_KeepsWhatMayBeOfUse() => Assert.Equal(
        ["tcp://a:1", "quic://a:1"],
        NodeAddresses.Of(["tcp://a:1", "tcp://0.0.0.0:1", "tcp://[::]:1", "tcp://a:0", "tcp://a:1", "quic://a:1", "no address"]));
}
