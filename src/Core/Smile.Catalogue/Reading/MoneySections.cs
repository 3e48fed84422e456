namespace Smile.Catalogue.Reading;

/// <summary>Reads the sections about what is charged and how it is paid.</summary>
internal static class MoneySections
{
    private const int LongestCode = CompanySections.LongestCode;
    private const decimal LargestAmount = CompanySections.LargestAmount;

    /// <summary>Decimals of rates and of amounts whose currency is not known.</summary>
    private const int RateDecimals = 5;
    private const int MostDecimals = 4;

    private const string OfCurrency = "the currency";

    public static void PaymentType(MappingReader at, CatalogueDraft draft)
    {
        var decimals = OptionalCurrency(at, draft) is { } currency ? Decimals(draft, currency) : MostDecimals;
        var type = new PaymentTypeItem(
            at.Code("code", LongestCode),
            at.Text("name"),
            at.Decimal("surchargePercent", 0m, 100m, RateDecimals, CatalogueDefaults.Surcharge),
            at.Decimal("surchargeFixed", 0m, LargestAmount, MostDecimals, CatalogueDefaults.Surcharge),
            at.Decimal("surchargeMinimum", 0m, LargestAmount, MostDecimals, CatalogueDefaults.Surcharge)
        )
        {
            Id = at.OptionalInteger("id", 1, int.MaxValue),
            Company = OptionalCompany(at, draft),
            Currency = OptionalCurrency(at, draft),
            Kind = at.Choice("kind", CatalogueDefaults.PaymentKind),
            Labels =
                at.Optional(
                    "labels",
                    labels => new PaymentFieldLabels(
                        labels.OptionalText("name"),
                        labels.OptionalText("number"),
                        labels.OptionalText("cvv"),
                        labels.OptionalText("expiryDate")
                    )
                ) ?? new PaymentFieldLabels(null, null, null, null),
            MinimumAmount = at.OptionalDecimal("minimumAmount", 0m, LargestAmount, decimals, OfCurrency),
            MaximumAmount = at.OptionalDecimal("maximumAmount", 0m, LargestAmount, decimals, OfCurrency),
            Gateway = at.OptionalCode("gateway", LongestCode),
            GlCode = at.OptionalCode("glCode", LongestCode),
            SurchargeGlCode = at.OptionalCode("surchargeGlCode", LongestCode),
            SurchargeCategory = at.Code("surchargeCategory", LongestCode, CatalogueDefaults.SurchargeCategory),
            DeclineFee = at.Optional("declineFee", fee => DeclineFee(fee, decimals)),
            Disclosure = at.Choice("disclosure", CatalogueDefaults.Disclosure),
            RetryDays = at.Integers("retryDays", 1, 366),
            Tokenise = at.Flag("tokenise", CatalogueDefaults.Tokenise),
        };
        if (type is { Kind: PaymentTypeKind.Manual, Gateway: not null })
        {
            at.Problem("gateway", "Payments of kind Manual are recorded: no gateway makes them.");
        }

        if (type is { Kind: PaymentTypeKind.Card, Gateway: PaymentTypeItem.BatchGateway })
        {
            at.Problem("gateway", "Card numbers do not go into files: 'batch' is for payment types of kind BankAccount.");
        }

        if (type.MaximumAmount < type.MinimumAmount)
        {
            at.Problem("maximumAmount", "The largest amount is less than the least one.");
        }

        if (type.Kind != PaymentTypeKind.Manual && type.Labels.Number is null && (at.IsGood("labels") || !at.Has("labels")))
        {
            at.Problem("labels", $"A payment type of kind {type.Kind} needs the label 'number'.");
        }

        draft.Unique(at, "payment type", "code", type.Code);
        draft.Unique(at, "payment type", "name", type.Name);
        draft.Unique(at, "payment type", "id", type.Id ?? 0);
        draft.PaymentTypes.Add(type.Code, type);
    }

    public static void ReportingCategory(MappingReader at, CatalogueDraft draft)
    {
        var code = at.Code("code", LongestCode);
        var name = at.TextFromOthers("name", code);
        var category = new ReportingCategory(at.Integer("id", 1, int.MaxValue), code, name, OptionalCompany(at, draft));
        draft.Unique(at, "reporting category", "id", category.Id);
        draft.Unique(at, "reporting category", "code", code);
        draft.ReportingCategories.Add(code, category);
    }

    public static void ItemDescription(MappingReader at, CatalogueDraft draft)
    {
        var company = OptionalCompany(at, draft);
        var item = new ItemDescription(
            at.Code("code", LongestCode),
            at.Text("description"),
            at.OptionalCode("glCode", LongestCode),
            at.Flag("chargeGst", CatalogueDefaults.ChargeGst)
        )
        {
            Id = at.OptionalInteger("id", 1, int.MaxValue),
            Company = company,
            UnitSize = UnitSize(at),
            Rate = OptionalRate(at),
            DisplayRate = at.OptionalText("displayRate"),
            Currency = OptionalCurrency(at, draft),
            ReportingCategory = at.OptionalCode("reportingCategory", LongestCode) is { } category
                ? draft.ReportingCategories.Refer(at, "reportingCategory", category)
                : null,
            Properties = FieldSections.Values(at, "properties"),
            ChargeType = at.OptionalInteger("chargeType", 0, int.MaxValue),
            Fields = FieldSections.Fields(at, "fields", draft),
            FormId = at.OptionalInteger("formId", 1, int.MaxValue),
            DisplayName = at.OptionalText("displayName"),
        };

        if (
            item is { Rate: not null, Company: null, Currency: null }
            && draft.Companies.Items.Select(other => other.Currency).Distinct().Skip(1).Any()
        )
        {
            at.Problem(
                "rate",
                "The companies have different currencies: name the rate's currency with 'currency', or the item's company with 'company'."
            );
        }

        // The same code may stand once for all companies and once for each: the company's own goes before.
        draft.Unique(at, company is { } owner ? $"item description of company {owner}" : "item description", "code", item.Code);
        draft.Unique(at, "item description", "id", item.Id ?? 0);
        draft.ItemDescriptions.Add(item.Code, item);
    }

    public static void ChargeType(MappingReader at, CatalogueDraft draft)
    {
        var type = new ChargeTypeItem(at.Integer("id", 0, int.MaxValue), at.Text("name"));
        draft.Unique(at, "charge type", "id", type.Id);
        draft.ChargeTypes.Add(type.Id, type);
    }

    public static void BondType(MappingReader at, CatalogueDraft draft)
    {
        var company = Company(at, draft);
        at.NoteFromOthers("currency");
        var currency = OptionalCurrency(at, draft) ?? draft.Companies.Find(company)?.Currency ?? "";
        var type = new BondTypeItem(
            Uuid(at, "id"),
            company,
            at.Text("name"),
            at.OptionalText("description"),
            currency,
            at.Decimal("amount", 0m, LargestAmount, Decimals(draft, currency), decimalsOf: OfCurrency)
        )
        {
            ItemCode = at.OptionalCode("itemCode", LongestCode) is { } code ? draft.ItemDescriptions.Refer(at, "itemCode", code) : null,
        };
        draft.Unique(at, "bond type", "id", type.Id);
        draft.BondTypes.Add(type.Id, type);
    }

    public static void InvoiceGrouping(MappingReader at, CatalogueDraft draft)
    {
        var name = at.Text("name");
        var company = Company(at, draft);
        var itemCode = draft.ItemDescriptions.Refer(at, "itemCode", at.Text("itemCode"));
        if (
            at.IsGood("itemCode")
            && !at.IsPartial
            && !draft.ItemDescriptions.Items.Any(item => item.Code == itemCode && (item.Company ?? company) == company)
        )
        {
            at.Problem("itemCode", $"Company {company} has no item description {itemCode}.");
        }

        var chargeTypes = at.Integers("chargeTypes", 0, int.MaxValue);
        var configuration = new InvoiceGroupingConfiguration(
            Uuid(at, "id"),
            name,
            company,
            itemCode,
            at.TextFromOthers("rollupDescription", name),
            [.. chargeTypes.Where((type, index) => !at.IsGood("chargeTypes") || draft.ChargeTypes.Knows(at, "chargeTypes", index, type))],
            at.Flag("active", CatalogueDefaults.InvoiceGroupingActive)
        );
        draft.Unique(at, "invoice grouping", "id", configuration.Id);
        draft.InvoiceGroupings.Add(configuration.Id, configuration);
    }

    private static DeclineFee DeclineFee(MappingReader at, int decimals)
    {
        var fee = new DeclineFee(
            at.Decimal("amount", 0m, LargestAmount, decimals, CatalogueDefaults.Surcharge, OfCurrency),
            at.Decimal("percent", 0m, 100m, RateDecimals, CatalogueDefaults.Surcharge),
            at.Code("category", LongestCode, CatalogueDefaults.DeclineFeeCategory),
            at.OptionalCode("glCode", LongestCode)
        )
        {
            ChargeGst = at.Flag("chargeGst", CatalogueDefaults.ChargeGst),
        };
        if (fee is { Amount: 0m, Percent: 0m })
        {
            at.Problem("amount", "A decline fee needs an amount or a percentage.");
        }

        return fee;
    }

    private static int Company(MappingReader at, CatalogueDraft draft) =>
        draft.Companies.Refer(at, "company", at.Integer("company", 1, int.MaxValue));

    public static int? OptionalCompany(MappingReader at, CatalogueDraft draft) =>
        at.OptionalInteger("company", 1, int.MaxValue) is { } company ? draft.Companies.Refer(at, "company", company) : null;

    private static string? OptionalCurrency(MappingReader at, CatalogueDraft draft) =>
        at.OptionalText("currency") is { } currency ? draft.Currencies.Refer(at, "currency", currency) : null;

    private static int Decimals(CatalogueDraft draft, string currency) => draft.Currencies.Find(currency)?.Decimals ?? MostDecimals;

    /// <summary>A price in place of another: of an item, or of what charges one.</summary>
    public static decimal? OptionalRate(MappingReader at) => at.OptionalDecimal("rate", 0m, LargestAmount, RateDecimals);

    private static decimal UnitSize(MappingReader at)
    {
        var size = at.Decimal("unitSize", 0m, LargestAmount, RateDecimals, CatalogueDefaults.UnitSize);
        if (size == 0m && at.IsGood("unitSize"))
        {
            at.Problem("unitSize", "A rate is for more than zero units.");
        }

        return size;
    }

    /// <summary>An id that calls name it by.</summary>
    public static Guid Uuid(MappingReader at, string key)
    {
        var text = at.Text(key);
        if (!Guid.TryParseExact(text, "D", out var uuid) && at.IsGood(key))
        {
            at.Problem(key, $"'{text}' is not a UUID such as 6aecbd7b-cfe4-4b79-9af4-92f5e70564d9.");
        }

        return uuid;
    }
}
