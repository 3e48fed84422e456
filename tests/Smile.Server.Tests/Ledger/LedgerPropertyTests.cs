using FsCheck;
using FsCheck.Fluent;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Receivables.Storage;
using Smile.Server.Tests.Fixture;
using Smile.Testing;

namespace Smile.Server.Tests.Ledger;

/// <summary>
/// Random sequences of operations on real accounts. After each, every invariant of the ledger holds; a refused one changes nothing; and
/// when everything is reversed, the balance is where it was.
/// </summary>
[Collection(ServerTests.Name)]
public sealed class LedgerPropertyTests(ServerFixture server)
{
    private const int StepsOfASequence = 30;

    /// <summary>In full, 2,000 sequences over one account and over two.</summary>
    private static readonly int Sequences = Verification.IsFull ? 1_000 : 24;

    /// <summary>Sequences that run at a time, on accounts of their own.</summary>
    private const int Workers = 4;

    /// <summary>Ages are added up after so many steps: they take queries of their own.</summary>
    private const int StepsBetweenAges = 5;

    private static readonly string[] Currencies = ["AUD", "JPY", "KWD"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_is_done_the_books_balance(int accounts)
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, Workers)
                .Select(_ =>
                    Task.Run(() =>
                        Prop.ForAll(Lives, async sequence => await RunAsync(accounts, sequence.Currency, sequence.Steps))
                            .Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences / Workers))
                    )
                )
        );
    }

    /// <summary>
    /// R5: a company's own count of its invoices has each number once, whatever is refused, reopened, deleted, reversed and refunded at the
    /// same time.
    /// </summary>
    [Fact]
    public async Task Whatever_is_done_invoices_are_numbered_without_gaps()
    {
        await using var counting = await ChangedCatalogue.ApplyAsync(
            server,
            content =>
                content with
                {
                    Companies = [.. content.Companies.Select(company => company with { InvoiceNumbers = new InvoiceNumbering("", 1, 1) })],
                }
        );
        await Task.WhenAll(
            Enumerable
                .Range(0, Workers)
                .Select(_ =>
                    Task.Run(() =>
                        Prop.ForAll(Lives, async sequence => await StepsAsync(2, sequence.Currency, sequence.Steps))
                            .Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences / Workers))
                    )
                )
        );
        Assert.Equal(
            "",
            await server.QueryAsync<string>(
                """
                SELECT coalesce(string_agg(place || ' is there ' || times || ' times', ', '), '') FROM (
                    SELECT place, (SELECT count(*) FROM financial_transaction invoice WHERE invoice.company_id = company.company_id
                        AND invoice_number = place::text) AS times
                    FROM invoice_number company, generate_series(1, last_number) AS place) AS counted
                WHERE times <> 1
                """
            )
        );
        Assert.Equal(
            0L,
            await server.QueryAsync<long>(
                """
                SELECT count(*) FROM financial_transaction transaction LEFT JOIN invoice_number company USING (company_id)
                WHERE invoice_number IS NOT NULL
                    AND (state = 'Deleted' OR type NOT IN ('Invoice', 'InvoiceReversal')
                        OR invoice_number::bigint > coalesce(last_number, 0))
                """
            )
        );
        Assert.True(await server.QueryAsync<long>("SELECT coalesce(max(last_number), 0) FROM invoice_number") > Sequences);
    }

    private static Arbitrary<(string Currency, LedgerStep[] Steps)> Lives
    {
        get
        {
            // Refunds in parts need a payment and several of them.
            LedgerAction[] more =
            [
                LedgerAction.Invoice,
                LedgerAction.Receive,
                LedgerAction.Allocate,
                LedgerAction.Allocate,
                LedgerAction.Reverse,
                LedgerAction.Pay,
                LedgerAction.Refund,
                LedgerAction.Refund,
            ];
            var step =
                from action in Gen.Elements(Enum.GetValues<LedgerAction>().Concat(more))
                from first in Gen.Choose(0, 1_000)
                from second in Gen.Choose(0, 1_000)
                from amount in Gen.Frequency((3, Gen.Choose(1, 20_000)), (1, Gen.Choose(1, 10)), (1, Gen.Constant(10_000)))
                from flag in Gen.Elements(true, false)
                select new LedgerStep(action, first, second, amount, flag);
            var run =
                from currency in Gen.Elements(Currencies)
                from steps in Gen.ArrayOf(step, StepsOfASequence)
                select (Currency: currency, Steps: steps);
            return Arb.From(
                run,
                sequence =>
                    Enumerable
                        .Range(0, sequence.Steps.Length)
                        .Select(index => (sequence.Currency, sequence.Steps.Where((_, position) => position != index).ToArray()))
            );
        }
    }

    /// <summary>Carries out a sequence; after each step, the invariants and the books of who listens.</summary>
    private async Task<(IReadOnlyList<string> Usns, LedgerSteps Steps, MessageReader Books)> StepsAsync(
        int accounts,
        string currency,
        IReadOnlyList<LedgerStep> sequence
    )
    {
        var usns = new List<string>();
        for (var index = 0; index < accounts; index++)
        {
            usns.Add(await NewAccountAsync(server, currency));
        }

        var steps = new LedgerSteps(server, usns, currency);
        var books = new MessageReader(server, usns);
        var before = await LedgerInvariants.StateAsync(server, usns);
        for (var index = 0; index < sequence.Count; index++)
        {
            var done = await steps.TryAsync(sequence[index]);
            var after = await LedgerInvariants.StateAsync(server, usns);
            Assert.True(done || after == before, $"{sequence[index]} was refused and changed {before} to {after}");
            before = after;
            Assert.Equal("", await LedgerInvariants.BrokenAsync(server, usns));
            await books.RequireEqualAsync();
            if (index % StepsBetweenAges == 0)
            {
                await RequireAgesAddUpAsync(usns);
            }
        }

        await RequireAgesAddUpAsync(usns);
        return (usns, steps, books);
    }

    private async Task RunAsync(int accounts, string currency, IReadOnlyList<LedgerStep> sequence)
    {
        var (usns, steps, books) = await StepsAsync(accounts, currency, sequence);
        await steps.ReverseAllAsync();
        Assert.Equal("", await LedgerInvariants.BrokenAsync(server, usns));
        await books.RequireEqualAsync();

        // Transfers are not reversed but cancel between accounts; everything else is back.
        Assert.Equal(0m, await server.QueryAsync<decimal>("SELECT sum(balance) FROM account WHERE usn = ANY ($1)", (object)usns.ToArray()));
        foreach (var usn in usns)
        {
            Assert.Equal(
                await server.QueryAsync<decimal>(
                    """
                    SELECT coalesce(sum(amount), 0) FROM financial_transaction WHERE account_usn = $1 AND state = 'Closed'
                        AND (type LIKE 'Transferred%' OR type LIKE 'CreditTransfer%')
                    """,
                    usn
                ),
                await server.QueryAsync<decimal>("SELECT balance FROM account WHERE usn = $1", usn)
            );
        }

        // Of income, tax, bonds and money in the bank nothing is left.
        Assert.Equal(
            "",
            await server.QueryAsync<string>(
                """
                SELECT coalesce(string_agg(ledger_account || ' ' || total, ', '), '')
                FROM (SELECT ledger_account, sum(amount) AS total FROM ledger_entry WHERE account_usn = ANY ($1)
                    AND ledger_account NOT IN ('1100', '2050', '2900') GROUP BY 1) AS posted WHERE total <> 0
                """,
                (object)usns.ToArray()
            )
        );
    }

    private async Task RequireAgesAddUpAsync(IReadOnlyList<string> usns)
    {
        foreach (var usn in usns)
        {
            await using var database = server.Stage.Store.CreateDatabase();
            var standing = await database.AgedBalanceAsync(
                new Usn(usn),
                new DateOnly(2015, 1, 14),
                [0, 30, 60, 90],
                byDueDate: true,
                [1, 30],
                CancellationToken.None
            );
            Assert.Equal(
                await server.QueryAsync<decimal>("SELECT balance FROM account WHERE usn = $1", usn),
                standing.Groups.Sum(group => group.Amount)
            );
        }
    }

    /// <summary>An account like those that are ordered, in a currency that no package offers.</summary>
    internal static async Task<string> NewAccountAsync(ServerFixture server, string currency)
    {
        var usn = server.Unique("L");
        await server.ExecuteAsync(
            """
            INSERT INTO account (usn, company_id, account_type_id, account_terms_id, currency, time_zone_id, invoicing_cycle_type,
                invoicing_cycle_day, rating_cycle_type, rating_cycle_day, username, properties,
                provision_status, suspend_status, activate_status, enable_status, created, message_sequence, changed_by, balance)
            VALUES ($1, 1, 1, 1, $2, 19, 'Anniversary', 1, 'Anniversary', 1, $1, '[]', 'Provisioned', 'Active', 'Activated', 'Enabled',
                '2015-01-01', 0, 'test', 0)
            """,
            usn,
            currency
        );
        return usn;
    }
}
