using System.Net.Http.Headers;
using System.Text;
using Npgsql;
using Smile.Conformance.Running;
using Smile.Testing;

namespace Smile.Conformance.Chaos;

/// <summary>A server that dies after the bank has charged and before it could write that down.</summary>
public sealed class PaymentCrashTests
{
    /// <summary>Asks the sandbox to charge and then to stop the server dead.</summary>
    private const string CrashingCard = "4000000000090086";

    [Fact]
    public async Task What_the_bank_charged_before_the_crash_is_on_the_ledger_after_it_once()
    {
        var databases = await PreparedDatabases.All.AcquireAsync();
        try
        {
            var connectionString = await databases.CopyAsync();
            var settings = PreparedDatabases.Settings(connectionString);
            settings["Smile__Stages__live__AllowSandbox"] = "true";
            settings["Smile__Stages__live__SandboxMayCrash"] = "true";
            await using var server = await SmileProcess.StartNewAsync(settings);
            await using var database = NpgsqlDataSource.Create(connectionString);
            var usn = (string)(await QueryAsync(database, "SELECT usn FROM account LIMIT 1"))!;
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => PayAsync(server, usn));
            Assert.Equal("Waiting", await QueryAsync(database, "SELECT status FROM payment"));
            Assert.Equal(0m, await QueryAsync(database, "SELECT balance FROM account WHERE usn = (SELECT account_usn FROM payment)"));
            Assert.Equal(2.00m, await QueryAsync(database, "SELECT sum(amount) FROM sandbox.charge"));
            await server.KillAsync();
            await server.StartAsync();

            // Nobody waits here for the date at which the gateway is asked.
            await QueryAsync(database, "UPDATE due_work SET due = now() WHERE kind = 'InquirePayment' AND done IS NULL");
            await Until.TrueAsync(
                "the payment is accepted",
                async () => await QueryAsync(database, "SELECT status FROM payment") is "Accepted"
            );
            Assert.Equal(2.00m, await QueryAsync(database, "SELECT sum(amount) FROM sandbox.charge"));
            Assert.Equal(-0.90m, await QueryAsync(database, "SELECT balance FROM account WHERE usn = (SELECT account_usn FROM payment)"));
            Assert.Equal(
                1L,
                await QueryAsync(
                    database,
                    "SELECT count(*) FROM financial_transaction WHERE type = 'Receipt' AND number = (SELECT number FROM payment)"
                )
            );
        }
        finally
        {
            await PreparedDatabases.All.ReleaseAsync();
        }
    }

    private static async Task<object?> QueryAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static async Task PayAsync(SmileProcess server, string usn)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{PreparedDatabases.UserName}:{PreparedDatabases.Password}"))
        );
        var envelope = $"""
            <Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>
            <w:processPayment xmlns:w="http://ws.inomial.com/smile.2" xmlns=""><usn>{usn}</usn>
            <PaymentRequest xmlns="http://xml.inomial.com/smile/2.xsd"><PaymentDetails><PaymentType>visa</PaymentType>
            <AccountName>Joe</AccountName><AccountNumber>{CrashingCard}</AccountNumber><ExpiryDate>2099-12</ExpiryDate>
            <CVV>123</CVV><PaymentAmount>2.00</PaymentAmount><IncludesSurchargeAmount>1.10</IncludesSurchargeAmount></PaymentDetails>
            </PaymentRequest></w:processPayment></Body></Envelope>
            """;
        using var content = new StringContent(envelope, Encoding.UTF8, "text/xml");
        using var response = await http.PostAsync(new Uri(server.Endpoints + "payment"), content);
        Assert.Fail($"The server answered: {await response.Content.ReadAsStringAsync()}");
    }
}
