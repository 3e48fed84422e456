using System.CommandLine;
using System.Globalization;
using Smile.Contracts;
using Smile.Domain.Access;
using Smile.Domain.Dispatch;
using Smile.Domain.Foundation;
using Smile.Domain.DueWork;
using Smile.Domain.GeneralLedger;
using Smile.Domain.Payments;
using Smile.Domain.Receivables;

namespace Smile.Server.Commands;

/// <summary>
/// <c>smile transaction</c>, <c>smile dispute</c>, <c>smile discount</c> and <c>smile debtor-close-date</c>: what a company's accountants do
/// and the API has no operations for (guide, "Transaction lifecycle", line 17664).
/// </summary>
internal static class TransactionCommand
{
    public static Command Create()
    {
        var number = new Argument<string>("number") { Description = "Number of the transaction" };
        var other = new Argument<string>("other") { Description = "Number of the other transaction" };
        var amount = Amounts.Option("--amount", "How much; as much as both have unallocated where absent");
        var due = new Option<DateOnly?>("--due") { Description = "The new due date" };
        var comment = new Option<string?>("--comment") { Description = "The new comment" };
        var from = new Argument<string>("from") { Description = "USN of the account that the money leaves" };
        var to = new Argument<string>("to") { Description = "USN of the account that it reaches" };
        var sum = Amounts.Argument("amount", "How much; a negative amount moves a debt");
        var type = new Argument<TransactionTypeType>("type") { Description = "ItemisedCredit, ItemisedDebit or RecipientCreatedTaxInvoice" };
        var usn = new Argument<string>("usn") { Description = "USN of the account" };
        var charge = new Option<string[]>("--charge") { Description = "ITEMCODE=AMOUNT or ITEMCODE=AMOUNT=TEXT, without tax; give it several times", Required = true };
        var taxed = new Option<bool>("--gst") { Description = "Charge GST" };
        var open = new Option<bool>("--leave-open") { Description = "Leave it open" };
        return new Command("transaction", "Transactions of accounts")
        {
            CommandSupport.OnSession("raise", "Raises an itemised credit or debit, or a recipient created tax invoice", [type, usn, charge, taxed, open], async (parsed, session, cancellation) =>
            {
                var invoices = new RaiseInvoice(session, LedgerOf(session), new Charges(session, new Retractions(session)));
                Console.WriteLine($"Transaction {await invoices.RaiseItemisedAsync(
                    parsed.GetValue(usn)!, parsed.GetValue(type), [.. parsed.GetValue(charge)!.Select(ParseCharge)], parsed.GetValue(taxed), parsed.GetValue(open), cancellation).ConfigureAwait(false)}");
            }),
            CommandSupport.OnSession("close", "Closes an open transaction: it enters the balance", [number], (parsed, session, cancellation) => Lifecycle(session).CloseAsync(parsed.GetValue(number)!, cancellation)),
            CommandSupport.OnSession("reopen", "Takes a transaction off the balance, to be changed", [number], (parsed, session, cancellation) => Lifecycle(session).ReopenAsync(parsed.GetValue(number)!, cancellation)),
            CommandSupport.OnSession("delete", "Removes a transaction that nothing depends on", [number], (parsed, session, cancellation) => Lifecycle(session).DeleteAsync(parsed.GetValue(number)!, cancellation)),
            CommandSupport.OnSession("update", "Changes a due date or a comment", [number, due, comment], (parsed, session, cancellation) =>
                Lifecycle(session).UpdateAsync(parsed.GetValue(number)!, parsed.GetValue(due), parsed.GetValue(comment), cancellation)),
            CommandSupport.OnSession("deallocate", "Ends what two transactions settle of each other", [number, other], (parsed, session, cancellation) =>
                Lifecycle(session).DeallocateAsync(parsed.GetValue(number)!, parsed.GetValue(other)!, cancellation)),
            CommandSupport.OnSession("allocate", "Allocates a credit to a debit of another account", [number, other, amount], (parsed, session, cancellation) =>
                Lifecycle(session).AllocateAcrossAsync(parsed.GetValue(number)!, parsed.GetValue(other)!, parsed.GetValue(amount), cancellation)),
            CommandSupport.OnSession("transfer", "Moves money from one account to another", [from, to, sum, comment], async (parsed, session, cancellation) =>
            {
                var (leaving, arriving) = await Lifecycle(session).TransferAsync(parsed.GetValue(from)!, parsed.GetValue(to)!, parsed.GetValue(sum), parsed.GetValue(comment), cancellation).ConfigureAwait(false);
                Console.WriteLine($"Transactions {leaving} and {arriving}");
            }),
        };
    }

    public static Command CreateDispute()
    {
        var usn = new Argument<string>("usn") { Description = "USN of the account" };
        var reason = new Option<string>("--reason") { Description = "What the customer disputes", Required = true };
        return new Command("dispute", "Accounts in dispute, which credit control leaves alone")
        {
            CommandSupport.OnSession("open", "Marks an account as in dispute", [usn, reason], (parsed, session, cancellation) => new CreditControl(session).OpenDisputeAsync(parsed.GetValue(usn)!, parsed.GetValue(reason)!, cancellation)),
            CommandSupport.OnSession("settle", "Ends an account's dispute", [usn], (parsed, session, cancellation) => new CreditControl(session).SettleDisputeAsync(parsed.GetValue(usn)!, cancellation)),
        };
    }

    public static Command CreateDiscount()
    {
        var usn = new Argument<string>("usn") { Description = "USN of the account or subscription" };
        var id = new Argument<int>("discount") { Description = "Number of the discount in the catalogue" };
        var from = new Option<DateOnly?>("--from") { Description = "First day" };
        var to = new Option<DateOnly?>("--to") { Description = "Last day" };
        return new Command("discount", "Discounts of accounts and subscriptions")
        {
            CommandSupport.OnSession("assign", "Gives a discount of the catalogue to an account or subscription", [usn, id, from, to], (parsed, session, cancellation) =>
                new CreditControl(session).AssignDiscountAsync(parsed.GetValue(usn)!, parsed.GetValue(id), parsed.GetValue(from), parsed.GetValue(to), cancellation)),
        };
    }

    public static Command CreateDebtorCloseDate()
    {
        var company = new Argument<int>("company") { Description = "Number of the company" };
        var date = new Argument<DateOnly>("date") { Description = "The last locked day, such as 2026-01-31" };
        return new Command("debtor-close-date", "The day up to which transactions are locked")
        {
            CommandSupport.OnSession("set", "Moves the date forward", [company, date], (parsed, session, cancellation) => new CreditControl(session).CloseDebtorsAsync(parsed.GetValue(company), parsed.GetValue(date), cancellation)),
        };
    }

    private static (string ItemCode, decimal Amount, string? Description) ParseCharge(string text) =>
        text.Split('=', 3) is [var code, var amount, .. var rest] && Amounts.Parse(amount) is { } value and >= 0m
            ? (code, value, rest.FirstOrDefault())
            : throw new CommandException($"'{text}' is not ITEMCODE=AMOUNT or ITEMCODE=AMOUNT=TEXT.");

    private static TransactionLifecycle Lifecycle(StageSession session) => new(session, LedgerOf(session), new Journal(session), new Retractions(session));

    internal static Ledger LedgerOf(StageSession session) =>
        new(session, new Journal(session), new AutomaticPayments(session, new PaymentSchedule(session, new DueWorkSchedule(session))), new Retractions(session), new DispatchQueue(session));
}
