using System.Globalization;
using Smile.Catalogue;
using Smile.Hosting.Mail;
using Smile.Hosting.Payments;

namespace Smile.Cli;

/// <summary>What a catalogue may be applied with, and what then goes wrong later.</summary>
internal static class CatalogueWarnings
{
    private static readonly string[] ClosingTemplates = ["dispatch-invoice", "dispatch-credit", "dispatch-note"];

    /// <summary>All of them, a line each.</summary>
    /// <param name="templates">The texts of this machine; servers elsewhere may have others.</param>
    /// <param name="today">On the stage.</param>
    public static async Task<IReadOnlyList<string>> OfAsync(
        CatalogueContent content,
        MailTemplates templates,
        DateOnly today,
        CancellationToken cancellation
    )
    {
        var lines = new List<string>([.. EndingCycles(content, today), .. MissingStationery(content), .. UnknownGateways(content)]);
        var languages = content
            .Companies.Select(company => company.Language)
            .Concat(content.Languages.Select(language => language.Code))
            .Distinct()
            .ToList();
        foreach (var (template, usedBy) in Templates(content))
        {
            foreach (var language in languages)
            {
                if (await templates.ProblemAsync(template, language, cancellation) is { } problem)
                {
                    lines.Add($"! {usedBy}: {problem}.");
                }
            }
        }

        return [.. lines.Distinct()];
    }

    /// <summary>A line for each change that is allowed, and that books and tax offices may ask about.</summary>
    internal static IEnumerable<string> OfChanges(CatalogueContent before, CatalogueContent after, DateOnly today) =>
        (
            from company in before.Companies
            join next in after.Companies on company.Id equals next.Id
            where company.InvoiceNumbers is not null && next.InvoiceNumbers is null
            select $"! Company {company.Id} counts its invoices no more: the next ones have the numbers of their transactions."
        )
            .Concat(
                from company in before.Companies
                join next in after.Companies on company.Id equals next.Id
                where company.Currency != next.Currency
                select $"! Company {company.Id} has {next.Currency} in place of {company.Currency}: accounts that it has stay in "
                    + $"{company.Currency}, and what is priced in its currency is not for them."
            )
            .Concat(
                from schedule in before.GstSchedules
                join next in after.GstSchedules on schedule.Code equals next.Code
                from day in schedule.Rates.Concat(next.Rates).Select(rate => rate.From).Where(day => day <= today).Distinct().Order()
                where schedule.PercentAt(day) != next.PercentAt(day)
                select string.Create(
                    CultureInfo.InvariantCulture,
                    $"! GstSchedule {schedule.Code}: the rate of {day:yyyy-MM-dd}, a day that is past, was "
                        + $"{schedule.PercentAt(day):0.#####} and is {next.PercentAt(day):0.#####}. What is invoiced keeps its tax."
                )
            );

    /// <summary>A line for each table of periods that ends within a year.</summary>
    internal static IEnumerable<string> EndingCycles(CatalogueContent content, DateOnly today) =>
        from cycle in content.BillingCycles
        where cycle.Ends < today.AddYears(1)
        select string.Create(
            CultureInfo.InvariantCulture,
            $"! BillingCycle {cycle.Name} ends on {cycle.Ends:yyyy-MM-dd}: whoever is billed by it has no bill for its last period "
                + $"until more are added."
        );

    /// <summary>A line for each company some of whose documents have nothing to be rendered with.</summary>
    private static IEnumerable<string> MissingStationery(CatalogueContent content)
    {
        var catalogue = new CatalogueSnapshot(0, content);
        return from company in content.Companies
            let missing = Enum.GetValues<DocumentKind>().Where(kind => catalogue.DefaultStationery(company.Id, kind) is null).ToList()
            where missing.Count > 0
            select $"! Company {company.Id} has no default stationery for {string.Join(", ", missing)}: such documents can neither be "
                + $"read nor sent.";
    }

    /// <summary>A line for each payment type that nothing can be paid by.</summary>
    internal static IEnumerable<string> UnknownGateways(CatalogueContent content) =>
        from type in content.PaymentTypes
        where type.Gateway is not null && !GatewayRegistry.Names.Contains(type.Gateway)
        select $"! PaymentType {type.Code}: there is no gateway '{type.Gateway}', but {string.Join(", ", GatewayRegistry.Names)}. "
            + $"Nothing can be paid by it.";

    /// <summary>The mail templates that the catalogue leads to, with what uses them.</summary>
    private static IEnumerable<(string Template, string UsedBy)> Templates(CatalogueContent content)
    {
        yield return ("cat-forgot-password", "Forgotten passwords");
        yield return ("cat-password-link", "Forgotten passwords");
        if (content.TicketTypes.Count > 0)
        {
            yield return ("dispatch-letter", "Tickets");
        }

        var notices = content
            .Plans.SelectMany(plan => plan.ValuePools.Select(pool => (pool.Notices, UsedBy: $"Plan {plan.Code}, value pool {pool.Name}")))
            .Concat(content.UsageAlertGroups.Select(group => (group.Notices, UsedBy: $"UsageAlertGroup {group.Name}")))
            .Concat(content.SpendLimits.Select(limit => (limit.Notices, UsedBy: $"SpendLimit {limit.Name}")));
        foreach (var (ofItem, usedBy) in notices)
        {
            foreach (var template in new[] { ofItem.Reached, ofItem.Reset }.OfType<string>())
            {
                yield return (template, usedBy);
            }
        }

        var limits = content
            .Plans.Select(plan => (plan.CreditLimit, UsedBy: $"Plan {plan.Code}"))
            .Concat(content.AccountTerms.Select(terms => (terms.CreditLimit, UsedBy: $"AccountTerms {terms.Id} ({terms.Name})")));
        foreach (var (limit, usedBy) in limits)
        {
            foreach (var template in new[] { limit?.Notice, limit?.OkayNotice }.OfType<string>())
            {
                yield return (template, $"{usedBy}, credit limit");
            }
        }

        foreach (var terms in content.AccountTerms.Where(terms => terms.Dispatch != DispatchChannel.None))
        {
            var usedBy = $"AccountTerms {terms.Id} ({terms.Name})";
            foreach (var template in ClosingTemplates.Where(_ => terms.Dispatch == DispatchChannel.Email))
            {
                yield return (template, usedBy);
            }

            if (terms is { Dispatch: DispatchChannel.Email, DispatchReceipts: true })
            {
                yield return ("dispatch-receipt", usedBy);
            }

            foreach (
                var notice in terms
                    .TreatmentLevels.Concat(terms.InvoiceLevels)
                    .SelectMany(level => level.Actions.Select(action => (level, action)))
                    .Where(pair => pair.action.Kind == TreatmentActionKind.Notice)
            )
            {
                yield return (notice.action.Template!, $"{usedBy}, level {notice.level.Name}");
            }
        }
    }
}
