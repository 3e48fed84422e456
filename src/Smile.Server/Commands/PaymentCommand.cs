using System.CommandLine;
using System.Globalization;
using Smile.Contracts;
using Smile.Domain.DueWork;
using Smile.Domain.Foundation;
using Smile.Domain.Payments;
using Smile.Server.Stages;

namespace Smile.Server.Commands;

/// <summary><c>smile payment</c> and <c>smile payment-plan</c>: what the API shows of payments and has no operations to set or decide.</summary>
internal static class PaymentCommand
{
    private const int MostShown = 1_000;

    public static Command CreatePaymentPlan()
    {
        var usn = new Argument<string>("usn") { Description = "USN of the account" };
        var number = new Argument<string>("number") { Description = "Number of the payment plan" };
        var invoices = new Option<string[]>("--invoice") { Description = "Number of an invoice; give it several times, in the order in which they are to be paid", Required = true };
        var instalments = new Option<int>("--instalments") { Description = "How many instalments", Required = true };
        var first = new Option<DateOnly>("--first") { Description = "The day of the first instalment, such as 2026-01-31", Required = true };
        var every = new Option<InstalmentFrequency>("--every") { Description = "Month, Week or Fortnight", DefaultValueFactory = _ => InstalmentFrequency.Month };
        return new Command("payment-plan", "Invoices that are paid in instalments")
        {
            CommandSupport.OnSession("create", "Makes a plan, and schedules its payments where the account has stored details", [usn, invoices, instalments, first, every], async (parsed, session, cancellation) =>
            {
                var request = new NewPaymentPlan(parsed.GetValue(usn)!, parsed.GetValue(invoices)!, parsed.GetValue(instalments), parsed.GetValue(first)) { Every = parsed.GetValue(every) };
                Console.Write(Describe(await Plans(session).CreateAsync(request, cancellation).ConfigureAwait(false)));
            }),
            CommandSupport.OnSession("show", "Shows a plan", [number], async (parsed, session, cancellation) =>
                Console.Write(Describe(await Plans(session).GetAsync(parsed.GetValue(number)!, cancellation).ConfigureAwait(false)))),
            CommandSupport.OnSession("cancel", "Ends a plan and calls off its scheduled payments", [number], (parsed, session, cancellation) => Plans(session).CancelAsync(parsed.GetValue(number)!, cancellation)),
        };
    }

    public static Command CreatePayment()
    {
        var number = new Argument<string>("number") { Description = "Number of the payment" };
        var refundNumber = new Argument<string>("number") { Description = "Number of the refund" };
        var status = new Option<PaymentStatusType>("--status") { Description = "Waiting, Accepted, Declined, Attention or Cancelled", DefaultValueFactory = _ => PaymentStatusType.Attention };
        var refundStatus = new Option<PaymentRefundStatus?>("--status") { Description = "Waiting, Accepted or Declined; all where absent" };
        var reason = new Option<string>("--reason") { Description = "What shows it, for the books", Required = true };
        var amount = Amounts.Option("--amount", "How much; all that was not given back before where absent");
        return new Command("payment", "Payments whose outcome nobody knows, and refunds")
        {
            CommandSupport.OnSession("list", "Shows payments with a status, the newest first", [status], async (parsed, session, cancellation) =>
            {
                var payments = await Administration(session).ListAsync(parsed.GetValue(status), MostShown, cancellation).ConfigureAwait(false);
                foreach (var payment in payments)
                {
                    Console.WriteLine(Describe(payment));
                }

                Console.WriteLine($"{parsed.GetValue(status)}: {payments.Count}{(payments.Count == MostShown ? ", the newest" : "")}.");
            }),
            CommandSupport.OnSession("ask-again", "Has the gateway of a payment that needs attention asked again, or the payment sent", [number], (parsed, session, cancellation) =>
                Administration(session).AskAgainAsync(parsed.GetValue(number)!, cancellation)),
            CommandSupport.OnSession("accept", "Accepts a payment that needs attention: the money is at the bank", [number, reason], (parsed, session, cancellation) =>
                Administration(session).AcceptAsync(parsed.GetValue(number)!, parsed.GetValue(reason)!, cancellation)),
            CommandSupport.OnSession("give-up", "Declines a payment that needs attention: there is no money", [number, reason], (parsed, session, cancellation) =>
                Administration(session).GiveUpAsync(parsed.GetValue(number)!, parsed.GetValue(reason)!, cancellation)),
            WithGateways("refund", "Gives a payment back through its gateway", [number, amount, reason], (parsed, refunds, cancellation) =>
                refunds.RefundAsync(parsed.GetValue(number)!, parsed.GetValue(amount), parsed.GetValue(reason)!, cancellation)),
            WithGateways("refund-again", "Asks the gateway for a refund that has no outcome once more", [refundNumber], (parsed, refunds, cancellation) =>
                refunds.AgainAsync(parsed.GetValue(refundNumber)!, cancellation)),
            CommandSupport.OnSession("refunds", "Shows refunds, the newest first", [refundStatus], async (parsed, session, cancellation) =>
            {
                foreach (var refund in await Administration(session).RefundsAsync(parsed.GetValue(refundStatus), MostShown, cancellation).ConfigureAwait(false))
                {
                    Console.WriteLine(Describe(refund));
                }
            }),
        };
    }

    /// <summary>A refund asks a gateway: it runs with the stage's own, as the server's work does.</summary>
    private static Command WithGateways(string name, string description, IEnumerable<Symbol> inputs, Func<ParseResult, RefundPayment, CancellationToken, Task<PaymentRefund>> act) =>
        CommandSupport.OnStage(name, description, inputs, async (parsed, stage, settings, cancellation) =>
        {
            await using var services = CommandSupport.UseCasesWithGateways(stage, settings);
            var refund = await services.GetRequiredService<IServiceScopeFactory>()
                .RunAsync<RefundPayment, PaymentRefund>(stage, CommandSupport.Caller, refunds => act(parsed, refunds, cancellation)).ConfigureAwait(false);
            Console.WriteLine(Describe(refund));
            return refund.Status == PaymentRefundStatus.Accepted ? 0 : 1;
        });

    private static string Describe(PaymentRefund refund) => string.Create(
        CultureInfo.InvariantCulture,
        $"Refund {refund.Number} of {refund.Amount} of payment {refund.PaymentNumber}, account {refund.AccountUsn}: {refund.Status}{(refund.TransactionNumber is { } number ? ", transaction " + number : "")}{(refund.Message is { } message ? ": " + message : "")}");

    private static string Describe(Payment payment) => string.Create(
        CultureInfo.InvariantCulture,
        $"{payment.Number} {payment.Created:yyyy-MM-dd HH:mm}Z {payment.Amount} {payment.Currency} {payment.PaymentTypeCode} of account {payment.AccountUsn}{string.Concat(payment.Properties.Fields.Select(field => $" {field.Name}={field.Value}"))}: {payment.Attempts.OrderBy(attempt => attempt.Id).LastOrDefault()?.Message}").TrimEnd(':', ' ');

    private static PaymentAdministration Administration(StageSession session) =>
        new(session, Schedule(session), new PaymentPosting(session, TransactionCommand.LedgerOf(session)));

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

    internal static PaymentSchedule Schedule(StageSession session) => new(session, new DueWorkSchedule(session));

    private static PaymentPlans Plans(StageSession session) => new(session, Schedule(session));
}
