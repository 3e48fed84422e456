using System.CommandLine;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Cli;

/// <summary>
/// <c>smile transaction</c>, <c>smile dispute</c>, <c>smile discount</c> and <c>smile debtor-close-date</c>: what a company's accountants
/// do and the API has no operations for (guide, "Transaction lifecycle", line 17664).
/// </summary>
internal static class TransactionCommand
{
    private static readonly InputForm<NewCharge> Charge = new(
        "ITEMCODE=AMOUNT or ITEMCODE=AMOUNT=TEXT, such as cst=80.00=Refund",
        TryReadCharge
    );

    public static Command Create()
    {
        var number = new Argument<string>("number") { Description = "Number of the transaction" };
        var other = new Argument<string>("other") { Description = "Number of the other transaction" };
        var amount = Inputs.Amount.Option("--amount", "How much; as much as both have unallocated where absent");
        var due = Inputs.Date.Option("--due", "The new due date, such as 2026-01-31");
        var comment = new Option<string?>("--comment") { Description = "A comment on the transaction" };
        var from = new Argument<string>("from") { Description = "USN of the account that the money leaves" };
        var to = new Argument<string>("to") { Description = "USN of the account that it reaches" };
        var sum = Inputs.Amount.Argument("amount", "How much; a negative amount moves a debt");
        var type = Inputs
            .OneOf(TransactionType.ItemisedCredit, TransactionType.ItemisedDebit, TransactionType.RecipientCreatedTaxInvoice)
            .Argument("type", "ItemisedCredit, ItemisedDebit or RecipientCreatedTaxInvoice");
        var usn = new Argument<string>("usn") { Description = "USN of the account" };
        var charge = Charge.RepeatedOption("--charge", "ITEMCODE=AMOUNT or ITEMCODE=AMOUNT=TEXT, without tax; give it several times");
        charge.Required = true;
        var taxed = new Option<bool>("--gst") { Description = "Charge GST" };
        var open = new Option<bool>("--leave-open") { Description = "Leave it open" };
        return new Command("transaction", "Transactions of accounts")
        {
            CommandSupport.OnSession(
                "raise",
                "Raises an itemised credit or debit, or a recipient created tax invoice",
                [type, usn, charge, taxed, open],
                async (parsed, scope, cancellation) =>
                {
                    var invoices = scope.Use<RaiseInvoice>();
                    var raised = await invoices.RaiseItemisedAsync(
                        parsed.GetValue(usn)!,
                        parsed.GetValue(type),
                        [.. parsed.GetValue(charge)!.Select(each => (each.ItemCode, each.Amount, each.Description))],
                        parsed.GetValue(taxed),
                        parsed.GetValue(open),
                        cancellation
                    );
                    return await DescribeAsync(scope.Session, raised, cancellation);
                }
            ),
            OnBalance(
                "close",
                "Closes an open transaction: it enters the balance",
                number,
                (lifecycle, transaction, cancellation) => lifecycle.CloseAsync(transaction, cancellation)
            ),
            OnBalance(
                "reopen",
                "Takes a transaction off the balance, to be changed",
                number,
                (lifecycle, transaction, cancellation) => lifecycle.ReopenAsync(transaction, cancellation)
            ),
            OnBalance(
                "delete",
                "Removes a transaction that nothing depends on",
                number,
                (lifecycle, transaction, cancellation) => lifecycle.DeleteAsync(transaction, cancellation)
            ),
            CommandSupport.OnSession(
                "update",
                "Changes a due date or a comment",
                [number, due, comment],
                (parsed, scope, cancellation) =>
                    UpdateAsync(scope, parsed.GetValue(number)!, parsed.GetValue(due), parsed.GetValue(comment), cancellation)
            ),
            CommandSupport.OnSession(
                "deallocate",
                "Ends what two transactions settle of each other",
                [number, other],
                (parsed, scope, cancellation) => DeallocateAsync(scope, parsed.GetValue(number)!, parsed.GetValue(other)!, cancellation)
            ),
            CommandSupport.OnSession(
                "allocate",
                "Allocates a credit to a debit of another account",
                [number, other, amount],
                (parsed, scope, cancellation) =>
                    AllocateAsync(scope, parsed.GetValue(number)!, parsed.GetValue(other)!, parsed.GetValue(amount), cancellation)
            ),
            CommandSupport.OnSession(
                "transfer",
                "Moves money from one account to another",
                [from, to, sum, comment],
                (parsed, scope, cancellation) =>
                    TransferAsync(
                        scope,
                        parsed.GetValue(from)!,
                        parsed.GetValue(to)!,
                        parsed.GetValue(sum),
                        parsed.GetValue(comment),
                        cancellation
                    )
            ),
        };
    }

    public static Command CreateDispute()
    {
        var usn = new Argument<string>("usn") { Description = "USN of the account" };
        var reason = new Option<string>("--reason") { Description = "What the customer disputes", Required = true };
        return new Command("dispute", "Accounts in dispute, which credit control leaves alone")
        {
            CommandSupport.OnSession(
                "open",
                "Marks an account as in dispute",
                [usn, reason],
                async (parsed, scope, cancellation) =>
                {
                    var account = new Usn(parsed.GetValue(usn)!);
                    var why = parsed.GetValue(reason)!;
                    await scope.Use<Disputes>().OpenDisputeAsync(account.Value, why, cancellation);
                    return $"Account {account} is in dispute: credit control and automatic payments leave it alone"
                        + $" until 'smile dispute settle {account}'.";
                }
            ),
            CommandSupport.OnSession(
                "settle",
                "Ends an account's dispute",
                [usn],
                async (parsed, scope, cancellation) =>
                {
                    var account = new Usn(parsed.GetValue(usn)!);
                    await scope.Use<Disputes>().SettleDisputeAsync(account.Value, cancellation);
                    return $"The dispute of account {account} is settled: the next credit control run treats it as its terms say.";
                }
            ),
        };
    }

    public static Command CreateDiscount()
    {
        var usn = new Argument<string>("usn") { Description = "USN of the account or subscription" };
        var id = Inputs.Number.Argument("discount", "Number of the discount in the catalogue");
        var from = Inputs.Date.Option("--from", "First day, such as 2026-01-01; without beginning where absent");
        var to = Inputs.Date.Option("--to", "Last day; without end where absent");
        return new Command("discount", "Discounts of accounts and subscriptions")
        {
            CommandSupport.OnSession(
                "assign",
                "Gives a discount of the catalogue to an account or subscription",
                [usn, id, from, to],
                (parsed, scope, cancellation) =>
                {
                    var owner = new Usn(parsed.GetValue(usn)!);
                    return AssignDiscountAsync(scope, owner, parsed.GetValue(id), parsed.GetValue(from), parsed.GetValue(to), cancellation);
                }
            ),
        };
    }

    public static Command CreateDebtorCloseDate()
    {
        var company = Inputs.Number.Argument("company", "Number of the company");
        var date = Inputs.Date.Argument("date", "The last locked day, such as 2026-01-31");
        return new Command("debtor-close-date", "The day up to which transactions are locked")
        {
            CommandSupport.OnSession(
                "set",
                "Moves the date forward",
                [company, date],
                async (parsed, scope, cancellation) =>
                {
                    var (id, last) = (parsed.GetValue(company), parsed.GetValue(date));
                    await scope.Use<DebtorClose>().CloseDebtorsAsync(id, last, cancellation);
                    return $"The debtors of {scope.Session.Catalogue.Company(id).Name} are closed through {last:yyyy-MM-dd}:"
                        + " transactions of these days are neither reopened, changed nor deleted.";
                }
            ),
        };
    }

    /// <summary>A command that puts a transaction on the balance of its account, or takes it off.</summary>
    private static Command OnBalance(
        string name,
        string description,
        Argument<string> number,
        Func<TransactionLifecycle, string, CancellationToken, Task> act
    ) =>
        CommandSupport.OnSession(
            name,
            description,
            [number],
            async (parsed, scope, cancellation) =>
            {
                await act(scope.Use<TransactionLifecycle>(), parsed.GetValue(number)!, cancellation);
                return await DescribeAsync(scope.Session, parsed.GetValue(number)!, cancellation);
            }
        );

    private static async Task<string?> UpdateAsync(
        UseCaseScope scope,
        string number,
        DateOnly? due,
        string? comment,
        CancellationToken cancellation
    )
    {
        var session = scope.Session;
        if (due is null && comment is null)
        {
            throw new CommandException("Say what to change: --due 2026-01-31, --comment TEXT, or both.");
        }

        await scope.Use<TransactionLifecycle>().UpdateAsync(number, due, comment, cancellation);
        var (updated, account) = await ReadAsync(session, number, cancellation);
        var day = updated.DueDate is { } date ? $"is due on {date:yyyy-MM-dd}" : "has no due date";
        var words = updated.Description is { } text ? $"the comment '{text}'" : "no comment";
        return $"{Text(session, updated)} of account {account.Usn} {day} and has {words}.";
    }

    private static async Task<string?> DeallocateAsync(UseCaseScope scope, string number, string other, CancellationToken cancellation)
    {
        var session = scope.Session;
        await scope.Use<TransactionLifecycle>().DeallocateAsync(number, other, cancellation);
        var (one, account) = await ReadAsync(session, number, cancellation);
        var (another, _) = await ReadAsync(session, other, cancellation);
        return $"Transactions {number} and {other} of account {account.Usn} settle nothing of each other any more;"
            + $" unallocated are {Left(session, one)} and {Left(session, another)}.";
    }

    private static async Task<string?> AllocateAsync(
        UseCaseScope scope,
        string credit,
        string debit,
        decimal? amount,
        CancellationToken cancellation
    )
    {
        var session = scope.Session;
        var allocated = await scope.Use<TransactionLifecycle>().AllocateAcrossAsync(credit, debit, amount, cancellation);
        var (given, payer) = await ReadAsync(session, credit, cancellation);
        var (owed, debtor) = await ReadAsync(session, debit, cancellation);
        var settled = Amounts.Text(allocated, session.Catalogue.Currency(given.Currency));
        return $"{settled} of transaction {credit} of account {payer.Usn} settle transaction {debit} of account {debtor.Usn};"
            + $" unallocated are {Left(session, given)} and {Left(session, owed)}.";
    }

    private static async Task<string?> TransferAsync(
        UseCaseScope scope,
        string from,
        string to,
        decimal amount,
        string? comment,
        CancellationToken cancellation
    )
    {
        var session = scope.Session;
        var (leaving, arriving) = await scope.Use<TransactionLifecycle>().TransferAsync(from, to, amount, comment, cancellation);
        var (_, source) = await ReadAsync(session, leaving, cancellation);
        var (_, target) = await ReadAsync(session, arriving, cancellation);
        var currency = session.Catalogue.Currency(source.Currency);
        return $"{(amount < 0m ? "A debt of " : "")}{Amounts.Text(Math.Abs(amount), currency)}"
            + $" went from account {source.Usn} (transaction {leaving}) to account {target.Usn} (transaction {arriving});"
            + $" their balances are {Amounts.Text(source.Balance, currency)} and {Amounts.Text(target.Balance, currency)} now.";
    }

    private static async Task<string?> AssignDiscountAsync(
        UseCaseScope scope,
        Usn usn,
        int id,
        DateOnly? from,
        DateOnly? to,
        CancellationToken cancellation
    )
    {
        var session = scope.Session;
        await scope.Use<DiscountAssignments>().AssignDiscountAsync(usn.Value, id, from, to, cancellation);
        var days = (from, to) switch
        {
            (null, null) => "all days",
            ({ } first, null) => $"the days from {first:yyyy-MM-dd} on",
            (null, { } last) => $"the days through {last:yyyy-MM-dd}",
            ({ } first, { } last) => $"the days from {first:yyyy-MM-dd} to {last:yyyy-MM-dd}",
        };
        var account = await session.AccountOfSubscriptionAsync(usn, cancellation);
        var owner = account is null ? $"account {usn}" : $"subscription {usn} of account {account}";
        var discount = string.Create(CultureInfo.InvariantCulture, $"Discount {id} ({session.Catalogue.Discount(id)!.Name})");
        return $"{discount} is given to {owner} for charges of {days}.";
    }

    private static bool TryReadCharge(string text, out NewCharge charge)
    {
        if (text.Split('=', 3) is [{ Length: > 0 } code, var amount, .. var rest] && Amounts.TryRead(amount, out var value))
        {
            charge = new NewCharge(code, value, rest.FirstOrDefault());
            return true;
        }

        charge = default;
        return false;
    }

    /// <summary>A transaction as it stands after a command, with its account.</summary>
    private static async Task<(FinancialTransaction Transaction, Account Account)> ReadAsync(
        StageSession session,
        string number,
        CancellationToken cancellation
    )
    {
        var transaction = await session.Database.ReadTransactions.FirstAsync(each => each.Number == number, cancellation);
        return (transaction, await session.ReadAccountAsync(transaction.AccountUsn.Value, cancellation));
    }

    /// <summary>Whether a transaction is on the balance of its account, and what that is.</summary>
    private static async Task<string> DescribeAsync(StageSession session, string number, CancellationToken cancellation)
    {
        var (transaction, account) = await ReadAsync(session, number, cancellation);
        var state = transaction.State switch
        {
            TransactionState.Closed => "is closed and on the balance",
            TransactionState.Open => "is open and not on the balance",
            _ => "is deleted and not on the balance",
        };
        var balance = Amounts.Text(account.Balance, session.CurrencyOf(account));
        return $"{Text(session, transaction)} {state} of account {account.Usn}, which is {balance} now.";
    }

    /// <summary>A transaction by its type, its number, what documents call it where that is another one, and its amount.</summary>
    private static string Text(StageSession session, FinancialTransaction transaction) =>
        $"{transaction.Type} {transaction.Number}{(transaction.InvoiceNumber is { } counted ? $" ({counted})" : "")}"
        + $" over {Amounts.Text(transaction.Amount, session.Catalogue.Currency(transaction.Currency))}";

    /// <summary>What a transaction has left for others to settle.</summary>
    private static string Left(StageSession session, FinancialTransaction transaction) =>
        $"{Amounts.Text(transaction.UnallocatedAmount, session.Catalogue.Currency(transaction.Currency))} of {transaction.Number}";

    /// <summary>A charge of an itemised transaction, as it is typed.</summary>
    private readonly record struct NewCharge(string ItemCode, decimal Amount, string? Description);
}
