using System.Globalization;
using Smile.Domain.Catalogue;
using Smile.Domain.Foundation;

namespace Smile.Domain.CreditControlRun;

/// <summary>What is to be done about an account.</summary>
/// <param name="From">Name of the level that the account had.</param>
/// <param name="Position">Position of the level that it now has, from 1; 0 for settled.</param>
/// <param name="To">Its name.</param>
/// <param name="Steps">The actions of the levels that it has reached, in their order.</param>
/// <param name="Resumes">Whether what credit control has suspended is resumed.</param>
public sealed record Treatment(Usn AccountUsn, string From, int Position, string To, IReadOnlyList<TreatmentStep> Steps, bool Resumes)
{
    /// <summary>Whether the account stays as it is.</summary>
    public bool IsNothing => From == To && Steps.Count == 0 && !Resumes;

    /// <summary>For people: <c>2143826226 Overdue -> Delinquent: notice final, late fee latefee, suspend</c>.</summary>
    public override string ToString()
    {
        var actions = Steps.Select(step => Words(step.Action)).Concat(Resumes ? ["resume"] : []).ToList();
        return $"{AccountUsn} {From} -> {To}{(actions.Count > 0 ? ": " : "")}{string.Join(", ", actions)}";
    }

    private static string Words(TreatmentAction action) => action.Kind switch
    {
        TreatmentActionKind.Notice => $"notice {action.Template}{action.Attach switch { NoticeAttachment.Invoices => " with invoices", NoticeAttachment.Statement => " with statement", _ => "" }}",
        TreatmentActionKind.LateFee => string.Create(CultureInfo.InvariantCulture, $"late fee {action.ItemCode}{(action.Amount is { } amount ? $" {amount}" : "")}"),
        TreatmentActionKind.Suspend => "suspend",
        TreatmentActionKind.DisableLogin => "disable login",
        _ => action.Kind.ToString(),
    };
}

/// <summary>An action, and the level that asks for it.</summary>
public sealed record TreatmentStep(int Position, string Level, TreatmentAction Action);
