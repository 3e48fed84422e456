using Smile.OpenWire.Wire;

namespace Smile.OpenWire.Tests.Wire;

public sealed class PropertyMapTests
{
    [Theory]
    [InlineData("x", "09000178")]
    [InlineData(17, "0500000011")]
    [InlineData(17L, "060000000000000011")]
    [InlineData(true, "0101")]
    [InlineData(1.5, "073FF8000000000000")]
    [InlineData(2.5f, "0840200000")]
    [InlineData((short)3, "040003")]
    public void A_value_keeps_its_type(object value, string expected)
    {
        var bytes = Write(new Dictionary<string, object> { ["p"] = value });

        Assert.Equal("00000001" + "000170" + expected, Convert.ToHexString(bytes));
        Assert.Equal(value, PropertyMap.Read(bytes)["p"]);
    }

    [Theory]
    [InlineData(8191, PrimitiveType.String)]
    [InlineData(8192, PrimitiveType.BigString)]
    [InlineData(100_000, PrimitiveType.BigString)]
    public void A_long_string_takes_the_long_form(int length, object expected)
    {
        var text = new string('€', length);
        var bytes = Write(new Dictionary<string, object> { ["p"] = text });

        Assert.Equal((PrimitiveType)expected, (PrimitiveType)bytes[7]);
        Assert.Equal(text, PropertyMap.Read(bytes)["p"]);
    }

    [Fact]
    public void A_value_of_another_type_is_refused_by_name()
    {
        var exception = Assert.Throws<ArgumentException>(() => Write(new Dictionary<string, object> { ["amount"] = 1.5m }));

        Assert.Contains("'amount'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Decimal", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7FFFFFFF")] // Two thousand million entries in no bytes.
    [InlineData("00001001000000")] // More entries than allowed.
    [InlineData("000000010001700F")] // Unknown type.
    [InlineData("00000001000170097FFF")] // A string longer than the map.
    [InlineData("000000010001700D7FFFFFFF")]
    [InlineData("000000010001700D80000000")]
    [InlineData("000000010001700A7FFFFFFF")]
    [InlineData("000000010001700C7FFFFFFF")]
    [InlineData("00000001000170")]
    public void A_damaged_map_is_refused(string bytes) =>
        Assert.Throws<WireException>(() => PropertyMap.Read(Convert.FromHexString(bytes)));

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var nested = string.Concat(Enumerable.Repeat("0C00000001", 5000));

        Assert.Throws<WireException>(() => PropertyMap.Read(Convert.FromHexString("00000001000170" + nested + "00")));
    }

    [Fact]
    public void A_map_that_is_null_is_empty() => Assert.Empty(PropertyMap.Read(Convert.FromHexString("FFFFFFFF")));

    [Fact]
    public void Too_many_properties_are_refused() =>
        Assert.Throws<ArgumentException>(() =>
            Write(Enumerable.Range(0, PropertyMap.MaxEntries + 1).ToDictionary(index => "p" + index, index => (object)index))
        );

    private static byte[] Write(Dictionary<string, object> properties)
    {
        var buffer = new FrameBuffer();
        PropertyMap.Write(buffer, properties);
        return buffer.Written.ToArray();
    }
}
