using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Fixture;

/// <summary>Payments of the example catalogue: visa costs 1% and $0.50, at least $1.00, and GST.</summary>
internal static class PaymentHelp
{
    public const string GoodCard = "4111111111111111";
    public const string Cvv = "719";

    /// <summary>A card that asks the sandbox for an outcome.</summary>
    public static string Card(int code) => Luhn.Append(40000000000L * 10000 + code);

    public static XElement Request(
        string type,
        string amount,
        string? surcharge,
        string? card = null,
        string more = "",
        string? plan = null
    ) =>
        Document(
            $"<PaymentRequest><PaymentDetails><PaymentType>{type}</PaymentType><AccountName>Joe "
                + $"Smith</AccountName>{(card is null ? "" : $"<AccountNumber>{card}</AccountNumber>")}<ExpiryDate>2030-12</ExpiryDate>"
                + $"<CVV>{Cvv}</CVV><PaymentAmount>{amount}</PaymentAmount>"
                + $"{(surcharge is null ? "" : $"<IncludesSurchargeAmount>{surcharge}</IncludesSurchargeAmount>")}"
                + $"{more}</PaymentDetails>{(plan is null ? "" : $"<PaymentPlan>{plan}</PaymentPlan>")}</PaymentRequest>"
        );

    public static XElement Stored(string amount, string surcharge) =>
        Document(
            $"<PaymentRequest><StoredDetailsRequest><DefaultStoredPaymentDetails/><PaymentAmount>{amount}</PaymentAmount>"
                + $"<IncludesSurchargeAmount>{surcharge}</IncludesSurchargeAmount></StoredDetailsRequest></PaymentRequest>"
        );

    public static XElement Details(string type, string card, string expiry = "2030-12") =>
        Document(
            $"<PaymentDetails><PaymentType>{type}</PaymentType><AccountName>Test User</AccountName>"
                + $"<AccountNumber>{card}</AccountNumber><ExpiryDate>{expiry}</ExpiryDate></PaymentDetails>"
        );

    public static XElement AllocateTo(params (string Number, string Amount)[] debits) =>
        Document($"<AllocationRequest>{string.Concat(debits.Select(Money.Target))}</AllocationRequest>");

    public static XElement AutoAllocate => Document("<AllocationRequest><AutoAllocate>true</AutoAllocate></AllocationRequest>");

    /// <summary>Works on a locked account with the domain's own use cases, and commits.</summary>
    public static async Task<TResult> OnAccountAsync<TResult>(
        ServerFixture server,
        string usn,
        Func<IServiceProvider, Account, Task<TResult>> work
    )
    {
        await using var scope = server.Services.CreateAsyncScope();
        var holder = scope.ServiceProvider.GetRequiredService<StageSessionHolder>();
        holder.Use(server.Stage, Caller.Server(new Usn("tests")));
        var account = await holder.Session.BeginOnAccountAsync(usn, CancellationToken.None);
        var result = await work(scope.ServiceProvider, account);
        await holder.Session.CommitAsync(CancellationToken.None);
        return result;
    }

    /// <summary>Runs a use case that opens its own transaction.</summary>
    public static async Task<TResult> RunAsync<TUseCase, TResult>(ServerFixture server, Func<TUseCase, Task<TResult>> work)
        where TUseCase : class
    {
        await using var scope = server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<StageSessionHolder>().Use(server.Stage, Caller.Server(new Usn("tests")));
        return await work(scope.ServiceProvider.GetRequiredService<TUseCase>());
    }

    /// <summary>An invoice over an amount; gives its number.</summary>
    public static Task<string> InvoiceAsync(ServerFixture server, string usn, decimal amount, DateOnly? due = null) =>
        OnAccountAsync(
            server,
            usn,
            async (services, account) =>
            {
                var ledger = services.GetRequiredService<Smile.Receivables.Ledger>();
                var now = new DateTimeOffset(server.Clock.GetUtcNow().Ticks, TimeSpan.Zero);
                var transaction = await ledger.RaiseAsync(
                    account,
                    new NewTransaction(
                        TransactionType.DebitNote,
                        new Smile.Kernel.Money(amount, server.Stage.Catalogue.Currency(account.Currency)),
                        0m,
                        now,
                        "Manual"
                    )
                    {
                        DueDate = due,
                    },
                    CancellationToken.None
                );
                transaction.Type = TransactionType.Invoice;
                return transaction.Number;
            }
        );

    /// <summary>A payment that waits and names no invoice, of an amount besides its surcharge of 2.00.</summary>
    public static Task WaitingPaymentAsync(ServerFixture server, string usn, decimal net, string origin = "Request") =>
        server.ExecuteAsync(
            """
            INSERT INTO payment (number, account_usn, payment_type_code, origin, status, currency, amount, surcharge_amount, surcharge_tax,
                next_transfer,
                manually_entered, manually_declined, auto_allocate, created, changed_by)
            VALUES ($2, $1, 'visa', $5, 'Waiting', 'AUD', $3, 2, 0, $4, false, false, false, $4, 'tests')
            """,
            usn,
            server.Unique("waiting"),
            net + 2m,
            server.Clock.GetUtcNow().AddDays(1),
            origin
        );

    /// <summary>Calls off the payments of an account that wait.</summary>
    public static Task CancelWaitingAsync(ServerFixture server, string usn) =>
        server.ExecuteAsync(
            "UPDATE payment SET status = 'Cancelled', next_transfer = NULL WHERE account_usn = $1 AND status = 'Waiting'",
            usn
        );

    public static Task<decimal> BalanceAsync(ServerFixture server, string usn) =>
        server.QueryAsync<decimal>("SELECT balance FROM account WHERE usn = $1", usn);

    public static Task<decimal> UnallocatedAsync(ServerFixture server, string number) =>
        server.QueryAsync<decimal>("SELECT unallocated_amount FROM financial_transaction WHERE number = $1", number);

    public static Task<string> StatusAsync(ServerFixture server, string number) =>
        server.QueryAsync<string>("SELECT status FROM payment WHERE number = $1", number);

    /// <summary>
    /// How many payments, attempts, transactions and charges an account has: what must not change when a request is refused.
    /// </summary>
    public static async Task<string> TracesAsync(ServerFixture server, string usn)
    {
        var rows = await server.QueryAsync<string>(
            """
            SELECT format('%s payments, %s details, %s transactions, %s messages, %s due, balance %s',
                (SELECT count(*) FROM payment WHERE account_usn = $1), (SELECT count(*) FROM stored_payment_details WHERE account_usn = $1),
                (SELECT count(*) FROM financial_transaction WHERE account_usn = $1), (SELECT count(*) FROM outbox_message
                    WHERE aggregate = $1),
                (SELECT count(*) FROM due_work WHERE account_usn = $1 AND done IS NULL), (SELECT balance FROM account WHERE usn = $1))
            """,
            usn
        );
        return rows;
    }

    /// <summary>What the sandbox's bank has taken for a payment.</summary>
    public static async Task<decimal> ChargedAsync(ServerFixture server, string number)
    {
        await SandboxIsThereAsync(server);
        return await server.QueryAsync<decimal>(
            "SELECT coalesce(sum(amount), 0) FROM sandbox.charge WHERE reference LIKE $1 || '-%' AND refusal IS NULL",
            number
        );
    }

    public static async Task<string> NewestPaymentAsync(ServerFixture server, string usn) =>
        await server.QueryAsync<string>(
            "SELECT number FROM payment WHERE account_usn = $1 ORDER BY created DESC, number DESC LIMIT 1",
            usn
        );

    public static async Task ExecuteAsync(ServerFixture server, string sql)
    {
        await using var command = server.Stage.Store.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static Task SandboxIsThereAsync(ServerFixture server) =>
        ExecuteAsync(
            server,
            """
            CREATE SCHEMA IF NOT EXISTS sandbox; CREATE TABLE IF NOT EXISTS sandbox.charge (reference text PRIMARY KEY,
                amount numeric NOT NULL, currency text NOT NULL, account_usn text NOT NULL, refusal text, settles timestamptz)
            """
        );
}

/// <summary>
/// Tests of payments move the clock by months: they have a server of their own, so that the others' dates stay what they are.
/// </summary>
[CollectionDefinition(Name)]
public sealed class PaymentServerTests : ICollectionFixture<ServerFixture>
{
    public const string Name = "payments";
}
