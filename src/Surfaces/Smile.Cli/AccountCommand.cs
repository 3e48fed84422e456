using System.CommandLine;
using System.Globalization;
using Smile.Billing;
using Smile.Catalogue;
using Smile.CreditControl;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Payments;
using Smile.Rating.Credit;
using Smile.Session;

namespace Smile.Cli;

/// <summary><c>smile account</c>: what operators choose for an account and the API has no operations to set.</summary>
internal static class AccountCommand
{
    private const string FromTerms = "terms";
    private const string FromType = "type";
    private const string Nobody = "none";
    private const string NoLimit = "none";
    private const string LimitOfTerms = "default";

    public static Command Create()
    {
        var usn = new Argument<string>("usn") { Description = "USN of the account" };
        var option = Inputs
            .NumberOr(FromTerms)
            .Argument("option", $"0 none, 1 each invoice's amount, 2 the account's balance; {FromTerms}: what the account terms say");
        var invoicee = new Argument<string>("invoicee")
        {
            Description = $"USN of the account that gets the invoices; {Nobody}: the account itself",
        };
        var responsive = Inputs
            .NumberOr(FromType)
            .Argument("responsive-terms", $"Id of the responsive terms; 0 none; {FromType}: those of the account's type");
        var limit = Inputs
            .AmountOr(NoLimit, LimitOfTerms)
            .Argument(
                "amount",
                $"What it may owe, tax included, in its currency; {NoLimit}: any amount; {LimitOfTerms}: what its account terms say"
            );
        var invoicing = new CycleOptions("--type", "--day", "--cycle", "Of the invoices");
        var rating = new CycleOptions("--rating-type", "--rating-day", "--rating-cycle", "Of the rating periods, where they are others");
        return new Command("account", "Accounts")
        {
            CommandSupport.OnSession(
                "cycle",
                "Bills an account by another cycle from its present period on; no day is charged twice or left out",
                [usn, .. invoicing.All, .. rating.All],
                async (parsed, scope, cancellation) =>
                {
                    var account = parsed.GetValue(usn)!;
                    var choice =
                        invoicing.Choice(parsed)
                        ?? throw new CommandException(
                            "Say which cycle: --type Monthly --day 1, --type Anniversary, or --cycle NAME of the catalogue's billingCycles."
                        );
                    var rated = rating.Choice(parsed);
                    await scope.Use<ChangeBillingCycle>().ChangeAsync(account, choice, rated, cancellation);
                    return await DescribeCycleAsync(scope.Session, account, cancellation);
                }
            ),
            CommandSupport.OnSession(
                "credit-limit",
                "Gives an account a credit limit of its own",
                [usn, limit],
                async (parsed, scope, cancellation) =>
                {
                    var (account, chosen) = (parsed.GetValue(usn)!, parsed.GetValue(limit));
                    var limits = scope.Use<ChooseCreditLimit>();
                    await (
                        chosen.Word == LimitOfTerms
                            ? limits.ResetAsync(account, cancellation)
                            : limits.SetAsync(account, chosen.Amount, cancellation)
                    );
                    return Describe(account, await limits.GetAsync(account, cancellation));
                }
            ),
            CommandSupport.OnSession(
                "invoicee",
                "Chooses the account that an account's invoices are sent to",
                [usn, invoicee],
                async (parsed, scope, cancellation) =>
                {
                    var account = parsed.GetValue(usn)!;
                    var payer = parsed.GetValue(invoicee) is { } named && named != Nobody ? named : null;
                    await scope.Use<Invoicees>().SetAsync(account, payer, cancellation);
                    return await DescribeInvoiceeAsync(scope.Session, account, cancellation);
                }
            ),
            CommandSupport.OnSession(
                "responsive-terms",
                "Puts an account on responsive terms, by which credit control moves it between account terms",
                [usn, responsive],
                async (parsed, scope, cancellation) =>
                {
                    var (account, terms) = (parsed.GetValue(usn)!, parsed.GetValue(responsive).Number);
                    await scope.Use<ResponsiveTermsChoice>().ChooseResponsiveTermsAsync(account, terms, cancellation);
                    return await DescribeResponsiveTermsAsync(scope.Session, account, cancellation);
                }
            ),
            CommandSupport.OnSession(
                "auto-payment",
                "Chooses how an account's invoices are paid by themselves",
                [usn, option],
                async (parsed, scope, cancellation) =>
                {
                    var account = new Usn(parsed.GetValue(usn)!);
                    var payments = scope.Use<AutomaticPayments>();
                    await payments.ChooseAsync(account.Value, parsed.GetValue(option).Number, cancellation);
                    var chosen = await payments.GetOptionAsync(account.Value, cancellation);
                    var what = chosen.Key switch
                    {
                        0 => "no payment is scheduled",
                        1 => "a payment of each invoice is scheduled, where it has stored payment details",
                        _ => "a payment of its balance is scheduled, where it has stored payment details",
                    };
                    var byTerms = chosen.FromAccountTerms == true ? ", as its account terms say" : "";
                    return $"From the next invoice of account {account} on, {what}{byTerms}.";
                }
            ),
        };
    }

    private static async Task<string> DescribeCycleAsync(StageSession session, string usn, CancellationToken cancellation)
    {
        var account = await session.ReadAccountAsync(usn, cancellation);
        var rated = account.RatingCycle == account.InvoicingCycle ? "" : $", and rated {Text(account.RatingCycle)}";
        var today = session.DayOf(account);
        var period = BillingPeriods.At(session.Catalogue.Cycle(account.InvoicingCycle), today);
        return $"Account {account.Usn} is billed {Text(account.InvoicingCycle)}{rated},"
            + $" beginning with the period {period.From:yyyy-MM-dd} to {period.To:yyyy-MM-dd}.";
    }

    private static string Text(CycleChoice cycle) =>
        cycle.Type switch
        {
            CycleType.Custom => $"by the periods of {cycle.Table}",
            CycleType.Monthly => string.Create(CultureInfo.InvariantCulture, $"monthly, from day {cycle.Day}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"by its anniversary, from day {cycle.Day} of the month"),
        };

    private static string Describe(string usn, ChosenCreditLimit chosen)
    {
        var byTerms = chosen.IsOwn ? "" : ", as its account terms say";
        return chosen.Limit is { } limit
            ? $"Account {usn} may owe less than {limit.Formatted()} from now on, with usage that is not billed yet{byTerms}."
            : $"Account {usn} may owe any amount from now on{byTerms}.";
    }

    private static async Task<string> DescribeInvoiceeAsync(StageSession session, string usn, CancellationToken cancellation)
    {
        var account = await session.ReadAccountAsync(usn, cancellation);
        return account.InvoiceeUsn is { } payer
            ? $"The invoices of account {account.Usn} are addressed and sent to account {payer} from now on; the debt stays its own."
            : $"Account {account.Usn} gets its own invoices from now on.";
    }

    private static async Task<string> DescribeResponsiveTermsAsync(StageSession session, string usn, CancellationToken cancellation)
    {
        var account = await session.ReadAccountAsync(usn, cancellation);
        var byType = account.ResponsiveTermsId is null ? ", those of its type" : "";
        if (session.Catalogue.ResponsiveTerms(account.AccountTypeId, account.ResponsiveTermsId) is { } terms)
        {
            return $"Account {account.Usn} is on the responsive terms {terms.Name}{byType}:"
                + " the next credit control run chooses its account terms by them.";
        }

        var kept = session.Catalogue.AccountTerms(account.AccountTermsId).Name;
        return $"Account {account.Usn} is on no responsive terms{byType}: it stays on the account terms {kept}.";
    }

    /// <summary>The options that choose a cycle. Without the type of it, a day or a table says less than it seems to.</summary>
    private sealed class CycleOptions(string type, string day, string table, string whose)
    {
        private readonly Option<CycleType?> _type = Inputs
            .OneOf<CycleType>()
            .Option(type, $"{whose}: Anniversary, Monthly or Custom; may be left out where {table} is given, which is Custom");

        private readonly Option<int?> _day = Inputs.Number.Option(
            day,
            $"{whose}: day of the month on which periods begin; 31 for periods that end with the month. Needs {type}"
        );

        private readonly Option<string?> _table = new(table)
        {
            Description = $"{whose}: the catalogue's table of periods of a custom cycle",
        };

        public IEnumerable<Option> All => [_type, _day, _table];

        /// <returns>Null where none of them is given.</returns>
        /// <exception cref="CommandException">There is a day, and nothing says of which cycle.</exception>
        public CycleChoice? Choice(ParseResult parsed) =>
            (parsed.GetValue(_type), parsed.GetValue(_day), parsed.GetValue(_table)) switch
            {
                (null, null, null) => null,
                ({ } chosen, var of, var named) => new CycleChoice(chosen, of, named),
                (null, var of, { } named) => new CycleChoice(CycleType.Custom, of, named),
                _ => throw new CommandException(
                    $"{_day.Name} may be of a monthly cycle or of an anniversary."
                        + $" Say which: {_type.Name} Monthly or {_type.Name} Anniversary."
                ),
            };
    }
}
