using System.Globalization;
using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.CreditControl;

/// <summary>What is to be done about an account.</summary>
/// <param name="From">Name of the level that the account had.</param>
/// <param name="Position">Position of the level that it now has, from 1; 0 for settled.</param>
/// <param name="To">Its name.</param>
/// <param name="Steps">The actions of the levels that it has reached, in their order.</param>
/// <param name="Resumes">Whether what credit control has suspended is resumed.</param>
public sealed record Treatment(Usn AccountUsn, string From, int Position, string To, IReadOnlyList<TreatmentStep> Steps, bool Resumes)
{
    /// <summary>The account terms that the level is of.</summary>
    public int TermsId { get; init; }

    /// <summary>What is to be done about single invoices.</summary>
    public IReadOnlyList<InvoiceStep> Invoices { get; init; } = [];

    /// <summary>The account terms that the account was moved to before its level was computed; null where it keeps its own.</summary>
    public string? MovedTo { get; init; }

    /// <summary>Whether account and invoices stay as they are.</summary>
    public bool IsNothing => MovedTo is null && From == To && Steps.Count == 0 && !Resumes && Invoices.Count == 0;

    /// <summary>
    /// For people: <c>2143826226 Overdue -> Delinquent: notice final, late fee latefee, suspend; invoice 21430913 Late: notice late</c>.
    /// </summary>
    public override string ToString()
    {
        var actions = Steps.Select(step => Words(step.Action)).Concat(Resumes ? ["resume"] : []).ToList();
        var invoices = Invoices.Select(invoice =>
            $"; invoice {invoice.InvoiceNumber} "
            + $"{invoice.Level}{(invoice.Actions.Count > 0 ? ": " : "")}{string.Join(", ", invoice.Actions.Select(Words))}"
        );
        return $"{AccountUsn} {From} -> {To}{(actions.Count > 0 ? ": " : "")}{string.Join(", ", actions)}{string.Concat(invoices)}"
            + $"{(MovedTo is null ? "" : $"; moved to {MovedTo}")}";
    }

    private static string Words(TreatmentAction action) =>
        action.Kind switch
        {
            TreatmentActionKind.Notice when action.Attach is NoticeAttachment.Invoices => $"notice {action.Template} with invoices",
            TreatmentActionKind.Notice when action.Attach is NoticeAttachment.Statement => $"notice {action.Template} with statement",
            TreatmentActionKind.Notice => $"notice {action.Template}",
            TreatmentActionKind.LateFee => string.Create(
                CultureInfo.InvariantCulture,
                $"late fee {action.ItemCode}{(action.Amount is { } amount ? $" {amount}" : "")}"
            ),
            TreatmentActionKind.Ticket => string.Create(CultureInfo.InvariantCulture, $"ticket {action.TemplateTicket}"),
            TreatmentActionKind.Suspend => "suspend",
            TreatmentActionKind.DisableLogin => "disable login",
            _ => action.Kind.ToString(),
        };
}

/// <summary>An action, and the level that asks for it.</summary>
public sealed record TreatmentStep(int Position, string Level, TreatmentAction Action);

/// <summary>A level that an invoice has reached, and what it asks for.</summary>
/// <param name="PrintedNumber">The number that the customer knows the invoice by.</param>
/// <param name="Position">Position of the level, from 1.</param>
public sealed record InvoiceStep(
    string InvoiceNumber,
    string PrintedNumber,
    int Position,
    string Level,
    IReadOnlyList<TreatmentAction> Actions
);
