namespace Smile.Catalogue.Reading;

/// <summary>Reads which subservices the subscriptions of a service may have.</summary>
internal static class SubserviceSections
{
    private const int LongestCode = 60;
    private const int LongestPattern = 500;
    private const int MostOfSubscription = 10_000;

    public static SubserviceDefinition Definition(MappingReader at, CatalogueDraft draft)
    {
        var fields = FieldSections.Fields(at, "fields", draft);
        RequireFree(at, fields, []);
        var types = new List<SubserviceTypeItem>();
        foreach (var item in at.Mappings("types"))
        {
            var type = item.Read(reader => Type(reader, draft, fields));
            if (item.IsGood("code") && types.Any(other => other.Code == type.Code))
            {
                item.Problem("code", $"The list already has a type '{type.Code}'.");
            }

            types.Add(type);
        }

        return new SubserviceDefinition(
            types,
            fields,
            at.Integer("most", 1, MostOfSubscription, CatalogueDefaults.MostSubservices),
            at.Flag("uniqueUsernames", CatalogueDefaults.HasUniqueSubservices),
            at.Flag("announced", CatalogueDefaults.AnnouncesSubservices)
        )
        {
            UsernamePattern = Pattern(at),
            UsernameHelp = at.OptionalText("usernameHelp"),
        };
    }

    private static SubserviceTypeItem Type(MappingReader at, CatalogueDraft draft, IReadOnlyList<FieldDefinition> common)
    {
        var code = at.Code("code", LongestCode);
        var type = new SubserviceTypeItem(code, at.TextFromOthers("name", code), FieldSections.Fields(at, "fields", draft));
        RequireFree(at, type.Fields, common);
        return type;
    }

    private static void RequireFree(MappingReader at, IReadOnlyList<FieldDefinition> fields, IReadOnlyList<FieldDefinition> common)
    {
        foreach (var field in fields.Where(field => field.Name == SubserviceDefinition.TypeField))
        {
            at.Problem("fields", $"The field '{field.Name}' says which type a subservice is: name this one otherwise.");
        }

        foreach (var field in fields.Where(field => common.Any(other => other.Name == field.Name)))
        {
            at.Problem("fields", $"The subservices of all types have a field '{field.Name}' already.");
        }
    }

    private static string? Pattern(MappingReader at)
    {
        if (at.OptionalText("usernamePattern") is not { } pattern || !at.IsGood("usernamePattern"))
        {
            return null;
        }

        if (pattern.Length > LongestPattern)
        {
            at.Problem("usernamePattern", $"A pattern has at most {LongestPattern} characters.");
            return null;
        }

        try
        {
            SubserviceDefinition.Expression(pattern);
            return pattern;
        }
        catch (ArgumentException)
        {
            at.Problem("usernamePattern", "This is no regular expression.");
        }
        catch (NotSupportedException)
        {
            at.Problem("usernamePattern", "The pattern cannot look around or back at what it has matched.");
        }

        return null;
    }
}
