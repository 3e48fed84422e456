using Microsoft.Extensions.Configuration;
using Smile.Hosting;

namespace Smile.Server.Tests.Commands;

public sealed class SettingsTests
{
    private const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Fact]
    public void Good_settings_are_taken()
    {
        var settings = Read(
            ("Stages:live:Database", "Host=localhost;Database=smile"),
            ("PasswordKeys:1", Key),
            ("Stages:live:Broker", "tcp://a:61616,ssl://b:61617")
        );
        Assert.Equal("Host=localhost;Database=smile", settings.Stages["live"].Database);
    }

    [Theory]
    [InlineData("Smile:Stages is empty", "PasswordKeys:1", Key)]
    [InlineData("Database is empty", "Stages:live:Broker", "tcp://a:1")]
    [InlineData("not a PostgreSQL connection string", "Stages:live:Database", "nonsense")]
    [InlineData("DefaultStage is 'live'", "Stages:test:Database", "Host=a;Database=b")]
    [InlineData("No password key", "Stages:live:Database", "Host=a;Database=b")]
    [InlineData("There is no key file /nowhere/keys", "PasswordKeyFile", "/nowhere/keys")]
    [InlineData("tcp://host:61616", "Stages:live:Broker", "http://a")]
    [InlineData("Smtp:From", "Smtp:Host", "localhost")]
    [InlineData("Timeout must be", "Stages:live:Stripe:Timeout", "00:00:00")]
    [InlineData("a file that is not there", "Stages:live:Stripe:CertificateAuthority", "/nowhere/ca.pem")]
    public void What_is_wrong_is_said_with_what_would_be_right(string expected, string key, string value)
    {
        Assert.Contains(expected, Assert.Throws<SettingsException>(() => Read((key, value))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var message = Assert.Throws<SettingsException>(() => Read(("Stages:live:Database", ""), ("Smtp:Host", "localhost"))).Message;
        Assert.Equal(3, message.Split(Environment.NewLine).Length);
    }

    /// <summary>R14: names that nothing reads, and values of another kind, all at once and without what they hold.</summary>
    [Fact]
    public void Unknown_names_and_wrong_values_are_all_named_with_what_was_meant()
    {
        var message = Assert
            .Throws<SettingsException>(() =>
                Read(
                    ("Stages:live:Databse", "Host=a;Database=b;Password=secret-1"),
                    ("Stages:live:Dispach", "false"),
                    ("Stages:live:AllowSandbox", "secret-2"),
                    ("BillingHour", "noon"),
                    ("AnswerTimeout", "soon"),
                    ("BillingApproval", "Maybe"),
                    ("PasswordKeys:one", Key),
                    ("Nonsense", "x")
                )
            )
            .Message;
        Assert.Equal(
            [
                "Smile:AnswerTimeout must be a time such as 00:00:30.",
                "Smile:BillingApproval must be one of Automatic, Manual.",
                "Smile:BillingHour must be a whole number.",
                "Smile:PasswordKeys:one must be a whole number.",
                "Smile:Stages:live:AllowSandbox must be true or false.",
                "There is no setting Smile:Nonsense.",
                "There is no setting Smile:Stages:live:Databse. Is Database meant?",
                "There is no setting Smile:Stages:live:Dispach. Is Dispatch meant?",
            ],
            message
                .Split(Environment.NewLine)
                .Select(line => line.StartsWith("There is no setting Smile:Nonsense.", StringComparison.Ordinal) ? line[..35] : line)
                .Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
        Assert.Contains(
            "no setting Smile:LogLevl. Is LogLevel meant?",
            Assert.Throws<SettingsException>(() => Read(("LogLevl", "Error"))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "There is no key of that number",
            Assert.Throws<SettingsException>(() => Read(("PasswordKeys:1", Key), ("PasswordKeyInUse", "2"))).Message,
            StringComparison.OrdinalIgnoreCase
        );
        Assert.Contains(
            "Password key 1 is not 32 bytes",
            Assert.Throws<SettingsException>(() => Read(("PasswordKeys:1", "short"))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_payment_gateway_is_reached_over_https_alone()
    {
        var message = Assert
            .Throws<SettingsException>(() =>
                Read(
                    ("Stages:live:Database", "Host=a;Database=b"),
                    ("PasswordKeys:1", Key),
                    ("Stages:live:Stripe:SecretKey", "sk_secret"),
                    ("Stages:live:Stripe:Address", "http://api.example.com")
                )
            )
            .Message;
        Assert.Contains("https", message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk_secret", message, StringComparison.Ordinal);
    }

    /// <summary>S3: who reads the mail of a link may use it, so nobody else may on its way.</summary>
    [Theory]
    [InlineData("nothing says where customers reach the server", null, null)]
    [InlineData("nothing says where customers reach the server", "", "")]
    [InlineData("Smile:PublicAddress cannot begin links", null, "http://smile.example.com")]
    [InlineData("LinkAddress cannot begin links", "http://my.example.com", "https://smile.example.com")]
    [InlineData("LinkAddress cannot begin links", "my.example.com", null)]
    [InlineData("LinkAddress cannot begin links", "https://my.example.com/?a=b", null)]
    [InlineData("LinkAddress cannot begin links", "https://my.example.com/#a", null)]
    [InlineData("LinkAddress cannot begin links", "https://me:secret@my.example.com", null)]
    [InlineData("LinkAddress cannot begin links", "ftp://my.example.com", null)]
    [InlineData(null, "https://my.example.com/smile", "http://10.0.0.1")]
    [InlineData(null, null, "https://smile.example.com")]
    [InlineData(null, "http://localhost:8080", null)]
    public void Links_to_new_passwords_need_an_address_that_is_safe(string? expected, string? link, string? shared)
    {
        (string, string)[] good =
        [
            ("Stages:live:Database", "Host=a;Database=b"),
            ("PasswordKeys:1", Key),
            ("ForgottenPasswords:Mail", "Link"),
        ];
        (string, string)[] settings = [.. good, ("ForgottenPasswords:LinkAddress", link!), ("PublicAddress", shared!)];
        if (expected is null)
        {
            Assert.Equal(link ?? shared, Read(settings).PasswordLinkAddress);
        }
        else
        {
            var message = Assert.Throws<SettingsException>(() => Read(settings)).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(null, "Tls", "StartTls", "Port", "143")]
    [InlineData(null, "Tls", "None", "Host", "127.0.0.1")]
    [InlineData(null, "Tls", "None", "Host", "localhost")]
    [InlineData(null, "Tls", "None", "AllowPlaintext", "true")]
    [InlineData(null, "Host", "", "Password", "", "Address", "")]
    [InlineData(null, "RequireAuthentication", "true", "AuthenticationServer", "mx.example.com")]
    [InlineData("Smile:Stages:live:TicketMail:Tls is None", "Tls", "None")]
    [InlineData("Smile:Stages:live:TicketMail:Tls must be one of OnConnect, StartTls, None", "Tls", "Never")]
    [InlineData("Smile:Stages:live:TicketMail:Port is 70000", "Port", "70000")]
    [InlineData("Smile:Stages:live:TicketMail:User is empty", "User", "")]
    [InlineData("Smile:Stages:live:TicketMail:Password is empty", "Password", "")]
    [InlineData("Smile:Stages:live:TicketMail:CertificateAuthority names a file", "CertificateAuthority", "/nowhere/ca.pem")]
    [InlineData("DoneFolder and RefusedFolder must name three folders", "DoneFolder", "inbox")]
    [InlineData("DoneFolder and RefusedFolder must name three folders", "RefusedFolder", " ")]
    [InlineData("Smile:Stages:live:TicketMail:Interval must be", "Interval", "00:00:00.5")]
    [InlineData("Smile:Stages:live:TicketMail:Address is no email address", "Address", "support")]
    [InlineData("Smile:Stages:live:TicketMail:Address is no email address", "Address", "")]
    [InlineData("Smile:Stages:live:TicketMail:MaxMailBytes is 100", "MaxMailBytes", "100")]
    [InlineData("Smile:Stages:live:TicketMail:MaxMailsPerHour is 0", "MaxMailsPerHour", "0")]
    [InlineData("Smile:Stages:live:TicketMail:AuthenticationServer is empty", "RequireAuthentication", "true")]
    [InlineData("There is no setting Smile:Stages:live:TicketMail:Foldr. Is Folder meant?", "Foldr", "INBOX")]
    [InlineData("have the same TicketMail folder: live, test", "SameAs", "test")]
    public void A_mailbox_of_tickets_is_checked(string? expected, params string[] changes)
    {
        var mailbox = new Dictionary<string, string>
        {
            ["Host"] = "imap.example.com",
            ["User"] = "desk",
            ["Password"] = "secret-1",
            ["Address"] = "support@desk.example.com",
        };
        foreach (var change in changes.Chunk(2))
        {
            mailbox[change[0]] = change[1];
        }

        var other = mailbox.Remove("SameAs");
        (string, string)[] settings =
        [
            ("Stages:live:Database", "Host=a;Database=b"),
            ("Stages:test:Database", "Host=a;Database=c"),
            ("PasswordKeys:1", Key),
            .. mailbox.Select(pair => ($"Stages:live:TicketMail:{pair.Key}", pair.Value)),
            .. other ? mailbox.Select(pair => ($"Stages:test:TicketMail:{pair.Key}", pair.Value)) : [],
        ];
        if (expected is null)
        {
            Assert.Equal(mailbox["Host"], Read(settings).Stages["live"].TicketMail.Host);
        }
        else
        {
            var message = Assert.Throws<SettingsException>(() => Read(settings)).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret-1", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Passwords_are_mailed_as_the_guide_says_unless_links_are_asked_for()
    {
        var settings = Read(("Stages:live:Database", "Host=a;Database=b"), ("PasswordKeys:1", Key));
        Assert.Equal(ForgottenPasswordMail.Password, settings.ForgottenPasswords.Mail);
        var wrong = Assert.Throws<SettingsException>(() => Read(("ForgottenPasswords:Mail", "Token"))).Message;
        Assert.Equal("Smile:ForgottenPasswords:Mail must be one of Password, Link.", wrong.Split(Environment.NewLine)[0]);
    }

    private static ServerSettings Read(params (string Key, string Value)[] values) =>
        ServerSettings.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(values.Select(pair => new KeyValuePair<string, string?>("Smile:" + pair.Key, pair.Value)))
                .Build()
        );
}
