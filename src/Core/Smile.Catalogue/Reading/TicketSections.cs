using Smile.Kernel;

namespace Smile.Catalogue.Reading;

/// <summary>Reads who works on tickets, and of which kinds they are.</summary>
internal static class TicketSections
{
    private const int LongestSkill = 60;
    private const int MostMembers = 200;

    /// <summary>Of working time: half a year of days of eight hours.</summary>
    private const int MostMinutes = 60_000;

    private const int LongestSubject = 200;

    /// <summary>Longer than anybody is away.</summary>
    private const int MostLeaveDays = 1_000;

    public static void Status(MappingReader at, CatalogueDraft draft)
    {
        var status = new TicketStatusItem(
            at.Integer("id", 1, int.MaxValue),
            at.Text("name"),
            at.Choice("kind", CatalogueDefaults.TicketStatusKind)
        );
        draft.Unique(at, "ticket status", "id", status.Id);
        draft.Unique(at, "ticket status", "name", status.Name);
        draft.TicketStatuses.Add(status.Id, status);
        draft.Workflows.Note(status, at);
    }

    public static void Operator(MappingReader at, CatalogueDraft draft)
    {
        var person = new OperatorItem(at.Text("username"), WorkingHours.Read(at, "hours"), at.List("leave", Leave), Codes(at, "skills"));
        draft.Unique(at, "operator", "username", person.Username);
        draft.Operators.Add(person.Username, person);
    }

    public static void Group(MappingReader at, CatalogueDraft draft)
    {
        var members = at.Texts("members");
        for (var index = 0; index < members.Count; index++)
        {
            draft.Operators.Knows(at, "members", index, members[index]);
            if (members.Take(index).Contains(members[index]))
            {
                at.Problem("members", index, $"The list already has {members[index]}.");
            }
        }

        if (members.Count > MostMembers)
        {
            at.Problem("members", $"A group has at most {MostMembers} members.");
        }

        var group = new TicketGroupItem(
            at.Integer("id", 1, int.MaxValue),
            at.Text("name"),
            draft.TimeZones.Refer(at, "timeZone", at.Text("timeZone")),
            members,
            WorkingHours.Read(at, "hours"),
            at.Dates("closedDays")
        )
        {
            EmailAddress = at.OptionalText("emailAddress"),
        };
        at.NoteRequired("hours");
        if (group.Hours.Count == 0)
        {
            at.Problem("hours", "A group needs hours: time runs in them, and operators without hours of their own have them.");
        }

        if (group.EmailAddress is { } address && at.IsGood("emailAddress") && !EmailAddress.CanBeSentTo(address))
        {
            at.Problem("emailAddress", $"Mail cannot be sent to '{address}'.");
        }

        draft.Unique(at, "ticket group", "id", group.Id);
        draft.Unique(at, "ticket group", "name", group.Name);
        draft.TicketGroups.Add(group.Id, group);
    }

    public static void Type(MappingReader at, CatalogueDraft draft)
    {
        var fields = FieldSections.Fields(at, "fields", draft);
        string[] names = [.. fields.Select(field => field.Name)];
        var type = new TicketTypeItem(
            at.Integer("id", 1, int.MaxValue),
            at.Text("name"),
            at.OptionalInteger("company", 1, int.MaxValue) is { } company ? draft.Companies.Refer(at, "company", company) : null,
            draft.TicketStatuses.Refer(at, "firstStatus", at.Integer("firstStatus", 1, int.MaxValue)),
            fields,
            Codes(at, "skills"),
            at.List(
                "escalations",
                item => new EscalationItem(
                    item.Integer("afterMinutes", 1, MostMinutes),
                    draft.TicketGroups.Refer(item, "toGroup", item.Integer("toGroup", 1, int.MaxValue)),
                    TicketStepSections.Steps(item, draft, names)
                )
            ),
            TicketStepSections.Steps(at, draft, names)
        );
        if (draft.TicketStatuses.Find(type.FirstStatus) is { Kind: TicketStatusKind.Closed } closed)
        {
            at.Problem("firstStatus", $"A new ticket cannot have the status '{closed.Name}', which is a closed one.");
        }

        draft.Unique(at, "ticket type", "id", type.Id);
        draft.Unique(at, "ticket type", "name", type.Name);
        draft.TicketTypes.Add(type.Id, type);
        draft.Workflows.Note(type, at);
    }

    public static void Template(MappingReader at, CatalogueDraft draft)
    {
        var template = new TemplateTicketItem(
            at.Integer("number", 1, TemplateTicketItem.FirstTicket - 1),
            draft.TicketTypes.Refer(at, "type", at.Integer("type", 1, int.MaxValue)),
            at.Text("subject"),
            TicketStepSections.Paragraphs(at, "body"),
            at.OptionalInteger("status", 1, int.MaxValue) is { } status ? draft.TicketStatuses.Refer(at, "status", status) : null,
            FieldSections.Values(at, "values"),
            at.OptionalInteger("group", 1, int.MaxValue) is { } group ? draft.TicketGroups.Refer(at, "group", group) : null
        )
        {
            ForMail = at.Flag("forMail", CatalogueDefaults.ForMail),
        };
        if (template.Subject.Length > LongestSubject)
        {
            at.Problem("subject", $"A subject has at most {LongestSubject} characters.");
        }

        if (template.Status is { } first && draft.TicketStatuses.Find(first) is { Kind: TicketStatusKind.Closed } closed)
        {
            at.Problem("status", $"A new ticket cannot have the status '{closed.Name}', which is a closed one.");
        }

        if (draft.TicketTypes.Find(template.Type) is { } type)
        {
            CheckValues(at, draft, type, template.Values);
            template = template with { Values = [.. template.Values.Select(value => OfField(type, value))] };
            string[] names = [.. type.Fields.Select(field => field.Name)];
            TicketStepSections.CheckPlaces(at, "subject", template.Subject, names);
            TicketStepSections.CheckPlaces(at, "body", template.Body, names);
        }

        draft.Unique(at, "template ticket", "number", template.Number);
        draft.TemplateTickets.Add(template.Number, template);
        if (template.ForMail)
        {
            draft.Workflows.NoteForMail(template, at);
        }
    }

    /// <summary>A reference looks like a text.</summary>
    private static FieldValue OfField(TicketTypeItem type, FieldValue value) =>
        type.Fields.Any(field => field.Name == value.Name && field.Kind == FieldKind.Reference)
            ? value with
            {
                Kind = FieldKind.Reference,
            }
            : value;

    private static void CheckValues(MappingReader at, CatalogueDraft draft, TicketTypeItem type, IReadOnlyList<FieldValue> values)
    {
        foreach (var value in values)
        {
            if (type.Fields.FirstOrDefault(candidate => candidate.Name == value.Name) is not { } field)
            {
                at.Problem(
                    "values",
                    $"Tickets of type '{type.Name}' have no field '{value.Name}'."
                        + Nearest.Hint(value.Name, type.Fields.Select(candidate => candidate.Name))
                );
            }
            else if (field.Kind != value.Kind && !(field.Kind == FieldKind.Reference && value.Kind == FieldKind.String))
            {
                at.Problem("values", $"The field '{value.Name}' holds a {field.Kind}, not a {value.Kind}.");
            }
            else if (
                field.Collection is { } code
                && draft.CustomCollections.Find(code) is { } collection
                && collection.Entries.All(entry => entry.Code != value.Value)
            )
            {
                at.Problem("values", $"'{value.Value}' of the field '{value.Name}' is not in the custom collection '{code}'.");
            }
        }
    }

    private static LeaveDays Leave(MappingReader at)
    {
        var from = at.Date("from");
        var to = at.OptionalDate("to") ?? from;
        at.NoteFromOthers("to");
        if (at.IsGood("from") && (to < from || to.DayNumber - from.DayNumber > MostLeaveDays))
        {
            at.Problem("to", $"Leave ends on its first day or up to {MostLeaveDays} days later.");
        }

        return new LeaveDays(from, to);
    }

    private static IReadOnlyList<string> Codes(MappingReader at, string key)
    {
        var codes = at.Texts(key);
        for (var index = 0; index < codes.Count; index++)
        {
            if (!MappingReader.IsCode(codes[index], LongestSkill))
            {
                at.Problem(key, index, $"'{codes[index]}' is not a code: 1 to {LongestSkill} letters, digits, '_', '-' and '.'.");
            }
        }

        return codes;
    }
}
