using Smile.OpenWire.Wire;

namespace Smile.OpenWire.Tests.Wire;

public sealed class ModifiedUtf8Tests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("SmileOrder", "536D696C654F72646572")]
    [InlineData("\0", "C080")]
    [InlineData("é", "C3A9")]
    [InlineData("€", "E282AC")]
    [InlineData("😀", "EDA0BDEDB880")]
    public void A_string_is_written_as_Java_writes_it(string text, string expected)
    {
        var bytes = new byte[ModifiedUtf8.CountBytes(text)];
        ModifiedUtf8.Write(text, bytes);

        Assert.Equal(expected, Convert.ToHexString(bytes));
        Assert.Equal(text, ModifiedUtf8.Read(bytes));
    }

    [Theory]
    [InlineData("80")]
    [InlineData("C3")]
    [InlineData("C341")]
    [InlineData("E282")]
    [InlineData("F09F98")]
    [InlineData("F09F9841")]
    [InlineData("F8808080")]
    [InlineData("FF")]
    public void What_is_not_modified_UTF8_is_refused(string bytes) =>
        Assert.Throws<WireException>(() => ModifiedUtf8.Read(Convert.FromHexString(bytes)));

    /// <summary>K6: a STOMP client's text comes as it sent it.</summary>
    [Fact]
    public void Standard_UTF8_is_read_too() => Assert.Equal("a😀b", ModifiedUtf8.Read("a😀b"u8));

    [Fact]
    public void Any_text_comes_back_as_it_was()
    {
        var random = new Random(1);
        for (var round = 0; round < 1000; round++)
        {
            var text = new string([
                .. Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(random.Next(2) == 0 ? 0x80 : 0x10000)),
            ]);
            var bytes = new byte[ModifiedUtf8.CountBytes(text)];
            ModifiedUtf8.Write(text, bytes);
            Assert.Equal(text, ModifiedUtf8.Read(bytes));
        }
    }
}
