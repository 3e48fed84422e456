using Smile.Catalogue.Fields;
using Smile.Kernel;

namespace Smile.Catalogue.Reading;

/// <summary>Reads packages, which bring everything else together.</summary>
internal static class PackageSections
{
    public static void Package(MappingReader at, CatalogueDraft draft)
    {
        var companyId = draft.Companies.Refer(at, "company", at.Integer("company", 1, int.MaxValue));
        var company = draft.Companies.Find(companyId);
        var name = at.Text("name");
        var account = at.Optional("account", reader => Account(reader, draft, company));
        var subscriptions = at.Mappings("subscriptions")
            .Select(item => (At: item, Item: item.Read(reader => Subscription(reader, draft))))
            .ToArray();
        var form = FieldSections.Fields(
            at,
            "form",
            draft,
            Inherited(draft, account is not null, [.. subscriptions.Select(pair => pair.Item)])
        );
        var package = new Package(
            at.Integer("id", 1, int.MaxValue),
            name,
            companyId,
            at.Flag("published", CatalogueDefaults.Published),
            at.Flag("requiresApproval", CatalogueDefaults.RequiresApproval),
            account,
            [.. subscriptions.Select(pair => pair.Item)],
            Plans(at, draft, [.. subscriptions.Select(pair => pair.Item.Service)]),
            at.TextFromOthers("formName", name + " - Order Form"),
            form
        )
        {
            HasInitialInvoice = at.Flag("initialInvoice", CatalogueDefaults.HasInitialInvoice),
        };
        if (!at.Has("account") && subscriptions.Length == 0)
        {
            at.Problem("subscriptions", "A package creates an account, subscriptions or both; this one creates nothing.");
        }

        foreach (var (reader, subscription) in subscriptions)
        {
            PackageFieldSections.Check(reader, subscription, form);
        }

        PackageFieldSections.CheckNumbers(at, [.. subscriptions.Select(pair => pair.Item)]);

        draft.Unique(at, "package", "id", package.Id);
        draft.Unique(at, "package", "name", package.Name);
        draft.Packages.Add(package.Id, package);
    }

    private static PackageAccount Account(MappingReader at, CatalogueDraft draft, Company? company)
    {
        var (cycleType, cycleDay, cycle) = CycleSections.Choice(at, draft);
        return new PackageAccount(
            draft.AccountTypes.Refer(at, "accountType", at.Integer("accountType", 1, int.MaxValue)),
            draft.AccountTerms.Refer(at, "accountTerms", at.Integer("accountTerms", 1, int.MaxValue)),
            draft.TimeZones.Refer(at, "timeZone", at.TextFromOthers("timeZone", company?.TimeZone ?? "")),
            cycleType,
            cycleDay
        )
        {
            Cycle = cycle,
            RatingCycle = at.Optional(
                "ratingCycle",
                rating =>
                {
                    var (type, day, table) = CycleSections.Choice(rating, draft);
                    return new RatingCycleOfPackage(type, day, table);
                }
            ),
        };
    }

    private static PackageSubscription Subscription(MappingReader at, CatalogueDraft draft)
    {
        var serviceId = draft.Services.Refer(at, "service", at.Integer("service", 1, int.MaxValue));
        var subscription = new PackageSubscription(
            serviceId,
            at.Text("usernameField", CatalogueDefaults.UsernameField),
            at.OptionalText("passwordField")
        )
        {
            Numbers = PackageFieldSections.Numbers(at, draft),
            Subservices = PackageFieldSections.Subservices(at, draft.Services.Find(serviceId)),
        };
        if (at.IsGood("passwordField") && draft.Services.Find(subscription.Service) is { HasCredentials: false } service)
        {
            at.Problem("passwordField", $"The service {service.Id} has no credentials, so the password would be lost.");
        }

        return subscription;
    }

    private static List<PackagePlan> Plans(MappingReader at, CatalogueDraft draft, HashSet<int> services)
    {
        var choices = new List<PackagePlan>();
        foreach (var item in at.Mappings("plans"))
        {
            var choice = item.Read(reader => PackagePlan(reader, draft, services));
            if (item.IsGood("id") && choices.Any(other => other.Id == choice.Id))
            {
                item.Problem("id", $"The package already has a plan {choice.Id}.");
            }

            choices.Add(choice);
        }

        return choices;
    }

    private static PackagePlan PackagePlan(MappingReader at, CatalogueDraft draft, HashSet<int> services)
    {
        var id = at.Integer("id", 1, int.MaxValue);
        var codes = at.Texts("plans");
        var plans = new List<Plan>();
        for (var index = 0; index < codes.Count; index++)
        {
            if (codes[index].Length == 0 || !draft.Plans.Knows(at, "plans", index, codes[index]))
            {
                continue;
            }

            var plan = draft.Plans.Find(codes[index])!;
            if (!services.Contains(plan.Service))
            {
                at.Problem("plans", index, $"The plan '{plan.Code}' is for service {plan.Service}, which the package does not have.");
            }
            else if (
                plans.FirstOrDefault(other => other.Service == plan.Service && other.PlanScheduleType == plan.PlanScheduleType) is { } other
            )
            {
                at.Problem(
                    "plans",
                    index,
                    $"The plans '{other.Code}' and '{plan.Code}' are both for plan schedule type {plan.PlanScheduleType} of service "
                        + $"{plan.Service}; a subscription has one at a time."
                );
            }

            plans.Add(plan);
        }

        at.NoteRequired("plans");
        if (codes.Count == 0 && (at.IsGood("plans") || !at.Has("plans")))
        {
            at.Problem("plans", "A choice of plan needs at least one plan.");
        }

        return new PackagePlan(id, at.TextFromOthers("name", plans.FirstOrDefault()?.Name ?? ""), codes, Contract(at, draft, plans));
    }

    private static int? Contract(MappingReader at, CatalogueDraft draft, List<Plan> plans)
    {
        if (at.OptionalInteger("contract", 1, int.MaxValue) is not { } id)
        {
            return null;
        }

        draft.Contracts.Refer(at, "contract", id);
        if (draft.Contracts.Find(id) is { } contract && !plans.Exists(plan => contract.IsFor(plan.Code)))
        {
            at.Problem("contract", $"None of the plans offers contract {id}.");
        }

        return id;
    }

    /// <summary>
    /// Where the fields of an order form come from: the account that the package creates, then its services, then the predefined
    /// fields, whose number and label an account field of that name gives. A field that only holds credentials, a number of a pool or the
    /// username of a subservice needs no definition.
    /// </summary>
    private static Func<MappingReader, string, FieldDefinition?> Inherited(
        CatalogueDraft draft,
        bool hasAccount,
        IReadOnlyList<PackageSubscription> subscriptions
    )
    {
        var own = subscriptions.SelectMany(subscription => subscription.OwnFields()).ToHashSet();
        return (at, name) =>
        {
            var isPredefined = PredefinedFields.IsPredefined(name);
            var definitions = subscriptions
                .Select(subscription => draft.Services.Find(subscription.Service))
                .OfType<Service>()
                .SelectMany(service => service.Fields)
                .Where(field => field.Name == name);
            if ((hasAccount || isPredefined) && draft.AccountFields.Find(name) is { } accountField)
            {
                definitions = definitions.Prepend(accountField);
            }

            var found = definitions.ToArray();
            if (
                found.Length == 0
                && !at.IsPartial
                && !isPredefined
                && !own.Contains(name)
                && !(hasAccount && name == PredefinedFields.InvoiceeUsn)
            )
            {
                var known = draft
                    .AccountFields.Items.Select(field => field.Name)
                    .Concat(draft.Services.Items.SelectMany(service => service.Fields).Select(field => field.Name));
                at.Problem(
                    "name",
                    $"No such field '{name}': neither predefined, nor of the account or a service of this "
                        + $"package.{Nearest.Hint(name, known)}"
                );
            }

            if (found.Select(field => field.Kind).Distinct().Count() > 1)
            {
                at.Problem(
                    "name",
                    $"The field '{name}' is of different kinds in what this package creates: "
                        + $"{string.Join(", ", found.Select(field => field.Kind).Distinct())}."
                );
            }

            return found.FirstOrDefault();
        };
    }
}
