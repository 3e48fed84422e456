namespace Smile.OpenWire.Tests;

public sealed class OpenWireOptionsTests
{
    [Fact]
    public void The_password_stays_out_of_the_text_form()
    {
        var options = new OpenWireOptions
        {
            Addresses = [new Uri("tcp://localhost:61616")],
            UserName = "smile",
            Password = "secret",
        };

        Assert.Contains("smile", options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:61616")]
    [InlineData("tcp:///")]
    [InlineData("stomp://localhost")]
    public void An_address_that_is_not_a_brokers_is_refused(string address) =>
        Assert.Throws<ArgumentException>(() => new OpenWireOptions { Addresses = [new Uri(address)] }.Validate());

    [Fact]
    public void No_address_is_refused() => Assert.Throws<ArgumentException>(() => new OpenWireOptions { Addresses = [] }.Validate());
}
