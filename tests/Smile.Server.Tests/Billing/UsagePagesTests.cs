using System.Globalization;
using Smile.Correspondence.Documents;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Session;

namespace Smile.Server.Tests.Billing;

/// <summary>What was used stands behind the invoice that charges it, record by record.</summary>
[Collection(BillingTests.Name)]
public sealed class UsagePagesTests(BillingServer billing)
{
    [Fact]
    public async Task An_invoice_lists_what_it_charges_and_the_next_one_what_came_late()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayStepAsync("2015-01-01 account cycle 31");
        await scenario.PlayStepAsync("2015-01-01 order a phone");
        await scenario.PlayStepAsync("2015-01-10 use a call 3661");
        await scenario.PlayStepAsync("2015-01-20 23:59 use a data 2500000");
        await scenario.PlayStepAsync("2015-02-01 bill");
        Assert.Equal(
            "Data: 2015-01-20 23:59, , 2.38 MB, 2.5; Voice: 2015-01-10 10:00, 61290001***, 1:01:01, 6.101667",
            await UsageAsync(scenario.Account)
        );

        // What came late is with the new usage, on the days when it was used.
        await scenario.PlayStepAsync("2015-02-03 use a call 65 2015-01-15");
        await scenario.PlayStepAsync("2015-02-10 use a call 60");
        await scenario.PlayStepAsync("2015-03-01 bill");
        Assert.Equal(
            "Voice: 2015-01-15 10:00, 61290001***, 1:05, 0.108333; Voice: 2015-02-10 10:00, 61290001***, 1:00, 0.1",
            await UsageAsync(scenario.Account)
        );
    }

    /// <summary>
    /// A line counts the records that it charges, by however many rules; of usage that was billed before, those that cost something else.
    /// </summary>
    [Fact]
    public async Task Lines_count_records()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayStepAsync("2015-01-01 account cycle 31");
        await scenario.PlayStepAsync("2015-01-01 order a flagged");
        await scenario.PlayStepAsync("2015-01-10 use a call 600");
        await scenario.PlayStepAsync("2015-01-11 use a call 600");
        await scenario.PlayStepAsync("2015-01-12 use a call 0");
        await scenario.PlayStepAsync("2015-02-01 bill");
        Assert.Equal(["3 of 1.75"], await CountsAsync(scenario.Account));

        // The pool pays the one that comes late, and no longer the first of those that were billed; the others cost what they did.
        await scenario.PlayStepAsync("2015-02-03 use a call 600 2015-01-09");
        await scenario.PlayStepAsync("2015-02-10 use a call 60");
        await scenario.PlayStepAsync("2015-03-01 bill");
        Assert.Equal(["1 of 0.25", "2 of 1.25"], await CountsAsync(scenario.Account));
    }

    /// <summary>What the lines of the account's last invoice that charge usage count, and come to.</summary>
    private async Task<string[]> CountsAsync(string account) =>
        await billing.Server.QueryAsync<string[]>(
            """
            SELECT array_agg(count || ' of ' || amount::numeric(18, 2) ORDER BY charge_from DESC) FROM transaction_item
            WHERE item_code = 'calls' AND transaction_number = (SELECT number FROM financial_transaction WHERE account_usn = $1
                AND type = 'Invoice' ORDER BY length(number) DESC, number DESC LIMIT 1)
            """,
            account
        );

    /// <summary>The usage of the account's last invoice.</summary>
    private async Task<string> UsageAsync(string account)
    {
        var server = billing.Server;
        var session = server.Stage.CreateSession(Caller.Server(new Usn("tests")));
        await using var database = session.Database;
        var number = await server.QueryAsync<string>(
            """
            SELECT number FROM financial_transaction WHERE account_usn = $1 AND type = 'Invoice'
            ORDER BY length(number) DESC, number DESC LIMIT 1
            """,
            account
        );
        var document = (await server.DocumentsOf(session).FindTransactionAsync(number, CancellationToken.None))!;
        Assert.False(document.HasMoreUsage);
        return string.Join(
            "; ",
            document.Usage.SelectMany(group =>
                group.Lines.Select(line =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{group.Heading.Split(": ")[1]}: {line.Start:yyyy-MM-dd HH:mm}, {line.Number}, {line.Used}, {Amount(line)}"
                    )
                )
            )
        );
    }

    private static string Amount(DocumentUsageLine line) =>
        decimal.Round(line.AmountExTax, 10, MidpointRounding.AwayFromZero).ToString("0.##########", CultureInfo.InvariantCulture);
}
