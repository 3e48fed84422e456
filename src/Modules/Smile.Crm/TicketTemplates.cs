using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm;

/// <summary>A template ticket with its type and status (guide, line 16964).</summary>
public sealed record ShownTemplate(TemplateTicketItem Template, TicketTypeItem Type, TicketStatusItem Status);

/// <summary>Finds template tickets.</summary>
internal static class TicketTemplates
{
    extension(StageSession session)
    {
        /// <param name="company">The company whose tickets are made of it; null for any.</param>
        /// <exception cref="SmileException">There is none such, or it is another company's.</exception>
        public TemplateTicketItem RequireTemplate(string number, int? company) =>
            int.TryParse(
                number.Trim(),
                System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture,
                out var key
            )
            && session.Catalogue.TemplateTicket(key) is { } template
            && session.Catalogue.TicketType(template.Type) is { } type
            && (company is null || type.Company is null || type.Company == company)
                ? template
                : throw Refuse.NotFound(
                    "templateTicketNumber",
                    number,
                    "There is no such template ticket, or you may not use it.",
                    Missing.TemplateTicket
                );
    }
}
