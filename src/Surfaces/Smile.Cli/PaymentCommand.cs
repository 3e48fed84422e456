using System.CommandLine;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Hosting.Stages;
using Smile.Payments;
using Smile.Session;

namespace Smile.Cli;

/// <summary>
/// <c>smile payment</c> and <c>smile payment-plan</c>: what the API shows of payments and has no operations to set or decide.
/// </summary>
internal static class PaymentCommand
{
    private const int MostShown = 1_000;

    public static Command CreatePaymentPlan()
    {
        var usn = new Argument<string>("usn") { Description = "USN of the account" };
        var number = new Argument<string>("number") { Description = "Number of the payment plan" };
        var invoices = new Option<string[]>("--invoice")
        {
            Description = "Number of an invoice; give it several times, in the order in which they are to be paid",
            Required = true,
        };
        var instalments = Inputs.Number.RequiredOption("--instalments", "How many instalments");
        var first = Inputs.Date.RequiredOption("--first", "The day of the first instalment, such as 2026-01-31");
        var every = Inputs.OneOf<InstalmentFrequency>().OptionOr(InstalmentFrequency.Month, "--every", "Month, Week or Fortnight");
        return new Command("payment-plan", "Invoices that are paid in instalments")
        {
            CommandSupport.OnSession(
                "create",
                "Makes a plan, and schedules its payments where the account has stored details",
                [usn, invoices, instalments, first, every],
                async (parsed, scope, cancellation) =>
                {
                    var request = new NewPaymentPlan(
                        parsed.GetValue(usn)!,
                        parsed.GetValue(invoices)!,
                        parsed.GetValue(instalments),
                        parsed.GetValue(first)
                    )
                    {
                        Every = parsed.GetValue(every),
                    };
                    return Describe(await scope.Use<PaymentPlans>().CreateAsync(request, cancellation));
                }
            ),
            CommandSupport.OnSession(
                "show",
                "Shows a plan",
                [number],
                async (parsed, scope, cancellation) =>
                    Describe(await scope.Use<PaymentPlans>().GetAsync(parsed.GetValue(number)!, cancellation))
            ),
            CommandSupport.OnSession(
                "cancel",
                "Ends a plan and calls off its scheduled payments",
                [number],
                async (parsed, scope, cancellation) =>
                {
                    await scope.Use<PaymentPlans>().CancelAsync(parsed.GetValue(number)!, cancellation);
                    return await DescribeCancelledPlanAsync(scope, parsed.GetValue(number)!, cancellation);
                }
            ),
        };
    }

    public static Command CreatePayment()
    {
        var number = new Argument<string>("number") { Description = "Number of the payment" };
        var refundNumber = new Argument<string>("number") { Description = "Number of the refund" };
        var status = Inputs
            .OneOf<PaymentStatus>()
            .OptionOr(PaymentStatus.Attention, "--status", "Waiting, Accepted, Declined, Attention or Cancelled");
        var refundStatus = Inputs.OneOf<PaymentRefundStatus>().Option("--status", "Waiting, Accepted or Declined; all where absent");
        var reason = new Option<string>("--reason") { Description = "What shows it, for the books", Required = true };
        var amount = Inputs.Amount.Option("--amount", "How much; all that was not given back before where absent");
        return new Command("payment", "Payments whose outcome nobody knows, and refunds")
        {
            CommandSupport.OnSession(
                "list",
                "Shows payments with a status, the newest first",
                [status],
                async (parsed, scope, cancellation) =>
                {
                    var payments = await scope.Use<PaymentAdministration>().ListAsync(parsed.GetValue(status), MostShown, cancellation);
                    Terminal.Standard.WriteTable(
                        ["payment", "made", ">amount", "currency", "type", "account", "properties…", "last answer…"],
                        payments.Select(Cells)
                    );
                    Console.WriteLine($"{parsed.GetValue(status)}: {payments.Count}{(payments.Count == MostShown ? ", the newest" : "")}.");
                    return null;
                }
            ),
            Deciding(
                "ask-again",
                "Has the gateway of a payment that needs attention asked again, or the payment sent",
                number,
                null,
                (payments, payment, _, cancellation) => payments.AskAgainAsync(payment, cancellation)
            ),
            Deciding(
                "accept",
                "Accepts a payment that needs attention: the money is at the bank",
                number,
                reason,
                (payments, payment, why, cancellation) => payments.AcceptAsync(payment, why!, cancellation)
            ),
            Deciding(
                "give-up",
                "Declines a payment that needs attention: there is no money",
                number,
                reason,
                (payments, payment, why, cancellation) => payments.GiveUpAsync(payment, why!, cancellation)
            ),
            WithGateways(
                "refund",
                "Gives a payment back through its gateway",
                [number, amount, reason],
                (parsed, refunds, cancellation) =>
                    refunds.RefundAsync(parsed.GetValue(number)!, parsed.GetValue(amount), parsed.GetValue(reason)!, cancellation)
            ),
            WithGateways(
                "refund-again",
                "Asks the gateway for a refund that has no outcome once more",
                [refundNumber],
                (parsed, refunds, cancellation) => refunds.AgainAsync(parsed.GetValue(refundNumber)!, cancellation)
            ),
            CommandSupport.OnSession(
                "refunds",
                "Shows refunds, the newest first",
                [refundStatus],
                async (parsed, scope, cancellation) =>
                {
                    var refunds = await scope
                        .Use<PaymentAdministration>()
                        .RefundsAsync(parsed.GetValue(refundStatus), MostShown, cancellation);
                    Terminal.Standard.WriteTable(
                        ["refund", ">amount", "payment", "account", "status", "transaction", "last answer…"],
                        refunds.Select(Cells)
                    );
                    Console.WriteLine($"Refunds: {refunds.Count}{(refunds.Count == MostShown ? ", the newest" : "")}.");
                    return null;
                }
            ),
        };
    }

    /// <summary>A command that decides on a payment that needs attention.</summary>
    /// <param name="reason">Null where none is asked for.</param>
    private static Command Deciding(
        string name,
        string description,
        Argument<string> number,
        Option<string>? reason,
        Func<PaymentAdministration, string, string?, CancellationToken, Task> decide
    ) =>
        CommandSupport.OnSession(
            name,
            description,
            reason is null ? [number] : [number, reason],
            async (parsed, scope, cancellation) =>
            {
                var payment = parsed.GetValue(number)!;
                var why = reason is null ? null : parsed.GetValue(reason);
                await decide(scope.Use<PaymentAdministration>(), payment, why, cancellation);
                return await DescribeDecisionAsync(scope.Session, payment, cancellation);
            }
        );

    /// <summary>A refund asks a gateway: it runs with the stage's own, as the server's work does.</summary>
    private static Command WithGateways(
        string name,
        string description,
        IEnumerable<Symbol> inputs,
        Func<ParseResult, RefundPayment, CancellationToken, Task<PaymentRefund>> act
    ) =>
        CommandSupport.OnStage(
            name,
            description,
            inputs,
            async (parsed, stage, settings, cancellation) =>
            {
                await using var services = CommandSupport.UseCasesWithGateways(stage, settings);
                var refund = await services
                    .GetRequiredService<IServiceScopeFactory>()
                    .RunAsync<RefundPayment, PaymentRefund>(stage, CommandSupport.Caller, refunds => act(parsed, refunds, cancellation));
                Console.WriteLine(Describe(refund));
                return refund.Status == PaymentRefundStatus.Accepted ? 0 : 1;
            }
        );

    private static string Describe(PaymentRefund refund) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Refund {refund.Number} of {refund.Amount:0.00##} of payment {refund.PaymentNumber}, account {refund.AccountUsn}: "
                + $"{refund.Status}{(refund.TransactionNumber is { } number ? ", transaction " + number : "")}"
                + $"{(refund.Message is { } message ? ": " + message : "")}"
        );

    private static string[] Cells(PaymentRefund refund) =>
        [
            refund.Number,
            refund.Amount.ToString("0.00##", CultureInfo.InvariantCulture),
            refund.PaymentNumber,
            refund.AccountUsn.Value,
            refund.Status.ToString(),
            refund.TransactionNumber ?? "",
            refund.Message ?? "",
        ];

    private static string[] Cells(Payment payment) =>
        [
            payment.Number,
            Moments.Text(payment.Created),
            payment.Amount.ToString(CultureInfo.InvariantCulture),
            payment.Currency,
            payment.PaymentTypeCode,
            payment.AccountUsn.Value,
            string.Join(' ', payment.Properties.Fields.Select(field => $"{field.Name}={field.Value}")),
            payment.Attempts.OrderBy(attempt => attempt.Id).LastOrDefault()?.Message ?? "",
        ];

    /// <summary>What became of a payment that was decided by hand.</summary>
    private static async Task<string> DescribeDecisionAsync(StageSession session, string number, CancellationToken cancellation)
    {
        var payment = await session
            .Database.ReadPayments.Include(each => each.Attempts)
            .FirstAsync(each => each.Number == number, cancellation);
        var account = await session.ReadAccountAsync(payment.AccountUsn.Value, cancellation);
        var currency = session.Catalogue.Currency(payment.Currency);
        var what = $"Payment {payment.Number} of {Amounts.Text(payment.Amount, currency)} by account {account.Usn}";
        return payment switch
        {
            { Status: PaymentStatus.Accepted } =>
                $"{what} is accepted: its receipt is on the account's balance, which is {Amounts.Text(account.Balance, currency)} now.",
            { Status: PaymentStatus.Declined } => $"{what} is declined: there is no receipt, and no fee.",
            { OpenAttempt: null } => $"{what} waits: a running server sends it to its gateway at once.",
            _ => $"{what} waits: a running server asks its gateway at once.",
        };
    }

    private static async Task<string> DescribeCancelledPlanAsync(UseCaseScope scope, string number, CancellationToken cancellation)
    {
        var plan = await scope.Use<PaymentPlans>().GetAsync(number, cancellation);
        var left = await scope
            .Session.Database.ReadPayments.Where(payment => payment.PaymentPlanNumber == number && payment.Status == PaymentStatus.Waiting)
            .Select(payment => payment.Number)
            .ToListAsync(cancellation);
        var payments =
            left.Count == 0
                ? "no payment of it is scheduled any more"
                : $"payments that are at their gateway already are not called off: {string.Join(", ", left)}";
        return $"Payment plan {plan.Number} of account {plan.AccountUsn} is cancelled; {payments}.";
    }

    /// <summary>A plan as a person reads it.</summary>
    internal static string Describe(PaymentPlan plan)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        text.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"Payment plan {plan.Number} of account {plan.AccountUsn}: {plan.State}")
        );
        text.WriteLine(
            $"Invoices {string.Join(", ", plan.Invoices.OrderBy(invoice => invoice.Position).Select(invoice => invoice.TransactionNumber))}"
        );
        foreach (var instalment in plan.Instalments.OrderBy(instalment => instalment.Position))
        {
            text.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{instalment.Due:yyyy-MM-dd} {instalment.Amount} "
                        + $"{(instalment.PaymentNumber is { } payment ? "payment " + payment : "no stored details: pay by hand")}"
                )
            );
        }

        return text.ToString().TrimEnd();
    }
}
