using System.CommandLine;
using System.Globalization;
using Smile.Domain.Accounts;
using Smile.Domain.Billing;
using Smile.Domain.Foundation;
using Smile.Domain.Payments;

namespace Smile.Server.Commands;

/// <summary><c>smile account</c>: what operators choose for an account and the API has no operations to set.</summary>
internal static class AccountCommand
{
    private const string FromTerms = "terms";
    private const string FromType = "type";
    private const string Nobody = "none";

    public static Command Create()
    {
        var usn = new Argument<string>("usn") { Description = "USN of the account" };
        var option = new Argument<string>("option") { Description = "0 none, 1 each invoice's amount, 2 the account's balance; terms: what the account terms say" };
        var invoicee = new Argument<string>("invoicee") { Description = "USN of the account that gets the invoices; none: the account itself" };
        var responsive = new Argument<string>("responsive-terms") { Description = "Id of the responsive terms; 0 none; type: those of the account's type" };
        var type = new Option<CycleType>("--type") { Description = "Anniversary, Monthly or Custom", DefaultValueFactory = _ => CycleType.Monthly };
        var day = new Option<int?>("--day") { Description = "Day of the month on which periods begin; 31 for periods that end with the month" };
        var table = new Option<string?>("--cycle") { Description = "The catalogue's table of periods of a custom cycle" };
        var ratingType = new Option<CycleType?>("--rating-type") { Description = "Of the rating periods, where they are others than those of the invoices" };
        var ratingDay = new Option<int?>("--rating-day") { Description = "As --day, of the rating periods" };
        var ratingTable = new Option<string?>("--rating-cycle") { Description = "As --cycle, of the rating periods" };
        return new Command("account", "Accounts")
        {
            CommandSupport.OnSession(
                "cycle",
                "Bills an account by another cycle from its present period on; no day is charged twice or left out",
                [usn, type, day, table, ratingType, ratingDay, ratingTable],
                (parsed, session, cancellation) => new ChangeBillingCycle(session, new AccountQueries(session)).ChangeAsync(
                    parsed.GetValue(usn)!,
                    new CycleChoice(parsed.GetValue(type), parsed.GetValue(day), parsed.GetValue(table)),
                    parsed.GetValue(ratingType) is { } rating ? new CycleChoice(rating, parsed.GetValue(ratingDay), parsed.GetValue(ratingTable)) : null,
                    cancellation)),
            CommandSupport.OnSession("invoicee", "Chooses the account that an account's invoices are sent to", [usn, invoicee], (parsed, session, cancellation) =>
                new Invoicees(session, new AccountQueries(session)).SetAsync(parsed.GetValue(usn)!, parsed.GetValue(invoicee) is { } payer && payer != Nobody ? payer : null, cancellation)),
            CommandSupport.OnSession("responsive-terms", "Puts an account on responsive terms, by which credit control moves it between account terms", [usn, responsive], (parsed, session, cancellation) =>
                new Domain.Receivables.CreditControl(session).ChooseResponsiveTermsAsync(parsed.GetValue(usn)!, Number(parsed.GetValue(responsive)!, FromType), cancellation)),
            CommandSupport.OnSession("auto-payment", "Chooses how an account's invoices are paid by themselves", [usn, option], (parsed, session, cancellation) =>
                new AutomaticPayments(session, PaymentCommand.Schedule(session)).ChooseAsync(parsed.GetValue(usn)!, Number(parsed.GetValue(option)!, FromTerms), cancellation)),
        };
    }

    /// <param name="word">What stands for no number.</param>
    private static int? Number(string text, string word) => text == word ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new CommandException($"'{text}' is neither a number nor '{word}'.");
}
