using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Events;
using Serilog.Parsing;
using Smile.Cli;
using Smile.Hosting;
using Smile.Hosting.Stages;
using Smile.Server.Observability;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Security;

/// <summary>What fails outside of a call is answered, and what callers write stays on its line.</summary>
[Collection(ServerTests.Name)]
public sealed class FailsafeTests(ServerFixture server)
{
    private const string Echo =
        "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body><echo xmlns=\"http://ws.inomial.com/smile.2\"/></Body>"
        + "</Envelope>";

    /// <summary>K8, R8: no database, no catalogue, no schema.</summary>
    [Theory]
    [InlineData("no database")]
    [InlineData("no catalogue")]
    [InlineData("no schema")]
    public async Task A_failure_while_the_caller_is_looked_up_is_a_fault_with_a_reference(string what)
    {
        var settings = new ServerSettings { CreditControlHour = null };
        settings.PasswordKeys[1] = Convert.ToBase64String(new byte[32]);
        var database =
            what == "no schema"
                ? server.Settings.Stages["live"].Database.Replace("Database=live", "Database=postgres", StringComparison.Ordinal)
                : $"Host=127.0.0.1;Port={LoopbackPort.Free()};Username=x;Database=x;Timeout=2";
        settings.Stages["live"] = new StageSettings { Database = database };
        var builder = SmileHost.CreateBuilder([]);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = SmileHost.Build(builder, settings);
        if (what != "no catalogue")
        {
            app.Services.GetRequiredService<StageRegistry>().Default.Catalogue = server.Stage.Catalogue;
        }

        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("joe:password"u8));
        using var response = await http.PostAsync("/smile/ws/v2/order", new StringContent(Echo, Encoding.UTF8, "text/xml"));
        await AssertReferenceAsync(response, "text/xml", "<faultcode>S:Server</faultcode>");
        using var soap12 = await http.PostAsync(
            "/smile/ws/v2/order",
            new StringContent(
                Echo.Replace(
                    "http://schemas.xmlsoap.org/soap/envelope/",
                    "http://www.w3.org/2003/05/soap-envelope",
                    StringComparison.Ordinal
                ),
                Encoding.UTF8,
                "application/soap+xml"
            )
        );
        await AssertReferenceAsync(soap12, "application/soap+xml", "Receiver");
    }

    /// <summary>R8: a password whose key this server lacks.</summary>
    [Fact]
    public async Task A_key_that_is_gone_is_a_fault_with_a_reference()
    {
        var customer = await Orders.PortalCustomerAsync(server);
        var name = server.Unique("keyless");
        using var caller = await server.AddUserAsync(new ApiUser(name, "some-password", customer.Usn, false, false, false, []));
        await server.ExecuteAsync(
            "UPDATE subscription SET password = '\\x00000063'::bytea || substr(password, 5) WHERE username = $1",
            name
        );
        using var response = await caller.OpenAsync("order", "echo", P("value", "x"));
        await AssertReferenceAsync(response, "text/xml", "<faultcode>S:Server</faultcode>");
    }

    /// <summary>S7: a line of the log is one line, whatever stands in it.</summary>
    [Fact]
    public void Nobody_writes_lines_of_his_own_into_the_log()
    {
        var forged = "/live\n2026-01-01T00:00:00.000Z ERR FORGED\r\u001b[2J\u2028";
        var template = new MessageTemplateParser().Parse("Answered {Path}");
        var entry = new LogEvent(
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            LogEventLevel.Warning,
            new InvalidOperationException(forged),
            template,
            [new LogEventProperty("Path", new ScalarValue(forged)), new LogEventProperty("SourceContext", new ScalarValue("Smile.Test"))]
        );
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        new LogLines().Format(entry, text);
        var lines = text.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            "2026-01-02T03:04:05.000Z WRN Smile.Test Answered \"/live\\u000a2026-01-01T00:00:00.000Z ERR FORGED\\u000d\\u001b[2J\\u2028\"",
            lines[0]
        );
        Assert.All(lines.Skip(1), line => Assert.StartsWith("    ", line, StringComparison.Ordinal));
        Assert.DoesNotContain(text.ToString(), character => char.IsControl(character) && character is not ('\r' or '\n'));
    }

    /// <summary>S7, S11: nor into a fault; and a card number in the wrong place does not come back.</summary>
    [Fact]
    public async Task What_a_refusal_repeats_is_on_one_line_and_without_card_numbers()
    {
        foreach (
            var (operation, name, value) in new[]
            {
                ("get", "usn", "1\r\n2026 ERR FORGED"),
                ("get", "usn", "4111 1111 1111 1111"),
                ("echo", "valve", "x"),
                ("echo4111111111111111", "value", "x"),
            }
        )
        {
            var fault = await server.Administrator.RefusedAsync("account", operation, P(name, value));
            Assert.DoesNotContain(fault.Message, char.IsControl);
            Assert.DoesNotContain("4111", fault.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>S11: a page of another site can send a form, and cannot say what it is.</summary>
    [Fact]
    public async Task A_body_of_no_type_is_not_read()
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/smile/ws/v2/order")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Echo)),
        };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("administrator:fixture-password-1"u8));
        using var response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    private static async Task AssertReferenceAsync(HttpResponseMessage response, string type, string code)
    {
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        var reference = Assert.Single(response.Headers.GetValues("X-Correlation-Id"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.Contains(code, text, StringComparison.Ordinal);
        Assert.Contains($"Quote reference {reference} when you report this.", text, StringComparison.Ordinal);
    }
}
