using Smile.Catalogue;
using Smile.Receivables;

namespace Smile.CreditControl;

/// <summary>Which actions a change of an account's treatment level brings.</summary>
internal static class TreatmentRules
{
    /// <param name="levels">The levels of the account's terms, mildest first.</param>
    /// <param name="state">How the account was treated; null for not at all.</param>
    /// <param name="termsId">The account's terms.</param>
    /// <param name="owed">Position of the level that what is overdue asks for.</param>
    /// <param name="mayRise">False for an account in dispute, and where only relief is looked for: then nothing gets stricter.</param>
    public static Treatment Decide(
        Kernel.Usn account,
        IReadOnlyList<TreatmentLevel> levels,
        CreditControlState? state,
        int termsId,
        int owed,
        bool mayRise
    )
    {
        var hasOtherTerms = state is { Level: > 0 } && state.AccountTermsId != termsId;
        if (hasOtherTerms && !mayRise && owed > 0)
        {
            // Which level of these terms the account comes to is for a run to say, with the level's actions.
            var lifts = levels[owed - 1].Actions.Any(action => action.Kind == TreatmentActionKind.Resume);
            return new Treatment(account, state!.LevelName, state.Level, state.LevelName, [], lifts) { TermsId = state.AccountTermsId };
        }

        var before = Math.Min(state?.Level ?? 0, levels.Count);
        var position = mayRise ? owed : Math.Min(before, owed);
        var name = position == 0 ? TreatmentLevel.Settled : levels[position - 1].Name;

        // Positions of other terms say nothing: what is newly assigned is carried out, and nothing in between.
        var reached = hasOtherTerms
            ? (position > 0 && name != state!.LevelName ? [position] : Enumerable.Empty<int>())
            : Enumerable.Range(before + 1, Math.Max(0, position - before));
        var steps = reached.SelectMany(level =>
            levels[level - 1]
                .Actions.Where(action => action.Kind != TreatmentActionKind.Resume)
                .Select(action => new TreatmentStep(level, levels[level - 1].Name, action))
        );
        var isMilder = position < before || hasOtherTerms;
        var resumes = position == 0 || (isMilder && levels[position - 1].Actions.Any(action => action.Kind == TreatmentActionKind.Resume));
        return new Treatment(account, state?.LevelName ?? TreatmentLevel.Settled, position, name, [.. steps], resumes)
        {
            TermsId = termsId,
        };
    }

    /// <summary>The levels that invoices have reached and that nothing was done about yet.</summary>
    /// <param name="levels">The levels of invoices of the account's terms, mildest first.</param>
    /// <param name="done">What was done about these invoices.</param>
    public static IReadOnlyList<InvoiceStep> DecideInvoices(
        IReadOnlyList<TreatmentLevel> levels,
        int termsId,
        string currency,
        IReadOnlyList<OverdueInvoice> overdue,
        IReadOnlyCollection<InvoiceTreatment> done
    ) =>
        [
            .. overdue.SelectMany(invoice =>
                Decide(levels, termsId, currency, invoice, [.. done.Where(treatment => treatment.TransactionNumber == invoice.Number)])
            ),
        ];

    private static IEnumerable<InvoiceStep> Decide(
        IReadOnlyList<TreatmentLevel> levels,
        int termsId,
        string currency,
        OverdueInvoice invoice,
        IReadOnlyList<InvoiceTreatment> done
    )
    {
        // Where a level stood when it was carried out says nothing: the terms may have lost or gained others since.
        var names = done.Where(treatment => treatment.AccountTermsId == termsId).Select(treatment => treatment.LevelName).ToHashSet();
        var own = Enumerable.Range(1, levels.Count).LastOrDefault(position => names.Contains(levels[position - 1].Name));
        var reached = Enumerable
            .Range(1, levels.Count)
            .Where(position =>
                position > own
                && levels[position - 1].OverdueDays <= invoice.OverdueDays
                && levels[position - 1].MinimumIn(currency) <= invoice.Owed
            )
            .ToList();

        // What was done by other terms is not made up for by these: only what is newly assigned is carried out.
        return reached
            .Skip(own == 0 && done.Count > 0 ? reached.Count - 1 : 0)
            .Where(position => !done.Any(treatment => treatment.LevelName == levels[position - 1].Name))
            .Select(position => new InvoiceStep(
                invoice.Number,
                invoice.PrintedNumber,
                position,
                levels[position - 1].Name,
                [.. levels[position - 1].Actions.Where(action => action.Kind != TreatmentActionKind.LateFee || !invoice.IsLateFee)]
            ));
    }
}
