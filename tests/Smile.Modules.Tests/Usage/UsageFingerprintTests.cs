using Smile.Catalogue;
using Smile.Usage;

namespace Smile.Modules.Tests.Usage;

/// <summary>What tells whether a record was taken before: it must not change, or files that come again would be charged again.</summary>
public sealed class UsageFingerprintTests
{
    private static readonly UsageEntry Call = new(
        "U1a",
        UsageIdentifierType.Usn,
        new DateTimeOffset(2026, 8, 2, 3, 4, 5, TimeSpan.Zero),
        CallType.Voice
    )
    {
        Called = "61290001111",
        Seconds = 60.50m,
        BytesSent = 12,
        Description = "a call",
    };

    /// <summary>SHA-256 of the parts with U+001F between them, reckoned elsewhere.</summary>
    [Fact]
    public void A_record_has_the_key_that_it_always_had()
    {
        const long content = -6613291032493847554;
        Assert.Equal(new UsageFingerprint(new Guid("21bc6a9d-27e5-8911-fb12-5453b05eb795"), content), UsageFingerprint.Of("smile", Call));
        Assert.Equal(
            new UsageFingerprint(new Guid("f88ddd8a-38ec-ad1c-3cdc-739b1fc39513"), content),
            UsageFingerprint.Of("smile", Call with { ExternalId = "id-1" })
        );
    }

    [Fact]
    public void Whatever_differs_is_other_content()
    {
        var known = UsageFingerprint.Of("smile", Call).Content;
        Assert.Equal(known, UsageFingerprint.Of("smile", Call with { Seconds = 60.5m }).Content);
        Assert.All(
            new[]
            {
                Call with
                {
                    Identifier = "U1b",
                },
                Call with
                {
                    IdentifierField = "imsi",
                },
                Call with
                {
                    Start = Call.Start.AddTicks(1),
                },
                Call with
                {
                    CallType = CallType.Data,
                },
                Call with
                {
                    Caller = "61290001112",
                },
                Call with
                {
                    Called = "",
                },
                Call with
                {
                    Role = UsageRole.Called,
                },
                Call with
                {
                    Seconds = 61m,
                },
                Call with
                {
                    BytesReceived = 12,
                    BytesSent = 0,
                },
                Call with
                {
                    Pages = 1,
                },
                Call with
                {
                    Events = 2,
                },
                Call with
                {
                    Session = "s",
                },
                Call with
                {
                    IsStartOfSession = false,
                },
                Call with
                {
                    WholesaleCharge = 0m,
                },
                Call with
                {
                    Description = null,
                },
            },
            other => Assert.NotEqual(known, UsageFingerprint.Of("smile", other).Content)
        );
    }

    /// <summary>Importers lock keys in this order, and the database compares bytes: in another they would wait for each other.</summary>
    [Fact]
    public void Keys_are_in_the_order_of_their_bytes()
    {
        var random = new Random(7);
        var keys = Enumerable
            .Range(0, 2_000)
            .Select(_ => new Guid([.. Enumerable.Range(0, 16).Select(_ => (byte)random.Next(256))]))
            .ToList();
        Assert.Equal(keys.OrderBy(key => Convert.ToHexString(key.ToByteArray(bigEndian: true)), StringComparer.Ordinal), keys.Order());
    }

    /// <summary>What an expression made of the line before is no answer for another one, nor is that it failed.</summary>
    [Fact]
    public void An_expression_is_worked_out_for_each_line()
    {
        var number = UsageExpression.Of("number([a]) + number([b])");
        Assert.Equal("3", number.TextOf(Columns("1", "2")));
        Assert.Equal("3", number.TextOf(Columns("1", "2")));
        Assert.Equal("4", number.TextOf(Columns("1", "3")));
        Assert.Throws<FormatException>(() => number.TextOf(Columns("x", "3")));
        Assert.Throws<FormatException>(() => number.TextOf(Columns("x", "3")));
        Assert.Equal("4", number.TextOf(Columns("1", "3")));
        Assert.Equal("5", UsageExpression.Of("'5'").TextOf(Columns("", "")));

        static Func<string, string> Columns(string a, string b) => name => name == "a" ? a : b;
    }
}
