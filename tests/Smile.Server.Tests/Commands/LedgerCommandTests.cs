using Microsoft.Extensions.DependencyInjection;
using Smile.Cli;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using Smile.Storage;
using static Smile.Server.Tests.Fixture.Money;
using static Smile.Server.Tests.Fixture.SoapCaller;
using Money = Smile.Server.Tests.Fixture.Money;

namespace Smile.Server.Tests.Commands;

/// <summary>
/// The rest of the transaction's life cycle, which is the operator's: close, reopen, update, delete, deallocate, transfer.
/// </summary>
[Collection(ServerTests.Name)]
public sealed class LedgerCommandTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task A_quote_is_closed_and_becomes_an_invoice()
    {
        var account = await NewAccountAsync(server);
        var quote = (
            await Api.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", account.Usn),
                Invoice([Charge(account.Usn, "adsl")], after: "<InvoiceOperation>LeaveOpen</InvoiceOperation>")
            )
        ).At("transactionNumber")!;
        await ActAsync(lifecycle => lifecycle.CloseAsync(quote, default));
        var invoice = await account.TransactionAsync(quote);
        Assert.Equal(
            ("Invoice", "108.90", quote),
            (invoice.At("transactionType"), await account.BalanceAsync(), invoice.At("quoteNumber"))
        );
        Assert.Single(await TransactionMessagesAsync(account), "TransactionClosed");
        await RefusedAsync(lifecycle => lifecycle.CloseAsync(quote, default));
    }

    [Fact]
    public async Task A_reopened_transaction_leaves_the_balance_and_comes_back_as_an_update()
    {
        var account = await NewAccountAsync(server);
        var number = await account.InvoiceAsync(40m);
        await ActAsync(lifecycle => lifecycle.ReopenAsync(number, default));
        Assert.Equal(("0.00", ""), (await account.BalanceAsync(), await account.LedgerAsync()));
        await ActAsync(lifecycle => lifecycle.UpdateAsync(number, new DateOnly(2016, 1, 1), "Extended", default));
        await ActAsync(lifecycle => lifecycle.CloseAsync(number, default));
        var again = await account.TransactionAsync(number);
        Assert.Equal(
            ("40.00", "2016-01-01+11:00", "Extended"),
            (await account.BalanceAsync(), again.At("dueDate"), again.At("description"))
        );
        Assert.Equal(["TransactionClosed", "TransactionReopened", "TransactionUpdated"], await TransactionMessagesAsync(account));
        await ActAsync(lifecycle => lifecycle.UpdateAsync(number, null, "Once more", default));
        Assert.Equal("TransactionUpdated", (await TransactionMessagesAsync(account))[^1]);
        await account.ReverseAsync(number);
        Assert.Equal(("0.00", ""), (await account.BalanceAsync(), await account.LedgerAsync()));
    }

    [Fact]
    public async Task What_others_depend_on_is_neither_reopened_nor_deleted()
    {
        var account = await NewAccountAsync(server);
        var (invoice, credit) = (await account.InvoiceAsync(40m), await account.AdjustAsync(-10m));
        await account.AllocateAsync(credit, (invoice, "10"));
        var reversed = await account.InvoiceAsync(5m);
        var reversal = (await account.ReverseAsync(reversed)).At("transactionNumber")!;
        var bond = (await Api.CallAsync("account", "createBond", Bond(account.Usn))).At("transactionNumber")!;
        var state = await account.StateAsync();
        foreach (var number in new[] { invoice, credit, reversed, reversal, bond, "999" })
        {
            await RefusedAsync(lifecycle => lifecycle.ReopenAsync(number, default));
            await RefusedAsync(lifecycle => lifecycle.DeleteAsync(number, default));
        }

        await RefusedAsync(lifecycle => lifecycle.UpdateAsync(invoice, new DateOnly(2001, 1, 1), null, default));
        await RefusedAsync(lifecycle => lifecycle.DeallocateAsync(reversed, reversal, default));
        Assert.Equal(state, await account.StateAsync());
        await ActAsync(lifecycle => lifecycle.DeallocateAsync(invoice, credit, default));
        await ActAsync(lifecycle => lifecycle.DeleteAsync(credit, default));
        Assert.Equal("90.00", await account.BalanceAsync());
        Assert.Equal(
            "AccountTransactionException",
            (await Api.RefusedAsync("account", "getTransaction", P("transactionNumber", credit))).Element
        );
        Assert.Equal("TransactionDeleted", (await TransactionMessagesAsync(account))[^1]);
        Assert.Equal(
            "Deleted",
            await server.QueryAsync<string>(
                """
                SELECT after ->> 'state' FROM audit_change WHERE table_name = 'financial_transaction' AND key = $1
                ORDER BY id DESC LIMIT 1
                """,
                credit
            )
        );
    }

    [Fact]
    public async Task The_debtor_close_date_locks_transactions_and_moves_forward_only()
    {
        var account = await NewAccountAsync(server);
        var old = (
            await Api.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", account.Usn),
                Invoice([Charge(account.Usn, "cst", "10")], "<effectiveDate>2014-11-03</effectiveDate>")
            )
        ).At("transactionNumber")!;
        try
        {
            await ControlAsync<DebtorClose>(control => control.CloseDebtorsAsync(1, new DateOnly(2014, 11, 30), default));
            await RefusedAsync(lifecycle => lifecycle.ReopenAsync(old, default));
            await RefusedAsync(lifecycle => lifecycle.DeleteAsync(old, default));
            await RefusedAsync(lifecycle => lifecycle.UpdateAsync(old, null, "Too late", default));
            await Assert.ThrowsAsync<SmileException>(() =>
                ControlAsync<DebtorClose>(control => control.CloseDebtorsAsync(1, new DateOnly(2014, 10, 31), default))
            );
            await Assert.ThrowsAsync<SmileException>(() =>
                ControlAsync<DebtorClose>(control => control.CloseDebtorsAsync(1, new DateOnly(2099, 1, 1), default))
            );
            await Assert.ThrowsAsync<SmileException>(() =>
                ControlAsync<DebtorClose>(control => control.CloseDebtorsAsync(99, new DateOnly(2014, 12, 1), default))
            );

            // Paid and reversed it may be: both are transactions of today.
            await account.AllocateAsync(await account.AdjustAsync(-1m), (old, "1"));
            Assert.Equal("InvoiceReversal", (await account.ReverseAsync(old)).At("transactionType"));
        }
        finally
        {
            await server.ExecuteAsync("DELETE FROM debtor_close_date");
        }
    }

    /// <summary>A receipt of one account pays the invoice of another (guide, lines 17606, 17610).</summary>
    [Fact]
    public async Task A_credit_is_allocated_to_another_accounts_debit_through_transfer_transactions()
    {
        var (payer, debtor) = (await NewAccountAsync(server), await NewAccountAsync(server));
        var (credit, invoice) = (await payer.AdjustAsync(-100m), await debtor.InvoiceAsync(60m));
        await ActAsync(lifecycle => lifecycle.AllocateAcrossAsync(credit, invoice, null, default));
        Assert.Equal(("-40.00", "0.00"), (await payer.BalanceAsync(), await debtor.BalanceAsync()));
        Assert.Equal(("-40.00", "0.00"), (await payer.UnallocatedAsync(credit), await debtor.UnallocatedAsync(invoice)));
        Assert.Equal("CreditTransferDebit 60.00", await LastAsync(payer));
        Assert.Equal("CreditTransferCredit -60.00", await LastAsync(debtor));
        Assert.Equal(("2900 -60.00", "2900 60.00"), (await payer.LedgerAsync("2900"), await debtor.LedgerAsync("2900")));
        await RefusedAsync(lifecycle => lifecycle.AllocateAcrossAsync(credit, invoice, 1m, default));
        await RefusedAsync(lifecycle => lifecycle.AllocateAcrossAsync(invoice, credit, 1m, default));
    }

    /// <summary>The table of transfers (guide, line 17625).</summary>
    [Fact]
    public async Task Money_and_debts_move_between_accounts()
    {
        var (a, b) = (await NewAccountAsync(server), await NewAccountAsync(server));
        await ActAsync(lifecycle => lifecycle.TransferAsync(a.Usn, b.Usn, 25m, "Money", default));
        Assert.Equal(("TransferredDebit 25.00", "TransferredCredit -25.00"), (await LastAsync(a), await LastAsync(b)));
        await ActAsync(lifecycle => lifecycle.TransferAsync(a.Usn, b.Usn, -10m, "Debt", default));
        Assert.Equal(("TransferredCredit -10.00", "TransferredDebit 10.00"), (await LastAsync(a), await LastAsync(b)));
        Assert.Equal(("15.00", "-15.00"), (await a.BalanceAsync(), await b.BalanceAsync()));
        await RefusedAsync(lifecycle => lifecycle.TransferAsync(a.Usn, a.Usn, 1m, null, default));
        await RefusedAsync(lifecycle => lifecycle.TransferAsync(a.Usn, b.Usn, 0m, null, default));
        await RefusedAsync(lifecycle => lifecycle.TransferAsync(a.Usn, "999", 1m, null, default));
    }

    /// <summary>A $100 itemised credit may contain an $80 refund and a $20 goodwill credit (guide, line 17552).</summary>
    [Theory]
    [InlineData(TransactionType.ItemisedCredit, "-110.00", "ItemisedCreditReversal")]
    [InlineData(TransactionType.ItemisedDebit, "110.00", "ItemisedDebitReversal")]
    [InlineData(TransactionType.RecipientCreatedTaxInvoice, "-110.00", "RecipientCreatedTaxInvoiceReversal")]
    public async Task Itemised_notes_list_their_charges(TransactionType type, string amount, string reversal)
    {
        var account = await NewAccountAsync(server);
        var number = await RaiseAsync(account, type, leaveOpen: false);
        var note = await account.TransactionAsync(number);
        Assert.Equal((type.ToString(), amount, amount), (note.At("transactionType"), note.At("amount"), await account.BalanceAsync()));
        Assert.Equal(["Refund", "Goodwill", "Includes 10% GST"], note.AllAt("transactionItem").Select(item => item.At("description")));
        var message = (await server.MessagesAsync(account.Usn)).Single(candidate => candidate.Topic == "SmileTransaction");
        Assert.Contains("ItemisedTransactionDetailEvent", message.Body, StringComparison.Ordinal);
        Assert.Equal(reversal, (await account.ReverseAsync(number, "rother")).At("transactionType"));
        Assert.Equal(("0.00", ""), (await account.BalanceAsync(), await account.LedgerAsync()));
        if (type == TransactionType.RecipientCreatedTaxInvoice)
        {
            return;
        }

        var other = await NewAccountAsync(server);
        var open = await RaiseAsync(account, type, leaveOpen: true);
        await Api.CallAsync("account", "migrateOpenTransaction", P("openTransactionNumber", open), P("targetAccountUsn", other.Usn));
        await ActAsync(lifecycle => lifecycle.CloseAsync(open, default));
        Assert.Equal(amount, await other.BalanceAsync());
    }

    [Fact]
    public async Task Disputes_are_opened_and_settled_once()
    {
        var account = await NewAccountAsync(server);
        await ControlAsync<Disputes>(control => control.OpenDisputeAsync(account.Usn, "Wrong address", default));
        await Assert.ThrowsAsync<SmileException>(() =>
            ControlAsync<Disputes>(control => control.OpenDisputeAsync(account.Usn, "Again", default))
        );
        await ControlAsync<Disputes>(control => control.SettleDisputeAsync(account.Usn, default));
        await Assert.ThrowsAsync<SmileException>(() => ControlAsync<Disputes>(control => control.SettleDisputeAsync(account.Usn, default)));
        await ControlAsync<DiscountAssignments>(control => control.AssignDiscountAsync(account.Usn, 458, null, null, default));
        await Assert.ThrowsAsync<SmileException>(() =>
            ControlAsync<DiscountAssignments>(control => control.AssignDiscountAsync(account.Usn, 99, null, null, default))
        );
    }

    [Fact]
    public async Task The_journal_is_exported_as_CSV_and_the_books_balance()
    {
        var account = await NewAccountAsync(server);
        var invoice = (await account.InvoiceAsync(Charge(account.Usn, "cst", "100"))).At("transactionNumber")!;
        using var output = new StringWriter();
        var day = DateOnly.FromDateTime(server.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(11)).DateTime);
        var count = await GeneralLedgerCommand.ExportAsync(server.Stage, day, day, 1, output, CancellationToken.None);
        var lines = output.ToString().Trim().Split('\n').Select(line => line.Trim()).ToList();
        Assert.Equal(count + 1, lines.Count);
        Assert.Equal(
            "Date,Posting,Company,LedgerAccount,Currency,Debit,Credit,AccountUsn,Transaction,TransactionType,Event,Entered,InvoiceNumber",
            lines[0]
        );
        var mine = lines.Where(line => line.Contains(invoice, StringComparison.Ordinal)).Select(line => line.Split(',')).ToList();
        Assert.Equal(
            ["1100 110.00 0.00", "2200 0.00 10.00", "520 0.00 100.00"],
            mine.Select(cells => $"{cells[3]} {cells[5]} {cells[6]}").Order(StringComparer.Ordinal)
        );

        // A company that does not count its invoices prints the transaction's number.
        Assert.All(mine, cells => Assert.Equal((13, ""), (cells.Length, cells[12])));
        Assert.Equal(0, await GeneralLedgerCommand.ExportAsync(server.Stage, day, day, 2, TextWriter.Null, CancellationToken.None));

        using var trial = new StringWriter();
        Assert.True(
            await GeneralLedgerCommand.ShowTrialBalanceAsync(server.Stage, null, Plain(trial), CancellationToken.None),
            trial.ToString()
        );
        Assert.Contains("balanced", trial.ToString(), StringComparison.Ordinal);
        var latest = await server.QueryAsync<DateOnly>("SELECT max(posting_date) FROM ledger_entry");
        Assert.StartsWith($"All postings, through {latest:yyyy-MM-dd}\nCompany 1, AUD", trial.ToString(), StringComparison.Ordinal);
        using var before = new StringWriter();
        await GeneralLedgerCommand.ShowTrialBalanceAsync(server.Stage, day, Plain(before), CancellationToken.None);
        Assert.StartsWith($"Postings through {day:yyyy-MM-dd}\nCompany 1, AUD", before.ToString(), StringComparison.Ordinal);
        using var none = new StringWriter();
        await GeneralLedgerCommand.ShowTrialBalanceAsync(server.Stage, new DateOnly(1999, 12, 31), Plain(none), CancellationToken.None);
        Assert.Equal("There are no postings.\n", none.ToString());
        var rows = await LedgerJournal.TrialBalanceAsync(server.Stage.Store.Source, DateOnly.MaxValue, CancellationToken.None);
        var owed = await server.QueryAsync<decimal>("SELECT sum(balance) FROM account");
        Assert.Equal(owed, rows.Where(row => row.LedgerAccount is "1100" or "2050").Sum(row => row.Debits - row.Credits));
    }

    /// <summary>M10. Amounts have the decimals of their currency: three of a dinar, none of a yen.</summary>
    [Theory]
    [InlineData("KWD", 2.468, "2.468")]
    [InlineData("JPY", 247, "247")]
    [InlineData("AUD", 2.47, "2.47")]
    public async Task The_trial_balance_has_the_decimals_of_the_currency(string currency, decimal amount, string shown)
    {
        var account = await NewAccountAsync(server);
        await server.ExecuteAsync(
            """
            INSERT INTO ledger_entry (posting_id, posting_date, company_id, ledger_account, currency, amount, account_usn,
                transaction_number, event, entered, changed_by)
            """
                + " SELECT gen_random_uuid(), '2015-01-14', 9001, code, $2, sign * $3, $1, (SELECT number FROM financial_transaction "
                + "LIMIT 1), 'Closed', now(), 'test' FROM (VALUES ('1100', 1), ('2050', -1)) AS side (code, sign)",
            account.Usn,
            currency,
            amount
        );
        using var trial = new StringWriter();
        await GeneralLedgerCommand.ShowTrialBalanceAsync(server.Stage, null, Plain(trial), CancellationToken.None);
        var books = trial
            .ToString()
            .Split("Company ")
            .Single(section => section.StartsWith($"9001, {currency}", StringComparison.Ordinal))
            .Split('\n')
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        var zero = decimal.Parse(shown, System.Globalization.CultureInfo.InvariantCulture) is var value
            ? (value - value).ToString(System.Globalization.CultureInfo.InvariantCulture)
            : "";
        Assert.Equal(
            [$"1100 {shown} {zero} {shown}", $"2050 {zero} {shown} -{shown}", $"balanced {shown} {shown} {zero}"],
            books.Skip(2).Take(3).Select(line => line.Trim())
        );
        await server.ExecuteAsync("DELETE FROM ledger_entry WHERE company_id = 9001");
    }

    private static Terminal Plain(TextWriter output) => new(output, isWatched: false);

    private Task<string> RaiseAsync(Money account, TransactionType type, bool leaveOpen) =>
        PaymentHelp.RunAsync<RaiseInvoice, string>(
            server,
            invoices =>
                invoices.RaiseItemisedAsync(
                    account.Usn,
                    type,
                    [("cst", 80m, "Refund"), ("cst", 20m, "Goodwill")],
                    taxed: true,
                    leaveOpen,
                    default
                )
        );

    private static string Text(System.Xml.Linq.XElement? transaction) => $"{transaction.At("transactionType")} {transaction.At("amount")}";

    private async Task<string> LastAsync(Money account) =>
        Text(
            await account.TransactionAsync(
                await server.QueryAsync<string>(
                    """
                    SELECT number FROM financial_transaction WHERE account_usn = $1
                    ORDER BY logged DESC, length(number) DESC, number DESC LIMIT 1
                    """,
                    account.Usn
                )
            )
        );

    private async Task<IReadOnlyList<string>> TransactionMessagesAsync(Money account) =>
        [
            .. (await server.MessagesAsync(account.Usn))
                .Where(message => message.Topic == "SmileTransaction")
                .Select(message => message.Type),
        ];

    private Task<bool> ActAsync(Func<TransactionLifecycle, Task> act) =>
        PaymentHelp.RunAsync<TransactionLifecycle, bool>(
            server,
            async lifecycle =>
            {
                await act(lifecycle);
                return true;
            }
        );

    private async Task RefusedAsync(Func<TransactionLifecycle, Task> act) => await Assert.ThrowsAsync<SmileException>(() => ActAsync(act));

    private async Task ControlAsync<TUseCase>(Func<TUseCase, Task> act)
        where TUseCase : class
    {
        await using var scope = UseCaseScope.Begin(
            server.Services.GetRequiredService<IServiceScopeFactory>(),
            server.Stage,
            Caller.Server(new Usn("test"))
        );
        await act(scope.Use<TUseCase>());
    }
}
