using System.Collections.Concurrent;
using System.Diagnostics;
using Smile.Server.Tests.Fixture;
using Xunit.Abstractions;
using static Smile.Server.Tests.Fixture.Money;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Ledger;

/// <summary>How often a call goes to the database and back. Whoever adds a round trip says so here.</summary>
[Collection(ServerTests.Name)]
public sealed class RoundTripTests(ServerFixture server, ITestOutputHelper output)
{
    [Fact]
    public async Task Calls_that_move_money_go_to_the_database_a_few_times()
    {
        var account = await NewAccountAsync(server);
        var (debit, credit) = (await account.InvoiceAsync(10m), await account.AdjustAsync(-10m));
        await account.AllocateAsync(credit, (debit, "1.00"));

        // One is the transaction's number: numbers follow time on all servers, so nobody takes them in advance (R5).
        Assert.Equal(
            8,
            await CountAsync(
                "raiseInvoice",
                () => account.InvoiceAsync(Charge(account.Usn, "cst", "10", $"<chargeId>{Guid.NewGuid()}</chargeId>"))
            )
        );
        Assert.Equal(6, await CountAsync("allocate", () => account.AllocateAsync(credit, (debit, "1.00"))));
        Assert.Equal(2, await CountAsync("getAccountSummary", account.SummaryAsync));

        // The bank's own are among them: the sandbox keeps its book in the same database.
        Assert.InRange(
            await CountAsync(
                "processPayment",
                () =>
                    server.Administrator.CallAsync(
                        "payment",
                        "processPayment",
                        P("usn", account.Usn),
                        Document(
                            "<PaymentRequest><PaymentDetails><PaymentType>amex</PaymentType><AccountName>Joe</AccountName>"
                                + "<AccountNumber>378282246310005</AccountNumber><ExpiryDate>2099-12</ExpiryDate>"
                                + "<PaymentAmount>1.00</PaymentAmount></PaymentDetails></PaymentRequest>"
                        )
                    )
            ),
            1,
            10
        );
    }

    /// <summary>Commands that the call sends, one of a batch counted once, without the commit.</summary>
    private async Task<int> CountAsync(string operation, Func<Task> call)
    {
        // Connections, statements and blocks of numbers are there from the call before.
        await call();
        var commands = new ConcurrentQueue<string>();
        using var trace = new Activity(operation).Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore" or "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.Source.Name == "Npgsql" && activity.TraceId == trace.TraceId)
                {
                    commands.Enqueue(
                        activity.GetTagItem("db.query.text") as string
                            ?? activity.GetTagItem("db.statement") as string
                            ?? activity.DisplayName
                    );
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await call();
        output.WriteLine($"{operation}: {commands.Count}");
        foreach (var command in commands)
        {
            output.WriteLine("  " + command.ReplaceLineEndings(" "));
        }

        return commands.Count;
    }
}
