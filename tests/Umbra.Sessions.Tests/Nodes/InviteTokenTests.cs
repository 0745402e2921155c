using System.Security.Cryptography.X509Certificates;
using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Tests.Nodes;

public sealed class InviteTokenTests : NodeTest
{
    private static readonly string Inviter = string.Concat(Enumerable.Repeat("0123456789ABCDEF", 4));

    [Fact]
    public void Parse_WhatWasRevealed_SameKeyAndInviter()
    {
        InviteToken made = InviteToken.Create(Inviter);
        InviteToken read = InviteToken.Parse($"  {made.Reveal()}\n");

        Assert.Equal(made.PublicKeyHash, read.PublicKeyHash);
        Assert.Equal(Inviter, read.InviterKeyHash);
        Assert.Equal(78, made.Reveal().Length);
        using X509Certificate2 certificate = read.CreateCertificate(Time);
        Assert.Equal(made.PublicKeyHash, NodeCertificates.KeyHash(certificate));
        Assert.True(certificate.HasPrivateKey);
    }

    [Fact]
    public void Create_Twice_DifferentKeys() =>
        Assert.NotEqual(InviteToken.Create(Inviter).PublicKeyHash, InviteToken.Create(Inviter).PublicKeyHash);

    [Fact]
    public void Parse_AnyCharacterAltered_Refused()
    {
        string token = InviteToken.Create(Inviter).Reveal();
        for (int i = 0; i < token.Length; i++)
        {
            char other = token[i] == 'A' ? 'B' : 'A';
            string altered = $"{token[..i]}{other}{token[(i + 1)..]}";
            Assert.Throws<EnrolmentException>(() => InviteToken.Parse(altered));
        }
    }

    [Fact]
    public void Parse_CutOrLengthened_Refused()
    {
        string token = InviteToken.Create(Inviter).Reveal();
        for (int length = 0; length < token.Length; length++)
        {
            Assert.Throws<EnrolmentException>(() => InviteToken.Parse(token[..length]));
        }

        Assert.Throws<EnrolmentException>(() => InviteToken.Parse(token + "A"));
        Assert.Throws<EnrolmentException>(() => InviteToken.Parse(token + "AAAA"));
        Assert.Throws<EnrolmentException>(() => InviteToken.Parse(token.Insert(20, " ")));
    }

    [Fact]
    public void ToString_NeverShowsTheSecret() =>
        Assert.DoesNotContain(InviteToken.Prefix, InviteToken.Create(Inviter).ToString(), StringComparison.Ordinal);
}
