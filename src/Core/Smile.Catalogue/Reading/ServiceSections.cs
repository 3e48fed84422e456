using Smile.Kernel;

namespace Smile.Catalogue.Reading;

/// <summary>Reads services, and the features and plans that belong to one.</summary>
internal static class ServiceSections
{
    /// <summary>Leaves room for the number and its check digit within the longest USN.</summary>
    private const int LongestUsnAffix = 10;

    private const int MostProvisioningAttempts = 100;
    private const int LongestPlanCode = 60;

    public static void Service(MappingReader at, CatalogueDraft draft)
    {
        var (cycleType, cycleDay, cycle) = CycleSections.Choice(at, draft);
        var isCatAccess = at.Flag("isCatAccess", CatalogueDefaults.IsCatAccess);
        var service = new Service(
            at.Integer("id", 1, int.MaxValue),
            at.Text("name"),
            UsnAffix(at, "usnPrefix"),
            UsnAffix(at, "usnSuffix"),
            at.Choice("provisioning", CatalogueDefaults.Provisioning),
            at.Integer("provisioningAttempts", 1, MostProvisioningAttempts, CatalogueDefaults.ProvisioningAttempts),
            Steps(at),
            at.Flag("hasCredentials", CatalogueDefaults.HasCredentials(isCatAccess)),
            isCatAccess,
            at.OptionalInteger("authenticationServiceType", 1, int.MaxValue) ?? CatalogueDefaults.AuthenticationServiceType(isCatAccess),
            FieldSections.Fields(at, "fields", draft),
            FieldSections.Values(at, "properties"),
            at.Optional("qualifier", Qualifier)
        )
        {
            HasOwnCycle = at.Flag("ownCycle", CatalogueDefaults.HasOwnCycle),
            HasCaseSensitiveUsernames = at.Flag("caseSensitiveUsernames", CatalogueDefaults.HasCaseSensitiveUsernames),
            CycleType = cycleType,
            CycleDay = cycleDay,
            Cycle = cycle,
            Subservices = at.Optional("subservices", subservices => SubserviceSections.Definition(subservices, draft)),
            UsageChargeTypes = UsageSections.ChargeTypes(at),
            UsageIdentifiers = at.Texts("usageIdentifiers"),
        };
        at.NoteFromOthers("hasCredentials");
        at.NoteFromOthers("authenticationServiceType");
        foreach (var key in CycleSections.ChoiceKeys.Where(key => !service.HasOwnCycle && at.IsGood(key)))
        {
            at.Problem(key, "Subscriptions that follow their account's cycle (ownCycle: false) have none of their own.");
        }

        if (isCatAccess && !service.HasCredentials)
        {
            at.Problem("hasCredentials", "A login to the API (isCatAccess) needs credentials.");
        }

        if (at.Has("authenticationServiceType") && !service.HasCredentials)
        {
            at.Problem("authenticationServiceType", "A service that authenticate() finds needs hasCredentials: true.");
        }

        draft.Unique(at, "service", "id", service.Id);
        draft.Unique(at, "service", "name", service.Name);
        draft.Services.Add(service.Id, service);
    }

    public static void Feature(MappingReader at, CatalogueDraft draft)
    {
        var feature = new Feature(
            at.Integer("id", 1, int.MaxValue),
            at.Text("name"),
            draft.Services.Refer(at, "service", at.Integer("service", 1, int.MaxValue)),
            FieldSections.Values(at, "properties")
        );
        draft.Unique(at, "feature", "id", feature.Id);
        draft.Features.Add(feature.Id, feature);
    }

    public static void Plan(MappingReader at, CatalogueDraft draft)
    {
        var code = at.Code("code", LongestPlanCode);
        var plan = new Plan(
            at.Integer("id", 1, int.MaxValue),
            code,
            at.TextFromOthers("name", code),
            draft.Services.Refer(at, "service", at.Integer("service", 1, int.MaxValue)),
            at.Integer("planScheduleType", 1, int.MaxValue, CatalogueDefaults.PlanScheduleType)
        )
        {
            Company = MoneySections.OptionalCompany(at, draft),
            RecurringCharges = ChargeSections.RecurringCharges(at, draft),
            Options = at.List("options", option => ChargeSections.PlanOption(option, draft)),
            SetupCharge = at.Optional("setupCharge", setup => ChargeSections.SetupCharge(setup, draft)),
            IsPublished = at.Flag("published", CatalogueDefaults.IsPlanPublished),
            ValidFrom = at.OptionalDate("validFrom"),
            ValidTo = at.OptionalDate("validTo"),
            Accounts = [.. at.Texts("accounts").Select(usn => new Usn(usn))],
            MinimumCharge = at.Optional("minimumCharge", minimum => ChargeSections.MinimumCharge(minimum, draft)),
            MinimumSessionCharge = UsageSections.OptionalPrice(at, "minimumSessionCharge"),
            ValuePools = UsageSections.ValuePools(at, draft),
            UsageAlertGroups = UsageSections.PlanAlertGroups(at, draft),
        };
        plan = plan with
        {
            CreditLimit = CreditLimitSections.OfPlan(at, draft, plan.Service),
            ChargingRules = new ChargingRuleSections(draft, plan).Rules(at),
        };
        draft.Unique(at, "plan", "id", plan.Id);
        draft.Unique(at, "plan", "code", plan.Code);
        draft.Plans.Add(code, plan);
    }

    private static string UsnAffix(MappingReader at, string key)
    {
        var affix = at.Text(key, CatalogueDefaults.UsnAffix);
        if (affix.Length > LongestUsnAffix || affix.Any(character => !char.IsAsciiLetterOrDigit(character) && character != '-'))
        {
            at.Problem(key, $"A USN is prefixed or suffixed with at most {LongestUsnAffix} letters, digits and '-'.");
        }

        return affix;
    }

    /// <summary>The order may be chosen; leaving one out may not, for then a subscription would never be fully available.</summary>
    private static IReadOnlyList<FulfilmentStep> Steps(MappingReader at)
    {
        var steps = at.Choices("steps", CatalogueDefaults.Steps);
        if (at.IsGood("steps") && (steps.Count != CatalogueDefaults.Steps.Count || steps.Distinct().Count() != steps.Count))
        {
            at.Problem("steps", $"The steps are {string.Join(", ", CatalogueDefaults.Steps)}, each once, in the order wanted.");
        }

        return steps;
    }

    private static QualifierItem Qualifier(MappingReader at)
    {
        const string http = "http";
        const string table = "table";
        var kind = at.Text("kind");
        var address = at.OptionalText("address");
        var rows = at.List("rows", row => new QualifierRow(row.FreeTexts("when"), row.FreeTexts("answer")));
        if (at.IsGood("kind") && kind is not (http or table))
        {
            at.Problem("kind", $"Expected {http} or {table}, but this is '{kind}'.");
        }

        if (
            kind == http
            && !(
                Uri.TryCreate(address, UriKind.Absolute, out var uri)
                && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            )
        )
        {
            at.Problem("address", "An http qualifier needs an address that begins with http:// or https://.");
        }

        if (kind == http && at.Has("rows"))
        {
            at.Problem("rows", "Only a table qualifier has rows.");
        }

        if (kind == table && at.Has("address"))
        {
            at.Problem("address", "Only an http qualifier has an address.");
        }

        if (kind == table && rows.Count == 0)
        {
            at.Problem("rows", "A table qualifier needs at least one row.");
        }

        return new QualifierItem(kind, address, rows);
    }
}
