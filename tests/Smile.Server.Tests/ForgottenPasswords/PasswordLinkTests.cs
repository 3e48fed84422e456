using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Smile.Catalogue;
using Smile.Cli;
using Smile.Customers.Access;
using Smile.Hosting;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;
using static Smile.Server.Tests.ForgottenPasswords.PasswordLinkHelp;

namespace Smile.Server.Tests.ForgottenPasswords;

/// <summary>S3: a link that works once, instead of a password in a mail.</summary>
[Collection(ServerTests.Name)]
public sealed class PasswordLinkTests(ServerFixture server)
{
    [Fact]
    public async Task A_customer_chooses_a_new_password_by_the_mailed_link()
    {
        await using var help = await PasswordLinkHelp.StartAsync(server);
        var customer = await PortalCustomerAsync(server);
        var mail = await help.MailAsync(customer);
        Assert.Contains("To: joe@example.com", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Subject: Choose a new password", mail, StringComparison.Ordinal);
        var greeting = $"Dear Joe,\n\nYou asked for help with the password of your login {LoginOf(customer)}.";
        Assert.Contains(greeting, mail, StringComparison.Ordinal);
        Assert.Contains("for 60 minutes", mail, StringComparison.Ordinal);
        Assert.DoesNotContain("pa55-", mail, StringComparison.Ordinal);
        var link = await help.LinkAsync(customer);
        Assert.StartsWith(new Uri(server.Address, "/live/password/").ToString(), link.ToString(), StringComparison.Ordinal);

        // A scanner of mail follows the link, by HEAD and by GET, before the customer does.
        using var head = await help.Browser.SendAsync(new HttpRequestMessage(HttpMethod.Head, link));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(200, (await help.OpenAsync(link)).Status);
        var (status, page) = await help.OpenAsync(link);
        Assert.Equal(200, status);
        Assert.Contains($"Login: {LoginOf(customer)}", page, StringComparison.Ordinal);
        Assert.Contains("<form method=\"post\">", page, StringComparison.Ordinal);
        Assert.True(await help.MayEnterAsync(customer, OldPasswordOf(customer)));

        (status, page) = await help.ChooseAsync(link, "Grüner Igel & 7");
        Assert.Equal(200, status);
        Assert.Contains("Your password has been changed.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Igel", page, StringComparison.Ordinal);
        Assert.True(await help.MayEnterAsync(customer, "Grüner Igel &amp; 7"));
        Assert.False(await help.MayEnterAsync(customer, OldPasswordOf(customer)));
        Assert.Equal(customer.Subscriptions[0], await server.QueryAsync<string>(LastChange("changed_by"), customer.Subscriptions[0]));
        Assert.Equal("{\"password\": \"changed\"}", await server.QueryAsync<string>(LastChange("after::text"), customer.Subscriptions[0]));

        await AssertGoneAsync(help, link);
        Assert.Equal(404, (await help.ChooseAsync(link, "another-one")).Status);
        Assert.True(await help.MayEnterAsync(customer, "Grüner Igel &amp; 7"));
    }

    [Fact]
    public async Task A_link_works_for_an_hour()
    {
        await using var help = await PasswordLinkHelp.StartAsync(server);
        var customer = await PortalCustomerAsync(server);
        var link = await help.LinkAsync(customer);
        server.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await help.OpenAsync(link)).Status);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await AssertGoneAsync(help, link);
        Assert.Equal(404, (await help.ChooseAsync(link, "too-late-1")).Status);
        Assert.True(await help.MayEnterAsync(customer, OldPasswordOf(customer)));
    }

    /// <summary>Whatever has become of it, the answer is that of a link that there never was.</summary>
    [Theory]
    [InlineData("a newer link")]
    [InlineData("a new password")]
    [InlineData("a new password by an operator")]
    [InlineData("another address")]
    [InlineData("another address of the account")]
    [InlineData("access to the API")]
    [InlineData("closed")]
    [InlineData("no links any more")]
    public async Task A_link_is_withdrawn_by(string what)
    {
        await using var help = await PasswordLinkHelp.StartAsync(server);
        var customer = await PortalCustomerAsync(server);
        var link = await help.LinkAsync(customer);
        Assert.Equal(200, (await help.OpenAsync(link)).Status);
        var login = customer.Subscriptions[0];
        switch (what)
        {
            case "a newer link":
                Assert.Equal(200, (await help.OpenAsync(await help.LinkAsync(customer))).Status);
                break;
            case "a new password":
                var same = Password(OldPasswordOf(customer));
                await server.Administrator.CallAsync("subscription", "setClearPassword", P("usn", login), same);
                break;
            case "a new password by an operator":
                await AddUserAsync(customer, "operators-choice");
                await server.ExecuteAsync("DELETE FROM api_permission WHERE subscription_usn = $1", login);
                break;
            case "another address":
                await server.Administrator.CallAsync("subscription", "update", P("usn", login), Email("Subscription"));
                break;
            case "another address of the account":
                await server.Administrator.CallAsync("account", "update", P("usn", customer.Usn), Email("Account"));
                break;
            case "access to the API":
                await AddUserAsync(customer, password: null);
                break;
            case "closed":
                await server.Administrator.CallAsync("subscription", "cancel", P("usn", login), P("fromTimestamp", "2014-01-01T00:00:00Z"));
                break;
            default:
                server.Settings.ForgottenPasswords.Mail = ForgottenPasswordMail.Password;
                break;
        }

        await AssertGoneAsync(help, link);
        var before = await VersionAsync(customer);
        Assert.Equal(404, (await help.ChooseAsync(link, "thiefs-choice")).Status);
        Assert.Equal(before, await VersionAsync(customer));
    }

    /// <summary>The same password under a new key is no new one.</summary>
    [Fact]
    public async Task A_password_that_is_encrypted_anew_withdraws_nothing()
    {
        await using var help = await PasswordLinkHelp.StartAsync(server);
        var customer = await PortalCustomerAsync(server);
        var link = await help.LinkAsync(customer);
        var again = server.Services.GetRequiredService<IPasswordVault>().Encrypt(OldPasswordOf(customer));
        await server.ExecuteAsync("UPDATE subscription SET password = $2 WHERE usn = $1", customer.Subscriptions[0], again);
        Assert.Equal(200, (await help.ChooseAsync(link, "new-one-1")).Status);
    }

    [Fact]
    public async Task A_login_is_mailed_three_links_an_hour_and_one_that_was_not_mailed_does_not_count()
    {
        await using var help = await PasswordLinkHelp.StartAsync(server);
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        await help.LinkAsync(customer);
        var second = await help.LinkAsync(customer);
        help.Reach(isThere: false);
        for (var attempt = 0; attempt < 4; attempt++)
        {
            Assert.Contains("could not be sent", (await help.RefusedAsync(customer)).Message, StringComparison.Ordinal);
        }

        help.Reach(isThere: true);
        Assert.Equal(200, (await help.OpenAsync(second)).Status);
        var third = await help.LinkAsync(customer);
        var fault = await help.RefusedAsync(customer);
        Assert.Equal("CatException", fault.Element);
        Assert.Contains("several links within an hour", fault.Message, StringComparison.Ordinal);
        Assert.Equal(200, (await help.OpenAsync(third)).Status);
        await help.LinkAsync(other);
        server.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(200, (await help.OpenAsync(await help.LinkAsync(customer))).Status);
    }

    [Fact]
    public async Task A_bad_password_brings_the_form_again_with_the_reason_and_uses_nothing_up()
    {
        await using var help = await PasswordLinkHelp.StartAsync(server);
        var customer = await PortalCustomerAsync(server);
        var link = await help.LinkAsync(customer);
        const string different = "The two passwords are not the same.";
        const string rule = "A password has 6 to 200 characters, not only blanks, and no control characters.</p>\n<form";
        foreach (
            var (password, repeated, reason) in new[]
            {
                ("new-one-1", "new-one-2", different),
                ("new-one-1", "", different),
                ("", "", rule),
                ("short", "short", rule),
                (new string('x', 201), new string('x', 201), rule),
                ("line\nbreak", "line\nbreak", rule),
                ("bell\a-bell", "bell\a-bell", rule),
                ("        ", "        ", rule),
                ("\u00a0\u2003\u00a0\u2003\u00a0\u2003", "\u00a0\u2003\u00a0\u2003\u00a0\u2003", rule),
            }
        )
        {
            var (status, page) = await help.ChooseAsync(link, password, repeated);
            Assert.Equal(400, status);
            Assert.Contains(reason, page, StringComparison.Ordinal);
            Assert.DoesNotContain("new-one", page, StringComparison.Ordinal);
        }

        // What no browser sends: too much, another type, nothing, many fields.
        Assert.Equal(413, (await help.ChooseAsync(link, new string('x', 9_000))).Status);
        using var parts = new MultipartFormDataContent();
        parts.Add(new StringContent("new-one-1"), "password");
        parts.Add(new StringContent("new-one-1"), "repeated");
        Assert.Equal(415, (await help.SendAsync(link, parts)).Status);
        Assert.Equal(415, (await help.SendAsync(link, null)).Status);
        using var plain = new StringContent("password=new-one-1&repeated=new-one-1", Encoding.UTF8, "text/plain");
        Assert.Equal(415, (await help.SendAsync(link, plain)).Status);
        using var latin = new ByteArrayContent(Encoding.Latin1.GetBytes("password=passwörter&repeated=passwörter"));
        latin.Headers.ContentType = new("application/x-www-form-urlencoded");
        Assert.Equal(400, (await help.SendAsync(link, latin)).Status);
        using var many = new FormUrlEncodedContent(Enumerable.Range(0, 20).Select(n => KeyValuePair.Create($"f{n}", "")));
        Assert.Equal(400, (await help.SendAsync(link, many)).Status);
        Assert.True(await help.MayEnterAsync(customer, OldPasswordOf(customer)));
        Assert.Equal(200, (await help.ChooseAsync(link, new string('ü', 200))).Status);
        Assert.True(await help.MayEnterAsync(customer, new string('ü', 200)));
    }

    [Fact]
    public async Task Of_two_who_use_a_link_at_once_one_is_too_late()
    {
        await using var help = await PasswordLinkHelp.StartAsync(server);
        var customer = await PortalCustomerAsync(server);
        var link = await help.LinkAsync(customer);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => help.ChooseAsync(link, $"choice-{n}")));
        var winner = Assert.Single(Enumerable.Range(0, 6), n => answers[n].Status == 200);
        Assert.All(answers.Where((_, n) => n != winner), answer => Assert.Equal(404, answer.Status));
        Assert.True(await help.MayEnterAsync(customer, $"choice-{winner}"));
        Assert.Equal(1, await VersionAsync(customer));
    }

    [Fact]
    public async Task Pages_are_kept_nowhere_framed_by_nobody_and_run_nothing()
    {
        await using var help = await PasswordLinkHelp.StartAsync(server);
        var customer = await PortalCustomerAsync(server);
        var link = await help.LinkAsync(customer);
        using var form = await help.Browser.GetAsync(link);
        using var fields = new FormUrlEncodedContent([new("password", "new-one-1"), new("repeated", "new-one-1")]);
        using var done = await help.Browser.PostAsync(link, fields);
        using var gone = await help.Browser.GetAsync(link);
        using var refused = await help.Browser.PostAsync(link, null);
        foreach (var (answer, status) in new[] { (form, 200), (done, 200), (gone, 404), (refused, 415) })
        {
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
            Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
            Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
            Assert.Equal(["DENY"], answer.Headers.GetValues("X-Frame-Options"));
            Assert.Matches(
                "^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$",
                Assert.Single(answer.Headers.GetValues("Content-Security-Policy"))
            );
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }

        Assert.Equal("text/html; charset=utf-8", form.Content.Headers.ContentType!.ToString());
        var page = await form.Content.ReadAsStringAsync();
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=", page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, page.Split("type=\"password\"").Length - 1);
    }

    [Fact]
    public async Task A_username_is_text_whatever_stands_in_it()
    {
        await using var help = await PasswordLinkHelp.StartAsync(server);
        var customer = await PortalCustomerAsync(server);
        var link = await help.LinkAsync(customer);
        var username = $"\"><b onload='x'>{customer.Username}&amp;</b>{{0}}";
        var login = P("usn", customer.Subscriptions[0]);
        await server.Administrator.CallAsync("subscription", "changeUsername", login, P("username", username));
        var (status, page) = await help.OpenAsync(link);
        Assert.Equal(200, status);
        Assert.DoesNotContain("<b ", page, StringComparison.Ordinal);
        var escaped = $"&quot;&gt;&lt;b onload=&#x27;x&#x27;&gt;{customer.Username}&amp;amp;&lt;/b&gt;{{0}}";
        Assert.Contains($"value=\"{escaped}\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_and_page_are_in_the_customers_language()
    {
        await using var help = await PasswordLinkHelp.StartAsync(server);
        var customer = await PortalCustomerAsync(server);
        var catalogue = server.Stage.Catalogue;
        try
        {
            var companies = catalogue.Content.Companies.Select(company => company with { Language = "de" });
            server.Stage.Catalogue = new CatalogueSnapshot(catalogue.Version, catalogue.Content with { Companies = [.. companies] });
            Assert.Contains("Hier können Sie ein neues wählen:", await help.MailAsync(customer), StringComparison.Ordinal);
            var link = await help.LinkAsync(customer);
            var (_, page) = await help.OpenAsync(link);
            Assert.Contains("<html lang=\"de\">", page, StringComparison.Ordinal);
            Assert.Contains("<h1>Neues Passwort wählen</h1>", page, StringComparison.Ordinal);
            (_, page) = await help.ChooseAsync(link, "neues-1", "neues-2");
            Assert.Contains("Die beiden Passwörter sind nicht gleich.", page, StringComparison.Ordinal);
            Assert.Contains("Dieser Link gilt nicht", (await help.OpenAsync(Other(link))).Page, StringComparison.Ordinal);
        }
        finally
        {
            server.Stage.Catalogue = catalogue;
        }
    }

    /// <summary>Calls are answered on a quiet stage, and this is one of them.</summary>
    [Fact]
    public async Task A_quiet_stage_answers_as_it_answers_calls()
    {
        await using var help = await PasswordLinkHelp.StartAsync(server);
        var customer = await PortalCustomerAsync(server);
        server.Stage.Gate.Set(isOpen: false);
        try
        {
            Assert.Equal(200, (await help.ChooseAsync(await help.LinkAsync(customer), "new-one-1")).Status);
        }
        finally
        {
            server.Stage.Gate.Set(isOpen: true);
        }

        Assert.True(await help.MayEnterAsync(customer, "new-one-1"));
    }

    [Fact]
    public async Task Stages_and_methods_that_there_are_not_are_not_found()
    {
        await using var help = await PasswordLinkHelp.StartAsync(server);
        var link = await help.LinkAsync(await PortalCustomerAsync(server));
        Assert.Equal(404, (await help.OpenAsync(new Uri(link.ToString().Replace("/live/", "/nostage/", StringComparison.Ordinal)))).Status);
        using var put = await help.Browser.PutAsync(link, null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, put.StatusCode);
        foreach (var token in new[] { "x", "%2F..", new string('A', 43), new string('A', 4_000), "' OR 1=1" })
        {
            await AssertGoneAsync(help, new Uri(server.Address, "/live/password/" + token));
        }

        Assert.Equal(200, (await help.OpenAsync(link)).Status);
    }

    /// <summary>
    /// On a server that logs all it can, and on one that fails: neither logs, traces and metrics nor the database have it.
    /// </summary>
    [Fact]
    public async Task The_token_is_in_the_mail_alone()
    {
        await using var help = await PasswordLinkHelp.StartAsync(server);
        var customer = await PortalCustomerAsync(server);
        var link = await help.LinkAsync(customer);
        using var telemetry = new TelemetryRecorder();
        using var log = new StringWriter();
        var console = Console.Out;
        Console.SetOut(TextWriter.Synchronized(log));
        try
        {
            await UseAsync(help, server.Settings.Stages["live"].Database, link, 200);
            await UseAsync(help, $"Host=127.0.0.1;Port={LoopbackPort.Free()};Username=x;Database=x;Timeout=2", link, 500);
        }
        finally
        {
            Console.SetOut(console);
        }

        // The test's own browser says where it went, in this process.
        var lines = telemetry.Said.Split('\n').Where(line => !line.Contains("System.Net.Http", StringComparison.Ordinal));
        var said = string.Join('\n', lines) + log;
        Assert.True(telemetry.Count > 10, $"Only {telemetry.Count} measurements and spans were heard.");
        Assert.Contains("/live/password/-", said, StringComparison.Ordinal);
        var token = link.Segments[^1];
        var tables =
            await server.QueryAsync<string>("SELECT string_agg(password_link::text, ' ') FROM password_link")
            + await server.QueryAsync<string>(
                "SELECT string_agg(audit_change::text, ' ') FROM audit_change WHERE table_name IN ('password_link', 'subscription')"
            );
        Assert.Contains(customer.Subscriptions[0], tables, StringComparison.Ordinal);
        Assert.DoesNotContain(token, said + tables, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("token_hash", tables, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(Encoding.UTF8.GetBytes(token)), tables, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("new-one-1", said + tables, StringComparison.Ordinal);
        Assert.Contains("The page of a link to a new password on stage \"live\" failed", log.ToString(), StringComparison.Ordinal);
    }

    private async Task UseAsync(PasswordLinkHelp help, string database, Uri link, int expected)
    {
        var rarely = TimeSpan.FromHours(1);
        var settings = new ServerSettings
        {
            CreditControlHour = null,
            DueWorkInterval = rarely,
            DispatchInterval = rarely,

            // A collector that is away: what is written for it is made all the same.
            OtlpEndpoint = $"http://127.0.0.1:{LoopbackPort.Free()}",
        };
        settings.PasswordKeys[1] = server.Settings.PasswordKeys[1];
        settings.Stages["live"] = new StageSettings { Database = database };
        settings.ForgottenPasswords.Mail = ForgottenPasswordMail.Link;
        settings.ForgottenPasswords.LinkAddress = server.Address.ToString();
        var builder = SmileHost.CreateBuilder([]);
        builder.Configuration["Smile:LogLevel"] = "Verbose";
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = SmileHost.Build(builder, settings, server.Clock);
        app.Services.GetRequiredService<Smile.Hosting.Stages.StageRegistry>().Default.Catalogue = server.Stage.Catalogue;
        await app.StartAsync();
        var here = new Uri(new Uri(app.Urls.First()), link.AbsolutePath);
        using var put = await help.Browser.PutAsync(here, null);
        using var dot = await help.Browser.GetAsync(new Uri(here + "/."));
        using var further = await help.Browser.GetAsync(new Uri(here + "/x"));
        Assert.Equal(expected, (await help.OpenAsync(here)).Status);
        await help.ChooseAsync(here, "short");

        // A browser that sends credentials: they are looked up before the page is, which may fail by itself.
        using var known = new HttpRequestMessage(HttpMethod.Get, here);
        known.Headers.Authorization = new("Basic", Convert.ToBase64String("joe:password"u8));
        using var answer = await help.Browser.SendAsync(known);
        Assert.Equal(expected, (int)answer.StatusCode);
        var (status, page) = await help.ChooseAsync(here, "new-one-1");
        Assert.Equal(expected, status);
        Assert.Contains(status == 200 ? "has been changed" : "Please try again in a minute.", page, StringComparison.Ordinal);
        await app.StopAsync();
    }

    private static async Task AssertGoneAsync(PasswordLinkHelp help, Uri link)
    {
        var gone = await help.OpenAsync(link);
        Assert.Equal(404, gone.Status);
        Assert.Contains("This link does not work, or no longer.", gone.Page, StringComparison.Ordinal);
        Assert.Equal(await help.OpenAsync(Other(link)), gone);
        var refused = await help.ChooseAsync(link, "short", "other");
        Assert.Equal(gone, refused);
    }

    private Task<int> VersionAsync(OrderedAccount customer) =>
        server.QueryAsync<int>("SELECT password_version FROM subscription WHERE usn = $1", customer.Subscriptions[0]);

    private static string LastChange(string column) =>
        $"SELECT {column} FROM audit_change WHERE table_name = 'subscription' AND key = $1 ORDER BY id DESC LIMIT 1";

    /// <summary>A link that there never was.</summary>
    private static Uri Other(Uri link) => new(link, new string('x', 43));

    private async Task AddUserAsync(OrderedAccount customer, string? password) =>
        await UserCommand.AddAsync(
            server.Stage,
            server.Services.GetRequiredService<IPasswordVault>(),
            new ApiUser(LoginOf(customer), password, customer.Usn, AllAccounts: false, ViewPassword: false, AllPackages: false, []),
            CancellationToken.None
        );

    private static System.Xml.Linq.XElement Password(string password) =>
        Document($"<Credential><Type>password</Type><Parameters><Object>{Text("password", password)}</Object></Parameters></Credential>");

    private static System.Xml.Linq.XElement Email(string document) =>
        Document($"<{document}><Properties><Object>{Text("emailAddress", "evil@example.com")}</Object></Properties></{document}>");
}
