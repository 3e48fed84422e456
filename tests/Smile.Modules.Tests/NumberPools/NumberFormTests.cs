using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.NumberPools;

namespace Smile.Modules.Tests.NumberPools;

/// <summary>Numbers as texts and as positions.</summary>
public sealed class NumberFormTests
{
    private static readonly NumberPool Telephone = new(Guid.Empty, "Telephone", NumberPoolKind.Number, 30, 0) { Digits = 10 };
    private static readonly NumberPool Plain = new(Guid.Empty, "Plain", NumberPoolKind.Number, 30, 0);
    private static readonly NumberPool V4 = new(Guid.Empty, "V4", NumberPoolKind.IPv4, 30, 0);
    private static readonly NumberPool V6 = new(Guid.Empty, "V6", NumberPoolKind.IPv6, 30, 0);

    private static readonly NumberPool Code = new(Guid.Empty, "Code", NumberPoolKind.Text, 30, 0)
    {
        Prefix = "EX-",
        Digits = 4,
        Suffix = "-MEL",
    };

    public static TheoryData<string, string, string> Good =>
        new()
        {
            { "Telephone", "0399970000", "399970000" },
            { "Telephone", "0000000000", "0" },
            { "Telephone", "9999999999", "9999999999" },
            { "Plain", "0", "0" },
            { "Plain", "10000100", "10000100" },
            { "Plain", new string('9', 38), new string('9', 38) },
            { "Code", "EX-0042-MEL", "42" },
            { "V4", "0.0.0.0", "0" },
            { "V4", "203.132.4.255", "3414426879" },
            { "V4", "255.255.255.255", "4294967295" },
            { "V6", "::", "0" },
            { "V6", "2001:db8::1", "42540766411282592856903984951653826561" },
            { "V6", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "340282366920938463463374607431768211455" },
        };

    [Theory]
    [MemberData(nameof(Good))]
    public void A_number_has_a_position_and_comes_back_as_it_was(string pool, string text, string position)
    {
        var form = NumberForm.Of(Pool(pool));
        Assert.Equal(BigInteger.Parse(position, CultureInfo.InvariantCulture), form.Parse("start", text));
        Assert.Equal(text, form.Format(form.Parse("start", text)));
    }

    [Theory]
    [InlineData("Telephone", "")]
    [InlineData("Telephone", "399970000")]
    [InlineData("Telephone", "03999700001")]
    [InlineData("Telephone", "03 9997000")]
    [InlineData("Telephone", "+399970000")]
    [InlineData("Telephone", "-399970000")]
    [InlineData("Telephone", "٠٣٩٩٩٧٠٠٠٠")]
    [InlineData("Plain", "007")]
    [InlineData("Plain", "1e3")]
    [InlineData("Plain", "999999999999999999999999999999999999999")]
    [InlineData("Code", "EX-42-MEL")]
    [InlineData("Code", "ex-0042-MEL")]
    [InlineData("Code", "EX--MEL")]
    [InlineData("Code", "EX-MEL")]
    [InlineData("V4", "1.2.3")]
    [InlineData("V4", "1.2.3.256")]
    [InlineData("V4", "1.2.3.04")]
    [InlineData("V4", "0x7f.0.0.1")]
    [InlineData("V4", "::1")]
    [InlineData("V4", "2130706433")]
    [InlineData("V6", "1.2.3.4")]
    [InlineData("V6", "fe80::1%eth0")]
    [InlineData("V6", "[::1]")]
    [InlineData("V6", "2001:db8::/32")]
    [InlineData("V6", "2001:db8")]
    public void What_is_no_number_of_the_pool_is_refused_by_the_name_of_its_field(string pool, string text)
    {
        var refusal = Assert.Throws<SmileException>(() => NumberForm.Of(Pool(pool)).Parse("SearchRangeStart", text));
        Assert.Equal(Fault.InvalidRequestException, refusal.Fault);
        Assert.StartsWith($"InvalidRequestException [SearchRangeStart={text}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_begins_before_it_ends()
    {
        var form = NumberForm.Of(Telephone);
        Assert.Equal(1, form.ParseRange("start", "0399970000", "end", "0399970000").Count);
        var refusal = Assert.Throws<SmileException>(() => form.ParseRange("start", "0399970001", "end", "0399970000"));
        Assert.Contains("[end=0399970000]", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void There_is_no_number_beyond_the_last()
    {
        foreach (var pool in new[] { Telephone, Plain, V4, V6, Code })
        {
            var form = NumberForm.Of(pool);
            Assert.Equal(form.Last, form.Parse("start", form.Format(form.Last)));
            Assert.Throws<ArgumentOutOfRangeException>(() => form.Format(form.Last + 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => form.Format(-1));
        }
    }

    [Fact]
    public void Every_position_has_one_text_and_keeps_its_order() =>
        Prop.ForAll(
                Arb.From(
                    from bytes in Gen.ArrayOf(Gen.Choose(0, 255), 16)
                    from pool in Gen.Elements("Telephone", "V4", "V6", "Code")
                    select (bytes, pool)
                ),
                pair =>
                {
                    var form = NumberForm.Of(Pool(pair.pool));
                    var position = new BigInteger([.. pair.bytes.Select(value => (byte)value)], isUnsigned: true) % (form.Last + 1);
                    return form.Parse("start", form.Format(position)) == position;
                }
            )
            .Check(Config.QuickThrowOnFailure);

    private static NumberPool Pool(string name) => new[] { Telephone, Plain, V4, V6, Code }.Single(pool => pool.Name == name);
}
