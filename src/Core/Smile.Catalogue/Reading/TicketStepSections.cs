using Smile.Kernel;

namespace Smile.Catalogue.Reading;

/// <summary>Reads the actions of tickets, and their steps.</summary>
internal static class TicketStepSections
{
    private const int MostSteps = 20;

    /// <summary>The keys of which a step has one.</summary>
    private static readonly string[] Keys = ["mailCustomer", "mailGroup", "assign", "note", "customerNote", "subscription", "wait"];

    private static readonly Dictionary<string, TicketStepKind?> OfSubscription = new()
    {
        ["Suspend"] = TicketStepKind.SuspendSubscription,
        ["Resume"] = TicketStepKind.ResumeSubscription,
        ["Cancel"] = TicketStepKind.CancelSubscription,
    };

    public static void Action(MappingReader at, CatalogueDraft draft)
    {
        var types = References(at, draft.TicketTypes, "types");
        var action = new TicketActionItem(
            at.Integer("id", 1, int.MaxValue),
            at.Text("name"),
            types,
            References(at, draft.TicketStatuses, "from"),
            at.OptionalInteger("to", 1, int.MaxValue) is { } to ? draft.TicketStatuses.Refer(at, "to", to) : null,
            at.Choice("by", CatalogueDefaults.TicketActor),
            Steps(at, draft, FieldsOf(draft, types))
        )
        {
            OnCustomerNote = at.Flag("onCustomerNote", CatalogueDefaults.OnCustomerNote),
        };
        if (action.OnCustomerNote)
        {
            CheckOnCustomerNote(at, draft, action);
        }

        draft.Unique(at, "ticket action", "id", action.Id);
        draft.TicketActions.Add(action.Id, action);
        draft.Workflows.Note(action, at);
    }

    /// <param name="fields">The fields that the tickets have whose steps they are.</param>
    public static IReadOnlyList<TicketStep> Steps(MappingReader at, CatalogueDraft draft, IReadOnlyCollection<string> fields)
    {
        var steps = at.List("steps", item => Step(item, draft, fields));
        if (steps.Count > MostSteps)
        {
            at.Problem("steps", $"There are at most {MostSteps} steps.");
        }

        return [.. steps.OfType<TicketStep>()];
    }

    /// <summary>A text of several lines: each item of a list is one.</summary>
    public static string? Paragraphs(MappingReader at, string key) =>
        at.Texts(key) is { Count: > 0 } lines ? string.Join('\n', lines) : null;

    public static void CheckPlaces(MappingReader at, string key, string? text, IReadOnlyCollection<string> fields)
    {
        foreach (var place in TicketTexts.UnknownPlaces(text ?? "", fields))
        {
            var known = TicketTexts.Places.Concat(fields.Select(field => TicketTexts.OfField + field)).ToList();
            at.Problem(key, $"There is no place '{{{{ {place} }}}}'.{Nearest.Hint(place, known)} There are: {string.Join(", ", known)}.");
        }
    }

    /// <summary>
    /// A note may come by mail, whose sender anybody can write: what it sets off must do no harm.
    /// </summary>
    private static void CheckOnCustomerNote(MappingReader at, CatalogueDraft draft, TicketActionItem action)
    {
        if (action.By == TicketActor.Staff)
        {
            at.Problem("onCustomerNote", "An action that a note sets off is by Customer or Server.");
        }

        if (action.ToStatus is { } to && draft.TicketStatuses.Find(to) is { Kind: TicketStatusKind.Closed } closed)
        {
            at.Problem("to", $"A note of the customer closes no ticket, and '{closed.Name}' is a closed status.");
        }

        if (action.Steps.Any(step => step.Kind is TicketStepKind.Wait || step.IsOfSubscription))
        {
            at.Problem("steps", "An action that a note sets off neither waits nor touches a subscription: a note may come from anybody.");
        }
    }

    /// <summary>The names of the fields that all of some types have.</summary>
    private static IReadOnlyCollection<string> FieldsOf(CatalogueDraft draft, IReadOnlyList<int> types)
    {
        var each = types.Select(draft.TicketTypes.Find).OfType<TicketTypeItem>().Select(type => type.Fields.Select(field => field.Name));
        return each.Aggregate((IEnumerable<string>?)null, (common, names) => common?.Intersect(names) ?? names)?.ToList() ?? [];
    }

    private static IReadOnlyList<int> References<TItem>(MappingReader at, DraftItems<int, TItem> items, string key)
    {
        var ids = at.Integers(key, 1, int.MaxValue);
        at.NoteRequired(key);
        if (ids.Count == 0 && (at.IsGood(key) || !at.Has(key)))
        {
            at.Problem(key, "Name at least one.");
        }

        for (var index = 0; index < ids.Count && at.IsGood(key); index++)
        {
            items.Knows(at, key, index, ids[index]);
        }

        return ids;
    }

    private static TicketStep? Step(MappingReader at, CatalogueDraft draft, IReadOnlyCollection<string> fields)
    {
        var given = Keys.Where(at.Has).ToList();
        if (given.Count != 1)
        {
            at.Problem(given.Count == 0 ? "steps" : given[1], $"A step has one of: {string.Join(", ", Keys)}.");
        }

        TicketStep?[] read =
        [
            at.Optional("mailCustomer", mail => Mail(mail, TicketStepKind.MailCustomer, fields)),
            at.Optional("mailGroup", mail => Mail(mail, TicketStepKind.MailGroup, fields)),
            at.Optional("assign", assign => Assign(assign, draft)),
            Note(at, "note", TicketStepKind.Note, fields),
            Note(at, "customerNote", TicketStepKind.CustomerNote, fields),
            Subscription(at),
            at.Optional("wait", wait => Wait(wait, fields)),
        ];
        return read.FirstOrDefault(step => step is not null);
    }

    private static TicketStep Mail(MappingReader at, TicketStepKind kind, IReadOnlyCollection<string> fields)
    {
        var step = new TicketStep(kind) { Subject = at.Text("subject"), Text = Paragraphs(at, "text") };
        at.NoteRequired("text");
        if (step.Text is null)
        {
            at.Problem("text", "A mail needs a text: a list of lines.");
        }

        CheckPlaces(at, "subject", step.Subject, fields);
        CheckPlaces(at, "text", step.Text, fields);
        return step;
    }

    private static TicketStep Assign(MappingReader at, CatalogueDraft draft)
    {
        var group = at.OptionalInteger("group", 1, int.MaxValue);
        var person = at.OptionalText("operator");
        if (group is null == person is null)
        {
            at.Problem("group", "A ticket is assigned to a group or to an operator.");
        }

        return group is { } id
            ? new TicketStep(TicketStepKind.AssignGroup) { Group = draft.TicketGroups.Refer(at, "group", id) }
            : new TicketStep(TicketStepKind.AssignOperator)
            {
                Operator = person is null ? "" : draft.Operators.Refer(at, "operator", person),
            };
    }

    private static TicketStep? Note(MappingReader at, string key, TicketStepKind kind, IReadOnlyCollection<string> fields)
    {
        if (at.OptionalText(key) is not { } text)
        {
            return null;
        }

        CheckPlaces(at, key, text, fields);
        return new TicketStep(kind) { Text = text };
    }

    private static TicketStep? Subscription(MappingReader at) =>
        at.Word("subscription", OfSubscription, null) is { } kind ? new TicketStep(kind) : null;

    private static TicketStep Wait(MappingReader at, IReadOnlyCollection<string> fields)
    {
        var field = at.Text("field");
        return new TicketStep(TicketStepKind.Wait)
        {
            Field = at.Reference("field", field, fields.Contains(field), "field of all types", fields),
            Then = at.Integer("then", 1, int.MaxValue),
        };
    }
}
