using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Umbra.Core.Rfb;

namespace Umbra.Core.Tests.Rfb;

[SuppressMessage("Security", "CA5351", Justification = "the platform's DES is the yardstick for ours, which RFB prescribes")]
[SuppressMessage("Security", "CA5358", Justification = "RFB prescribes ECB")]
public sealed class VncAuthTests
{
    [Fact]
    public void DesEncrypt_KnownVector() // FIPS 46-3 worked example
    {
        byte[] output = new byte[8];
        Des.Encrypt(Des.Schedule(Wire.Hex("133457799BBCDFF1")), Wire.Hex("0123456789ABCDEF"), output);

        Assert.Equal(Wire.Hex("85E813540F0AB405"), output);
    }

    [Fact]
    public void DesEncrypt_RandomKeys_EqualsThePlatform()
    {
        Random random = new(41);
        byte[] key = new byte[8];
        byte[] block = new byte[8];
        byte[] ours = new byte[8];
        using DES des = DES.Create();
        for (int i = 0; i < 500; i++)
        {
            random.NextBytes(key);
            random.NextBytes(block);
            des.Key = key;
            Des.Encrypt(Des.Schedule(key), block, ours);

            Assert.Equal(des.EncryptEcb(block, PaddingMode.None), ours);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("xxxxpppp")]
    public void Encrypt_PasswordThatMakesAWeakKey_Works(string password)
    {
        byte[] challenge = new byte[VncAuth.ChallengeSize];
        byte[] response = new byte[VncAuth.ChallengeSize];
        VncAuth.Challenge(challenge);
        VncAuth.Encrypt(challenge, System.Text.Encoding.ASCII.GetBytes(password), response);

        Assert.True(VncAuth.Verify(challenge, System.Text.Encoding.ASCII.GetBytes(password), response));
        Assert.False(VncAuth.Verify(challenge, "other"u8, response));
    }

    [Fact]
    public void Encrypt_KeyIsThePasswordWithBitsReversed()
    {
        byte[] challenge = Enumerable.Range(0, 16).Select(i => (byte)i).ToArray();
        byte[] response = new byte[16];
        VncAuth.Encrypt(challenge, "COW"u8, response);
        using DES des = DES.Create();
        des.Key = [0xC2, 0xF2, 0xEA, 0, 0, 0, 0, 0];

        Assert.Equal(des.EncryptEcb(challenge, PaddingMode.None), response);
    }

    [Fact]
    public void Verify_OnlyTheFirstEightBytesCount()
    {
        byte[] challenge = new byte[16];
        byte[] response = new byte[16];
        VncAuth.Encrypt(challenge, "12345678"u8, response);

        Assert.True(VncAuth.Verify(challenge, "123456789"u8, response));
        Assert.False(VncAuth.Verify(challenge, "1234567"u8, response));
        Assert.False(VncAuth.Verify(challenge, "12345678"u8, response.AsSpan(0, 15)));
    }
}
