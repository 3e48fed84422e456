using Smile.Catalogue;

namespace Smile.Modules.Tests.Catalogue.Reading;

public sealed class TreatmentLevelTests
{
    private const string Fee = "itemDescriptions: [{ code: fee, description: Fee }]\n";

    [Fact]
    public void Account_terms_say_what_credit_control_does()
    {
        var content = CatalogueText.Content(
            CatalogueText.Base,
            Fee
                + """
                accountTerms:
                  - id: 7
                    name: Strict
                    dispatch: File
                    creditControl: { graceDays: 3, minimumAccount: 20, minimumInvoice: 5.5 }
                    treatmentLevels:
                      - { name: Late, overdueDays: 1,
                          actions: [{ notice: reminder }, { notice: second, attach: invoices },
                            { notice: third, attach: statement }, resume] }
                      - { name: Barred, overdueDays: 9,
                          actions: [{ lateFee: { itemCode: fee, amount: 12.5 } }, { lateFee: { itemCode: fee } }, suspend, disableLogin] }
                """
        );
        var terms = content.AccountTerms.Single(candidate => candidate.Id == 7);
        Assert.Equal(
            (
                DispatchChannel.File,
                new CreditControlLimits
                {
                    GraceDays = 3,
                    MinimumAccount = 20m,
                    MinimumInvoice = 5.5m,
                }
            ),
            (terms.Dispatch, terms.CreditControl)
        );
        Assert.Equal(
            [
                new(TreatmentActionKind.Notice) { Template = "reminder" },
                new(TreatmentActionKind.Notice) { Template = "second", Attach = NoticeAttachment.Invoices },
                new(TreatmentActionKind.Notice) { Template = "third", Attach = NoticeAttachment.Statement },
                new(TreatmentActionKind.Resume),
            ],
            terms.TreatmentLevels[0].Actions
        );
        Assert.Equal(
            [
                new(TreatmentActionKind.LateFee) { ItemCode = "fee", Amount = 12.5m },
                new(TreatmentActionKind.LateFee) { ItemCode = "fee" },
                new(TreatmentActionKind.Suspend),
                new(TreatmentActionKind.DisableLogin),
            ],
            terms.TreatmentLevels[1].Actions
        );

        // What versions hold that were stored before.
        var usual = content.AccountTerms.Single(candidate => candidate.Id == 1);
        Assert.Equal((DispatchChannel.Email, new CreditControlLimits()), (usual.Dispatch, usual.CreditControl));
        Assert.All(usual.TreatmentLevels, level => Assert.Empty(level.Actions));
    }

    [Theory]
    [InlineData("resumee", "Expected a mapping or one of suspend, disableLogin, resume, but this is 'resumee'.")]
    [InlineData("{ notice: a/b }", "'a/b' is not a code: 1 to 40 letters, digits, '_', '-' and '.'.")]
    [InlineData("{ lateFee: { itemCode: fees } }", "There is no item description fees. Did you mean 'fee'?")]
    [InlineData("{ lateFee: { amount: 1 } }", "The key 'itemCode' is missing.")]
    [InlineData(
        "{ notice: a, lateFee: { itemCode: fee } }",
        "An action is one of notice, lateFee, ticket, suspend, disableLogin and resume."
    )]
    [InlineData("{ notice: a, attach: invoice }", "Expected one of invoices, statement, but this is 'invoice'.")]
    [InlineData("{ lateFee: { itemCode: fee }, attach: invoices }", "Only a notice has something attached.")]
    [InlineData("{ }", "An action is one of notice, lateFee, ticket, suspend, disableLogin and resume.")]
    [InlineData("{ notices: a, notice: a }", "Unknown key 'notices'. Did you mean 'notice'?")]
    public void A_wrong_action_is_reported(string action, string problem) =>
        Assert.EndsWith(
            ": " + problem,
            Assert.Single(
                CatalogueText.Problems(
                    $"{Fee}accountTerms: [{{ id: 7, name: T, treatmentLevels: [{{ name: L, overdueDays: 1, actions: [{action}] }}] }}]"
                )
            ),
            StringComparison.Ordinal
        );

    [Fact]
    public void Account_terms_say_what_is_done_about_single_invoices()
    {
        var content = CatalogueText.Content(
            CatalogueText.Base,
            Fee
                + "accountTerms: [{ id: 7, name: Trade, dispatchReceipts: true, invoiceLevels: [{ name: Late, overdueDays: 9, "
                + "minimumAmount: 50, actions: [{ notice: late }, { lateFee: { itemCode: fee } }] }] }]"
        );
        var terms = content.AccountTerms.Single(candidate => candidate.Id == 7);
        var level = Assert.Single(terms.InvoiceLevels);
        Assert.Equal(("Late", 9, 50m), (level.Name, level.OverdueDays, level.MinimumAmount));
        Assert.Equal(
            [new(TreatmentActionKind.Notice) { Template = "late" }, new(TreatmentActionKind.LateFee) { ItemCode = "fee" }],
            level.Actions
        );
        Assert.Equal(TreatmentLevel.Usual, terms.TreatmentLevels);
        Assert.True(terms.DispatchReceipts);
        Assert.False(content.AccountTerms.Single(candidate => candidate.Id == 1).DispatchReceipts);
    }

    [Theory]
    [InlineData(
        "{ name: A, overdueDays: 1, actions: [suspend] }",
        "About an invoice, credit control writes notices, which have the invoice attached, and charges a late fee. The rest is for "
            + "treatmentLevels."
    )]
    [InlineData(
        "{ name: A, overdueDays: 1, actions: [{ notice: a, attach: invoices }] }",
        "About an invoice, credit control writes notices, which have the invoice attached, and charges a late fee. The rest is for "
            + "treatmentLevels."
    )]
    [InlineData(
        "{ name: A, overdueDays: 1, actions: [{ lateFee: { itemCode: fee } }, { lateFee: { itemCode: fee, amount: 5 } }] }",
        "A level of an invoice charges one late fee."
    )]
    [InlineData(
        "{ name: A, overdueDays: 1 }, { name: A, overdueDays: 2 }",
        "The levels of invoices have different names: by them it is known what was done about an invoice."
    )]
    [InlineData(
        "{ name: A, overdueDays: 2 }, { name: B, overdueDays: 2 }",
        "Treatment levels go from the mildest to the strictest, with more overdue days each."
    )]
    public void A_wrong_level_of_invoices_is_reported(string levels, string problem) =>
        Assert.EndsWith(
            ": " + problem,
            Assert.Single(CatalogueText.Problems($"{Fee}accountTerms: [{{ id: 7, name: T, invoiceLevels: [{levels}] }}]")),
            StringComparison.Ordinal
        );

    private const string TwoTerms = "accountTerms: [{ id: 7, name: Good }, { id: 8, name: Missed }]\n";

    [Fact]
    public void Responsive_terms_say_which_account_terms_hold()
    {
        var content = CatalogueText.Content(
            CatalogueText.Base,
            TwoTerms
                + "responsiveTerms: [{ id: 3, name: Payers, accountTypes: [1], default: 7, rules: [{ atLeast: 1, owing: 2.00, "
                + "overdueDays: 1, inMonths: 6, then: 8 }] }]"
        );
        var terms = Assert.Single(content.ResponsiveTerms);
        Assert.Equal((3, "Payers", 7), (terms.Id, terms.Name, terms.DefaultTerms));
        Assert.Equal(new ResponsiveTermsRule(1, 2.00m, 1, 6, 8), Assert.Single(terms.Rules));
        var snapshot = new CatalogueSnapshot(1, content);
        Assert.Equal(
            (3, 3, null, null),
            (
                snapshot.ResponsiveTerms(1, null)?.Id,
                snapshot.ResponsiveTerms(2, 3)?.Id,
                snapshot.ResponsiveTerms(1, 0)?.Id,
                snapshot.ResponsiveTerms(2, null)?.Id
            )
        );
    }

    [Theory]
    [InlineData(
        "{ id: 3, name: A, default: 7, rules: [{ atLeast: 1, owing: 2, overdueDays: 1, inMonths: 6, then: 9 }] }",
        "There is no account terms 9."
    )]
    [InlineData(
        "{ id: 3, name: A, default: 9, rules: [{ atLeast: 1, owing: 2, overdueDays: 1, inMonths: 6, then: 8 }] }",
        "There is no account terms 9."
    )]
    [InlineData("{ id: 3, name: A, default: 7 }", "Responsive terms have at least one rule.")]
    [InlineData(
        "{ id: 3, name: A, default: 7, rules: [{ atLeast: 0, owing: 2, overdueDays: 1, inMonths: 6, then: 8 }] }",
        "'0' is out of range: 1 to 1000."
    )]
    public void Wrong_responsive_terms_are_reported(string terms, string problem) =>
        Assert.Contains(
            ": " + problem,
            Assert.Single(CatalogueText.Problems($"{TwoTerms}responsiveTerms: [{terms}]")),
            StringComparison.Ordinal
        );
}
