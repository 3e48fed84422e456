using Smile.Kernel;

namespace Smile.Catalogue.Reading;

/// <summary>
/// Checks workflows once all of them are read: every status is come to, and left again where it is no closed one. A ticket that nobody can
/// close would stay for ever.
/// </summary>
internal sealed class TicketWorkflows
{
    private readonly List<(TicketStatusItem Item, MappingReader At)> _statuses = [];
    private readonly List<(TicketTypeItem Item, MappingReader At)> _types = [];
    private readonly List<(TicketActionItem Item, MappingReader At)> _actions = [];

    private readonly List<(int Template, MappingReader At)> _raised = [];
    private readonly List<(TemplateTicketItem Item, MappingReader At)> _forMail = [];

    /// <summary>A template that credit control raises tickets from, without anybody who fills in their fields.</summary>
    public void NoteRaised(int template, MappingReader at) => _raised.Add((template, at));

    /// <summary>A template that mail becomes tickets of.</summary>
    public void NoteForMail(TemplateTicketItem template, MappingReader at) => _forMail.Add((template, at));

    public void Note(TicketStatusItem status, MappingReader at) => _statuses.Add((status, at));

    public void Note(TicketTypeItem type, MappingReader at) => _types.Add((type, at));

    public void Note(TicketActionItem action, MappingReader at) => _actions.Add((action, at));

    public void Check(CatalogueDraft draft)
    {
        var used = new HashSet<int>();
        foreach (var (type, at) in _types)
        {
            used.UnionWith(CheckType(type, at, draft));
        }

        foreach (var (action, at) in _actions)
        {
            CheckThen(action.Steps, action.Types, at);
        }

        foreach (var (number, at) in _raised)
        {
            draft.TemplateTickets.Refer(at, "ticket", number);
            CheckComplete(draft.TemplateTickets.Find(number), "ticket", at, draft);
        }

        CheckForMail(draft);
        CheckOnCustomerNote();

        foreach (var (status, at) in _statuses.Where(status => !used.Contains(status.Item.Id)))
        {
            if (!at.IsPartial && _types.Count > 0)
            {
                at.Problem("id", $"No ticket comes to the status '{status.Name}'.");
            }
        }
    }

    /// <summary>Nobody fills in what a template lacks.</summary>
    private static void CheckComplete(TemplateTicketItem? template, string key, MappingReader at, CatalogueDraft draft)
    {
        if (
            template is not null
            && draft.TicketTypes.Find(template.Type)?.Fields.Where(field => field.Required) is { } required
            && required.FirstOrDefault(field => template.Values.All(value => value.Name != field.Name)) is { } lacking
        )
        {
            at.Problem(key, $"The field '{lacking.Name}' is required, and the template {template.Number} has no value for it.");
        }
    }

    /// <summary>Of which template a mail becomes a ticket must be plain from the company of its sender.</summary>
    private void CheckForMail(CatalogueDraft draft)
    {
        var before = new List<(TemplateTicketItem Template, int? Company)>();
        foreach (var (template, at) in _forMail)
        {
            CheckComplete(template, "forMail", at, draft);
            var company = draft.TicketTypes.Find(template.Type)?.Company;
            foreach (var (other, _) in before.Where(other => other.Company == company || other.Company is null || company is null).Take(1))
            {
                at.Problem("forMail", $"Mail becomes tickets of one template for each company, and {other.Number} is one already.");
            }

            before.Add((template, company));
        }
    }

    /// <summary>Which action a note sets off must be plain from the ticket's type and status.</summary>
    private void CheckOnCustomerNote()
    {
        var before = new Dictionary<(int Type, int Status), int>();
        foreach (var (action, at) in _actions.Where(action => action.Item.OnCustomerNote))
        {
            foreach (var key in action.Types.SelectMany(type => action.FromStatuses.Select(status => (type, status))))
            {
                if (!before.TryAdd(key, action.Id) && before[key] != action.Id)
                {
                    at.Problem(
                        "onCustomerNote",
                        $"A note sets off one action, and in status {key.status} of type {key.type} that is {before[key]} already."
                    );
                    break;
                }
            }
        }
    }

    /// <returns>The statuses that tickets of the type have.</returns>
    private HashSet<int> CheckType(TicketTypeItem type, MappingReader at, CatalogueDraft draft)
    {
        var actions = _actions.Where(action => action.Item.Types.Contains(type.Id)).ToList();
        var templates = draft.TemplateTickets.Items.Where(template => template.Type == type.Id).Select(template => template.Status);
        var reached = templates.OfType<int>().Append(type.FirstStatus).ToHashSet();
        int before;
        do
        {
            before = reached.Count;
            reached.UnionWith(
                actions
                    .Where(action => action.Item.FromStatuses.Any(reached.Contains))
                    .Select(action => action.Item.ToStatus)
                    .OfType<int>()
                    .ToList()
            );
        } while (reached.Count > before);

        if (at.IsPartial)
        {
            return reached;
        }

        foreach (var (action, place) in actions)
        {
            foreach (var from in action.FromStatuses.Where(from => !reached.Contains(from)))
            {
                place.Problem("from", $"No ticket of type '{type.Name}' comes to the status {Named(draft, from)}.");
            }
        }

        foreach (var status in reached.Order().Where(status => draft.TicketStatuses.Find(status) is { Kind: not TicketStatusKind.Closed }))
        {
            if (!actions.Any(action => action.Item.FromStatuses.Contains(status) && action.Item.ToStatus is { } to && to != status))
            {
                at.Problem("id", $"No action leads on from the status {Named(draft, status)}: a ticket would keep it for ever.");
            }
        }

        CheckThen([.. type.Steps, .. type.Escalations.SelectMany(escalation => escalation.Steps)], [type.Id], at);
        return reached;
    }

    private void CheckThen(IReadOnlyList<TicketStep> steps, IReadOnlyList<int> types, MappingReader at)
    {
        foreach (var then in steps.Select(step => step.Then).OfType<int>().Distinct())
        {
            var next = _actions.Select(action => action.Item).FirstOrDefault(action => action.Id == then);
            if (next is null && !at.IsPartial)
            {
                at.Problem("steps", $"There is no ticket action {then}.");
            }
            else if (next is not null && types.Except(next.Types).Any())
            {
                at.Problem("steps", $"The action {then} is not one of all the types.");
            }
        }

        foreach (var field in steps.Select(step => step.Field).OfType<string>().Distinct())
        {
            var kinds = _types
                .Where(type => types.Contains(type.Item.Id))
                .SelectMany(type => type.Item.Fields)
                .Where(candidate => candidate.Name == field)
                .Select(candidate => candidate.Kind);
            if (kinds.Any(kind => kind != FieldKind.Date))
            {
                at.Problem("steps", $"The field '{field}' is waited for, so it must hold a Date.");
            }
        }
    }

    private static string Named(CatalogueDraft draft, int status) =>
        draft.TicketStatuses.Find(status) is { } found ? $"'{found.Name}'" : $"{status}";
}
