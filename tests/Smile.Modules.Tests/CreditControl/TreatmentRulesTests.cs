using Smile.Catalogue;
using Smile.CreditControl;
using Smile.Kernel;
using Smile.Receivables;

namespace Smile.Modules.Tests.CreditControl;

public sealed class TreatmentRulesTests
{
    private const int Terms = 1;
    private const int OtherTerms = 2;

    private static readonly Usn Account = new("2143826226");

    private static readonly IReadOnlyList<TreatmentLevel> Levels =
    [
        new("Overdue", 1, 0m) { Actions = [Notice("one")] },
        new("Late", 14, 0m) { Actions = [Notice("two"), new(TreatmentActionKind.Resume)] },
        new("Barred", 28, 0m) { Actions = [new(TreatmentActionKind.Suspend), Notice("three")] },
    ];

    /// <summary>From the level before to the level that is owed: what is done.</summary>
    [Theory]
    [InlineData(null, 0, true, "Settled -> Settled: resume")]
    [InlineData(null, 1, true, "Settled -> Overdue: notice one")]
    [InlineData(null, 3, true, "Settled -> Barred: notice one, notice two, suspend, notice three")]
    [InlineData(1, 1, true, "Overdue -> Overdue")]
    [InlineData(1, 2, true, "Overdue -> Late: notice two")]
    [InlineData(3, 3, true, "Barred -> Barred")]
    [InlineData(3, 2, true, "Barred -> Late: resume")]
    [InlineData(3, 1, true, "Barred -> Overdue")]
    [InlineData(3, 0, true, "Barred -> Settled: resume")]
    [InlineData(1, 3, false, "Overdue -> Overdue")]
    [InlineData(null, 3, false, "Settled -> Settled: resume")]
    [InlineData(3, 2, false, "Barred -> Late: resume")]
    public void A_level_that_is_reached_brings_its_actions_once(int? before, int owed, bool mayRise, string treatment) =>
        Assert.Equal(
            $"{Account} {treatment}",
            TreatmentRules
                .Decide(Account, Levels, before is { } level ? State(level, Levels[level - 1].Name, Terms) : null, Terms, owed, mayRise)
                .ToString()
        );

    [Theory]
    [InlineData("Reminded", 2, "Reminded -> Late: notice two, resume")]
    [InlineData("Late", 2, "Late -> Late: resume")]
    [InlineData("Reminded", 0, "Reminded -> Settled: resume")]
    [InlineData("Reminded", 3, "Reminded -> Barred: suspend, notice three")]
    public void Other_terms_bring_the_actions_of_the_level_that_is_newly_assigned(string before, int owed, string treatment) =>
        Assert.Equal(
            $"{Account} {treatment}",
            TreatmentRules.Decide(Account, Levels, State(1, before, OtherTerms), Terms, owed, mayRise: true).ToString()
        );

    /// <summary>
    /// A payment or a dispute between the change of the terms and the run: the run still has to carry out what these terms ask for.
    /// </summary>
    [Theory]
    [InlineData(1, "Reminded -> Reminded", OtherTerms)]
    [InlineData(2, "Reminded -> Reminded: resume", OtherTerms)]
    [InlineData(3, "Reminded -> Reminded", OtherTerms)]
    [InlineData(0, "Reminded -> Settled: resume", Terms)]
    public void Relief_does_not_take_an_account_into_other_terms(int owed, string treatment, int terms)
    {
        var relief = TreatmentRules.Decide(Account, Levels, State(1, "Reminded", OtherTerms), Terms, owed, mayRise: false);
        Assert.Equal($"{Account} {treatment}", relief.ToString());
        Assert.Equal(terms, relief.TermsId);
    }

    [Fact]
    public void A_level_that_the_terms_no_longer_have_counts_as_their_strictest() =>
        Assert.Equal(
            $"{Account} Beyond -> Barred",
            TreatmentRules.Decide(Account, Levels, State(7, "Beyond", Terms), Terms, 3, mayRise: true).ToString()
        );

    /// <summary>Level 1 after 7 days, level 2 after 21 days from $50, level 3 after 40 days.</summary>
    [Theory]
    [InlineData(6, 100, "", "")]
    [InlineData(7, 100, "", "Reminder: notice one")]
    [InlineData(7, 0.01, "", "Reminder: notice one")]
    [InlineData(21, 49.99, "", "Reminder: notice one")]
    [InlineData(21, 50, "", "Reminder: notice one; Late: late fee fee")]
    [InlineData(21, 50, "1 Reminder", "Late: late fee fee")]
    [InlineData(40, 20, "1 Reminder", "Last: notice three")]
    [InlineData(40, 50, "1 Reminder,1 Late,1 Last", "")]
    [InlineData(40, 100, "1 Last", "")]
    // What other terms have done is not done again, nor what these have besides the strictest.
    [InlineData(40, 100, "2 Late fee", "Last: notice three")]
    [InlineData(40, 100, "2 Last", "")]
    [InlineData(6, 100, "2 Late fee", "")]
    [InlineData(40, 100, "2 Late fee,1 Reminder", "Late: late fee fee; Last: notice three")]
    public void An_invoice_that_reaches_a_level_brings_its_actions_once(int days, double owed, string done, string expected)
    {
        var invoice = new OverdueInvoice("21430913", days, (decimal)owed, IsLateFee: false, "RE-1", new DateOnly(2026, 1, 15));
        Assert.Equal(expected, Words(TreatmentRules.DecideInvoices(InvoiceLevels, Terms, "AUD", [invoice], Done(done))));
        Assert.Equal(
            expected.Replace(": late fee fee", "", StringComparison.Ordinal),
            Words(TreatmentRules.DecideInvoices(InvoiceLevels, Terms, "AUD", [invoice with { IsLateFee = true }], Done(done)))
        );
    }

    /// <summary>Levels are known by their names, whatever their places were when they were carried out.</summary>
    [Theory]
    [InlineData("1 Reminder", "Late", "Late: late fee fee")]
    [InlineData("1 Reminder", "First,Reminder,Late", "Late: late fee fee")]
    [InlineData("1 Reminder,1 Late", "Late,Last", "Last: notice three")]
    [InlineData("1 Reminder", "Renamed", "Renamed: notice one")]
    [InlineData("1 Reminder,1 Late", "Reminder,Renamed", "Renamed: notice one")]
    public void Levels_that_the_terms_have_lost_gained_or_renamed_do_not_hide_the_others(string done, string levels, string expected)
    {
        var named = levels
            .Split(',')
            .Select(
                (name, index) =>
                    (InvoiceLevels.FirstOrDefault(level => level.Name == name) ?? new(name, 1, 0m) { Actions = [Notice("one")] }) with
                    {
                        OverdueDays = index + 1,
                    }
            );
        Assert.Equal(
            expected,
            Words(
                TreatmentRules.DecideInvoices(
                    [.. named],
                    Terms,
                    "AUD",
                    [new OverdueInvoice("21430913", 40, 100m, IsLateFee: false, "RE-1", new DateOnly(2026, 1, 15))],
                    Done(done)
                )
            )
        );
    }

    private static IReadOnlyList<TreatmentLevel> InvoiceLevels =>
        [
            new("Reminder", 7, 0m) { Actions = [Notice("one")] },
            new("Late", 21, 50m) { Actions = [new(TreatmentActionKind.LateFee) { ItemCode = "fee" }] },
            new("Last", 40, 0m) { Actions = [Notice("three")] },
        ];

    private static string Words(IReadOnlyList<InvoiceStep> steps) =>
        string.Join(
            "; ",
            steps.Select(step =>
                new Treatment(Account, "", 0, "", [], Resumes: false) { Invoices = [step] }
                    .ToString()
                    .Split("; invoice 21430913 ")[1]
            )
        );

    private static List<InvoiceTreatment> Done(string done) =>
        [
            .. done.Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(each => each.Split(' ', 2))
                .Select(parts => new InvoiceTreatment
                {
                    TransactionNumber = "21430913",
                    LevelName = parts[1],
                    AccountUsn = Account,
                    AccountTermsId = int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture),
                    Level = Math.Max(1, InvoiceLevels.ToList().FindIndex(level => level.Name == parts[1]) + 1),
                    Treated = DateTimeOffset.UnixEpoch,
                    ChangedBy = Account,
                }),
        ];

    private static TreatmentAction Notice(string template) => new(TreatmentActionKind.Notice) { Template = template };

    private static CreditControlState State(int level, string name, int terms) =>
        new()
        {
            AccountUsn = Account,
            Level = level,
            LevelName = name,
            AccountTermsId = terms,
            Since = DateTimeOffset.UnixEpoch,
            ChangedBy = Account,
        };
}
