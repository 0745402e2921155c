using Umbra.Core.Input;
using Umbra.Sessions.Sources.Pattern;

namespace Umbra.Sessions.Tests.Pattern;

public sealed class PatternInputTests
{
    [Fact]
    public void With_Keys_TypeEraseAndReturn()
    {
        PatternInput input = Type(PatternInput.None, 'a', 'b', 0xE9, 0x010020AC, 0xFF08, 0xFFE1, 0xFF0D, 'z');

        Assert.Equal("z", input.Text);
        Assert.Equal(1, input.Returns);
        Assert.Equal("abé", Type(PatternInput.None, 'a', 'b', 0xE9, 0x010020AC, 0xFF08).Text);
    }

    [Fact]
    public void With_WhatShowsNothing_IsTheSameValue()
    {
        PatternInput input = Type(PatternInput.None, 'a').With(new PointerInput(3, 4, 1));

        Assert.Same(input, input.With(new KeyInput('b', 0, false)));
        Assert.Same(input, input.With(new KeyInput(0xFFE1, 0, true)));
        Assert.Same(input, input.With(new PointerInput(3, 4, 1)));
    }

    [Fact]
    public void With_Buttons_ClickOncePerPress()
    {
        PatternInput input = PatternInput.None
            .With(new PointerInput(1, 1, 1)).With(new PointerInput(2, 2, 1))
            .With(new PointerInput(3, 3, 5)).With(new PointerInput(3, 3, 0));

        Assert.Equal([new PointerInput(1, 1, 1), new PointerInput(3, 3, 4)], input.Clicks);
        Assert.Equal(new PointerInput(3, 3, 0), input.Pointer);
    }

    [Fact]
    public void With_MuchInput_StaysSmall()
    {
        PatternInput input = PatternInput.None;
        for (int i = 0; i < 1000; i++)
        {
            input = Type(input, 'x').With(new PointerInput(i, i, 1)).With(new PointerInput(i, i, 0));
        }

        Assert.Equal(PatternInput.MaxText, input.Text.Length);
        Assert.Equal(PatternInput.MaxClicks, input.Clicks.Count);
        Assert.Equal(999, input.Clicks[^1].X);
    }

    private static PatternInput Type(PatternInput input, params uint[] keysyms) =>
        keysyms.Aggregate(input, (typed, keysym) => typed.With(new KeyInput(keysym, 0, true)).With(new KeyInput(keysym, 0, false)));
}
