using System.CommandLine;
using System.Globalization;
using Smile.Domain.DueWork;
using Smile.Domain.Foundation;
using Smile.Domain.Payments;

namespace Smile.Server.Commands;

/// <summary><c>smile payment-plan</c>, <c>smile account auto-payment</c> and <c>responsive-terms</c>: what the API shows of payments and has no operations to set.</summary>
internal static class PaymentCommand
{
    private const string FromTerms = "terms";
    private const string FromType = "type";
    private const string Nobody = "none";

    public static Command CreatePaymentPlan()
    {
        var usn = new Argument<string>("usn") { Description = "USN of the account" };
        var number = new Argument<string>("number") { Description = "Number of the payment plan" };
        var invoices = new Option<string[]>("--invoice") { Description = "Number of an invoice; give it several times, in the order in which they are to be paid", Required = true };
        var instalments = new Option<int>("--instalments") { Description = "How many monthly instalments", Required = true };
        var first = new Option<DateOnly>("--first") { Description = "The day of the first instalment, such as 2026-01-31", Required = true };
        return new Command("payment-plan", "Invoices that are paid in instalments")
        {
            TransactionCommand.On("create", "Makes a plan, and schedules its payments where the account has stored details", [usn, invoices, instalments, first], async (parsed, session, cancellation) =>
            {
                var request = new NewPaymentPlan(parsed.GetValue(usn)!, parsed.GetValue(invoices)!, parsed.GetValue(instalments), parsed.GetValue(first));
                Console.Write(Describe(await Plans(session).CreateAsync(request, cancellation).ConfigureAwait(false)));
            }),
            TransactionCommand.On("show", "Shows a plan", [number], async (parsed, session, cancellation) =>
                Console.Write(Describe(await Plans(session).GetAsync(parsed.GetValue(number)!, cancellation).ConfigureAwait(false)))),
            TransactionCommand.On("cancel", "Ends a plan and calls off its scheduled payments", [number], (parsed, session, cancellation) => Plans(session).CancelAsync(parsed.GetValue(number)!, cancellation)),
        };
    }

    public static Command CreateAccount()
    {
        var usn = new Argument<string>("usn") { Description = "USN of the account" };
        var option = new Argument<string>("option") { Description = "0 none, 1 each invoice's amount, 2 the account's balance; terms: what the account terms say" };
        var invoicee = new Argument<string>("invoicee") { Description = "USN of the account that gets the invoices; none: the account itself" };
        var responsive = new Argument<string>("responsive-terms") { Description = "Id of the responsive terms; 0 none; type: those of the account's type" };
        return new Command("account", "Accounts")
        {
            TransactionCommand.On("invoicee", "Chooses the account that an account's invoices are sent to", [usn, invoicee], (parsed, session, cancellation) =>
                new Domain.Accounts.Invoicees(session, new Domain.Accounts.AccountQueries(session)).SetAsync(parsed.GetValue(usn)!, parsed.GetValue(invoicee) is { } payer && payer != Nobody ? payer : null, cancellation)),
            TransactionCommand.On("responsive-terms", "Puts an account on responsive terms, by which credit control moves it between account terms", [usn, responsive], (parsed, session, cancellation) =>
                new Domain.Receivables.CreditControl(session).ChooseResponsiveTermsAsync(parsed.GetValue(usn)!, Number(parsed.GetValue(responsive)!, FromType), cancellation)),
            TransactionCommand.On("auto-payment", "Chooses how an account's invoices are paid by themselves", [usn, option], (parsed, session, cancellation) =>
                new AutomaticPayments(session, Schedule(session)).ChooseAsync(parsed.GetValue(usn)!, Number(parsed.GetValue(option)!, FromTerms), cancellation)),
        };
    }

    /// <summary>A plan as a person reads it.</summary>
    internal static string Describe(PaymentPlan plan)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Payment plan {plan.Number} of account {plan.AccountUsn}: {plan.State}"));
        text.WriteLine($"Invoices {string.Join(", ", plan.Invoices.OrderBy(invoice => invoice.Position).Select(invoice => invoice.TransactionNumber))}");
        foreach (var instalment in plan.Instalments.OrderBy(instalment => instalment.Position))
        {
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{instalment.Due:yyyy-MM-dd} {instalment.Amount} {(instalment.PaymentNumber is { } payment ? "payment " + payment : "no stored details: pay by hand")}"));
        }

        return text.ToString();
    }

    /// <param name="word">What stands for no number.</param>
    private static int? Number(string text, string word) => text == word ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new CommandException($"'{text}' is neither a number nor '{word}'.");

    private static PaymentSchedule Schedule(StageSession session) => new(session, new DueWorkSchedule(session));

    private static PaymentPlans Plans(StageSession session) => new(session, Schedule(session));
}
