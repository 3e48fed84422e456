using Smile.Kernel;

namespace Smile.Catalogue.Reading;

/// <summary>Reads the sections about companies, their money and their accounts.</summary>
internal static class CompanySections
{
    public const int LongestCode = 40;
    private const int MostHiddenDigits = 15;

    /// <summary>More than a thousand million of a currency is rejected as a data-entry error.</summary>
    public const decimal LargestAmount = 1_000_000_000m;

    private const int CurrencyCodeLength = 3;
    private const int LongestPrefix = 12;

    public static void Currency(MappingReader at, CatalogueDraft draft)
    {
        var code = at.Text("code");
        if (at.IsGood("code") && (code.Length != CurrencyCodeLength || code.Any(character => !char.IsAsciiLetterUpper(character))))
        {
            at.Problem("code", $"'{code}' is not an ISO 4217 code: three capital letters.");
        }

        var decimals = at.Integer("decimals", 0, 4, CatalogueDefaults.CurrencyDecimals);
        var currency = new Currency(
            code,
            decimals,
            at.TextFromOthers("symbol", code + " "),
            at.Decimal("cashUnit", 0m, LargestAmount, decimals, CatalogueDefaults.CashUnit, decimalsOf: "the currency")
        );
        draft.Unique(at, "currency", "code", code);
        draft.Currencies.Add(code, currency);
    }

    public static void TimeZone(MappingReader at, CatalogueDraft draft)
    {
        var zone = new TimeZoneItem(at.Integer("id", 1, int.MaxValue), at.Text("name"));
        if (at.IsGood("name") && !TimeZoneInfo.TryFindSystemTimeZoneById(zone.Name, out _))
        {
            at.Problem(
                "name",
                $"There is no time zone '{zone.Name}' on this "
                    + $"machine.{Nearest.Hint(zone.Name, TimeZoneInfo.GetSystemTimeZones().Select(known => known.Id))}"
            );
        }

        draft.Unique(at, "time zone", "id", zone.Id);
        draft.Unique(at, "time zone", "name", zone.Name);
        draft.TimeZones.Add(zone.Name, zone);
    }

    public static void Company(MappingReader at, CatalogueDraft draft)
    {
        var company = new Company(
            at.Integer("id", 1, int.MaxValue),
            at.Text("name"),
            draft.Currencies.Refer(at, "currency", at.Text("currency")),
            draft.TimeZones.Refer(at, "timeZone", at.Text("timeZone"))
        )
        {
            TaxNumber = at.OptionalText("taxNumber"),
            Language = LanguageSections.Refer(at, "language", at.Text("language", CatalogueDefaults.Language), draft),
            HomeCountries = at.Texts("homeCountries"),
            InvoiceNumbers = at.Optional(
                "invoiceNumbers",
                numbers => new InvoiceNumbering(
                    numbers.OptionalCode("prefix", LongestPrefix) ?? "",
                    numbers.Integer("digits", 1, 12, CatalogueDefaults.InvoiceDigits),
                    numbers.Integer("first", 1, int.MaxValue, CatalogueDefaults.FirstInvoice)
                )
            ),
            Ledger = at.Optional("ledger", ReceivableSections.Ledger) ?? new LedgerAccounts(),
            AgeGroups = ReceivableSections.AgeGroups(at),
            AgedFrom = at.Choice("agedFrom", AgedFrom.TransactionDate),
        };
        draft.Unique(at, "company", "id", company.Id);
        draft.Unique(at, "company", "name", company.Name);
        draft.Companies.Add(company.Id, company);
    }

    public static void GstSchedule(MappingReader at, CatalogueDraft draft)
    {
        var code = at.Code("code", LongestCode);
        var rates = new List<GstRate>();
        foreach (var item in at.Mappings("rates"))
        {
            var rate = item.Read(rate => new GstRate(rate.Date("from"), rate.Decimal("percent", 0m, 100m, decimals: 5)));
            if (item.IsGood("from") && rates.Any(other => other.From == rate.From))
            {
                item.Problem("from", "Another rate of this schedule holds from the same date.");
            }

            rates.Add(rate);
        }

        RequireItems(at, "rates", rates.Count);
        var id = at.OptionalInteger("id", 1, int.MaxValue);
        draft.Unique(at, "GST schedule", "id", id ?? 0);
        draft.Unique(at, "GST schedule", "code", code);
        var name = at.TextFromOthers("name", code);
        var taxName = at.OptionalText("taxName");
        draft.GstSchedules.Add(code, new GstSchedule(code, name, [.. rates.OrderBy(rate => rate.From)]) { Id = id, TaxName = taxName });
    }

    public static void AccountType(MappingReader at, CatalogueDraft draft)
    {
        var type = new AccountTypeItem(
            at.Integer("id", 1, int.MaxValue),
            at.Text("name"),
            draft.GstSchedules.Refer(at, "gstSchedule", at.Text("gstSchedule"))
        );
        draft.Unique(at, "account type", "id", type.Id);
        draft.Unique(at, "account type", "name", type.Name);
        draft.AccountTypes.Add(type.Id, type);
    }

    public static void AccountTerms(MappingReader at, CatalogueDraft draft)
    {
        var terms = new AccountTermsItem(
            at.Integer("id", 1, int.MaxValue),
            at.Text("name"),
            at.Integer("dueDays", 0, 366, CatalogueDefaults.DueDays)
        )
        {
            TreatmentLevels = ReceivableSections.TreatmentLevels(at, draft),
            InvoiceLevels = ReceivableSections.InvoiceLevels(at, draft),
            AutoPayment = at.Integer("autoPayment", 0, 2, CatalogueDefaults.AutoPayment),
            CreditControl =
                at.Optional("creditControl", limits => ReceivableSections.CreditControl(limits, draft)) ?? new CreditControlLimits(),
            Dispatch = at.Choice("dispatch", CatalogueDefaults.Dispatch),
            DispatchReceipts = at.Flag("dispatchReceipts", CatalogueDefaults.DispatchReceipts),
            UsageDetails = at.Flag("usageDetails", CatalogueDefaults.UsageDetails),
            HiddenDigits = at.Integer("hiddenDigits", 0, MostHiddenDigits, CatalogueDefaults.HiddenDigits),
            CreditLimit = draft.CreditLimits.OfTerms(at),
        };
        draft.Unique(at, "account terms", "id", terms.Id);
        draft.Unique(at, "account terms", "name", terms.Name);
        draft.AccountTerms.Add(terms.Id, terms);
    }

    private static void RequireItems(MappingReader at, string key, int count)
    {
        at.NoteRequired(key);
        if (count == 0 && (at.IsGood(key) || !at.Has(key)))
        {
            at.Problem(key, $"The list '{key}' needs at least one item.");
        }
    }
}
