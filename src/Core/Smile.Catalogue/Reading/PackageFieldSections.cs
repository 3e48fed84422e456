using Smile.Catalogue.Fields;
using Smile.Kernel;

namespace Smile.Catalogue.Reading;

/// <summary>Reads what the fields of an order form are for: credentials, numbers of pools and subservices.</summary>
internal static class PackageFieldSections
{
    private const string Credentials = "usernames and passwords";

    public static IReadOnlyList<PackageNumber> Numbers(MappingReader at, CatalogueDraft draft)
    {
        var numbers = new List<PackageNumber>();
        foreach (var item in at.Mappings("numbers"))
        {
            var number = item.Read(reader => new PackageNumber(
                reader.Text("field"),
                Pool(reader, draft)?.Id ?? Guid.Empty,
                reader.OptionalText("reservationField")
            ));
            if (item.IsGood("field") && numbers.Exists(other => other.Field == number.Field))
            {
                item.Problem("field", $"The list already has the field '{number.Field}'.");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    /// <param name="service">The service of the subscription; null where that is not known.</param>
    public static IReadOnlyList<PackageSubservice> Subservices(MappingReader at, Service? service)
    {
        var definition = service?.Subservices;
        var subservices = new List<PackageSubservice>();
        foreach (var item in at.Mappings("subservices"))
        {
            var subservice = item.Read(reader =>
            {
                var read = new PackageSubservice(reader.Text("field"), reader.OptionalText("type"));
                CheckType(reader, read, definition);
                return read;
            });
            if (item.IsGood("field") && subservices.Exists(other => other.Field == subservice.Field))
            {
                item.Problem("field", $"The list already has the field '{subservice.Field}'.");
            }

            subservices.Add(subservice);
        }

        if (subservices.Count > 0 && service is { Subservices: null })
        {
            at.Problem("subservices", $"The service {service.Id} has no subservices.");
        }

        if (subservices.Count > definition?.Most)
        {
            at.Problem("subservices", $"A subscription of service {service!.Id} has at most {definition.Most} subservices.");
        }

        return subservices;
    }

    /// <summary>A number is of one subscription.</summary>
    public static void CheckNumbers(MappingReader at, IReadOnlyList<PackageSubscription> subscriptions)
    {
        var shared = subscriptions
            .SelectMany(subscription => subscription.Numbers.Select(number => number.Field).Distinct())
            .GroupBy(field => field)
            .Where(field => field.Count() > 1);
        foreach (var field in shared)
        {
            at.Problem("subscriptions", $"Two subscriptions take a number from the field '{field.Key}': it is one of theirs.");
        }
    }

    private static NumberPool? Pool(MappingReader at, CatalogueDraft draft)
    {
        var named = at.Text("pool");
        var pool = draft.NumberPools.Items.FirstOrDefault(candidate => candidate.Name == named || candidate.Id.ToString() == named);
        if (!at.IsGood("pool") || (pool is null && at.IsPartial))
        {
            return null;
        }

        if (pool is null)
        {
            var names = draft.NumberPools.Items.Select(candidate => candidate.Name);
            at.Problem("pool", $"There is no number pool '{named}'.{Nearest.Hint(named, names)}");
        }
        else if (pool.IsOfAddresses)
        {
            at.Problem("pool", $"The pool '{pool.Name}' has addresses: a subscription gets them by addIpRangeReservation().");
        }

        return pool;
    }

    private static void CheckType(MappingReader at, PackageSubservice subservice, SubserviceDefinition? definition)
    {
        if (definition is null)
        {
            return;
        }

        var codes = definition.Types.Select(type => type.Code).ToList();
        if (subservice.Type is { } type && at.IsGood("type") && !codes.Contains(type))
        {
            at.Problem("type", $"The service has no subservices of type '{type}'.{Nearest.Hint(type, codes)}");
        }
        else if (subservice.Type is null && codes.Count > 0)
        {
            at.Problem("type", $"Say which type of subservice it is: {string.Join(", ", codes)}.");
        }
        else if (
            definition
                .FieldsOf(definition.Types.FirstOrDefault(candidate => candidate.Code == subservice.Type))
                .FirstOrDefault(field => field.Required && field.Name != SubserviceDefinition.TypeField) is
            { } required
        )
        {
            at.Problem("field", $"A subservice of this kind needs the field '{required.Name}', which an order form cannot give it.");
        }
    }

    private static void CheckNumbers(MappingReader at, PackageSubscription subscription, IReadOnlyList<FieldDefinition> form)
    {
        foreach (var number in subscription.Numbers)
        {
            RequireText(at, "numbers", number.Field, form, "numbers of pools");
            if (number.ReservationField is { } reservation)
            {
                RequireText(at, "numbers", reservation, form, "reservations");
            }
        }
    }

    private static void CheckSubservices(MappingReader at, PackageSubscription subscription, IReadOnlyList<FieldDefinition> form)
    {
        foreach (var subservice in subscription.Subservices)
        {
            RequireText(at, "subservices", subservice.Field, form, Credentials);
            if (subservice.Field == subscription.UsernameField)
            {
                at.Problem("subservices", $"The field '{subservice.Field}' is the username of the subscription itself.");
            }
        }
    }

    /// <param name="what">What is taken from the field.</param>
    private static void RequireText(MappingReader at, string key, string name, IReadOnlyList<FieldDefinition> form, string what)
    {
        if (at.Has(key) && !at.IsGood(key))
        {
            return;
        }

        if (form.FirstOrDefault(field => field.Name == name) is not { } field)
        {
            at.Problem(key, $"The order form has no field '{name}'.{Nearest.Hint(name, form.Select(candidate => candidate.Name))}");
        }
        else if (field.Kind != FieldKind.String)
        {
            at.Problem(key, $"The order form's field '{name}' is of kind {field.Kind}; {what} are of kind String.");
        }
    }

    /// <summary>Checks the fields that a package's subscription names, once its order form is read.</summary>
    public static void Check(MappingReader at, PackageSubscription subscription, IReadOnlyList<FieldDefinition> form)
    {
        CheckNumbers(at, subscription, form);
        CheckSubservices(at, subscription, form);
        RequireText(at, "usernameField", subscription.UsernameField, form, Credentials);
        if (subscription.PasswordField is not { } password)
        {
            return;
        }

        RequireText(at, "passwordField", password, form, Credentials);
        if (at.IsGood("passwordField") && (PredefinedFields.IsPredefined(password) || password == subscription.UsernameField))
        {
            at.Problem(
                "passwordField",
                $"The field '{password}' is stored where anybody can read it. Use a field that holds nothing but the password."
            );
        }
    }
}
