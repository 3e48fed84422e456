namespace Smile.Catalogue.Reading;

/// <summary>Reads what the ledger, adjustments, discounts and credit control are configured with.</summary>
internal static class ReceivableSections
{
    private const int LongestCode = CompanySections.LongestCode;
    private const int MostDecimals = 4;
    private const int MostDays = 3_660;

    /// <summary>The actions that need nothing but their name.</summary>
    private static readonly Dictionary<string, TreatmentAction> PlainActions = new()
    {
        ["suspend"] = new(TreatmentActionKind.Suspend),
        ["disableLogin"] = new(TreatmentActionKind.DisableLogin),
        ["resume"] = new(TreatmentActionKind.Resume),
    };

    /// <summary>The keys of which another action has one.</summary>
    private static readonly string[] OfActions = ["notice", "lateFee", "ticket"];

    private static readonly Dictionary<string, NoticeAttachment> Attachments = new()
    {
        ["invoices"] = NoticeAttachment.Invoices,
        ["statement"] = NoticeAttachment.Statement,
    };

    public static LedgerAccounts Ledger(MappingReader at)
    {
        var usual = new LedgerAccounts();
        return new LedgerAccounts
        {
            Debtors = Account("debtors", usual.Debtors),
            UnallocatedCredits = Account("unallocatedCredits", usual.UnallocatedCredits),
            Gst = Account("gst", usual.Gst),
            BondsHeld = Account("bondsHeld", usual.BondsHeld),
            DeferredIncome = Account("deferredIncome", usual.DeferredIncome),
            Transfers = Account("transfers", usual.Transfers),
            Bank = Account("bank", usual.Bank),
            Revenue = Account("revenue", usual.Revenue),
            Surcharges = Account("surcharges", usual.Surcharges),
            Adjustments = Account("adjustments", usual.Adjustments),
            Rounding = Account("rounding", usual.Rounding),
            DefersIncome = at.Flag("defersIncome", usual.DefersIncome),
        };

        string Account(string key, string fallback) => at.Code(key, LongestCode, fallback);
    }

    public static IReadOnlyList<AgeGroup> AgeGroups(MappingReader at)
    {
        var groups = at.List("ageGroups", group => new AgeGroup(group.Text("name"), group.Integer("fromDays", 0, MostDays)));
        if (groups.Count == 0)
        {
            return AgeGroup.Usual;
        }

        if (groups[0].FromDays != 0 || groups.Zip(groups.Skip(1)).Any(pair => pair.First.FromDays >= pair.Second.FromDays))
        {
            at.Problem("ageGroups", "The age groups begin with 0 days and go on with more days each.");
        }

        return groups;
    }

    public static IReadOnlyList<TreatmentLevel> TreatmentLevels(MappingReader at, CatalogueDraft draft)
    {
        var levels = Levels(at, "treatmentLevels", draft);
        return levels.Count == 0 ? TreatmentLevel.Usual : levels;
    }

    public static IReadOnlyList<TreatmentLevel> InvoiceLevels(MappingReader at, CatalogueDraft draft)
    {
        var levels = Levels(at, "invoiceLevels", draft);
        if (levels.DistinctBy(level => level.Name).Count() < levels.Count)
        {
            at.Problem("invoiceLevels", "The levels of invoices have different names: by them it is known what was done about an invoice.");
        }

        for (var index = 0; index < levels.Count; index++)
        {
            if (
                levels[index]
                    .Actions.Any(action =>
                        action.Kind is not (TreatmentActionKind.Notice or TreatmentActionKind.LateFee)
                        || action.Attach != NoticeAttachment.None
                    )
            )
            {
                at.Problem(
                    "invoiceLevels",
                    index,
                    "About an invoice, credit control writes notices, which have the invoice attached, and charges a late fee. The "
                        + "rest is for treatmentLevels."
                );
            }

            if (levels[index].Actions.Count(action => action.Kind == TreatmentActionKind.LateFee) > 1)
            {
                at.Problem("invoiceLevels", index, "A level of an invoice charges one late fee.");
            }
        }

        return levels;
    }

    private static IReadOnlyList<TreatmentLevel> Levels(MappingReader at, string key, CatalogueDraft draft)
    {
        var levels = at.List(
            key,
            level => new TreatmentLevel(level.Text("name"), level.Integer("overdueDays", 1, MostDays), Minimum(level, "minimumAmount"))
            {
                MinimumAmounts = ByCurrency(level, "minimumAmounts", draft),
                Actions = level.WordsAndMappings("actions", PlainActions, action => Action(action, draft)),
            }
        );
        if (levels.Zip(levels.Skip(1)).Any(pair => pair.First.OverdueDays >= pair.Second.OverdueDays))
        {
            at.Problem(key, "Treatment levels go from the mildest to the strictest, with more overdue days each.");
        }

        return levels;
    }

    public static CreditControlLimits CreditControl(MappingReader at, CatalogueDraft draft) =>
        new()
        {
            GraceDays = at.Integer("graceDays", 0, MostDays, 0),
            MinimumAccount = Minimum(at, "minimumAccount"),
            MinimumAccounts = ByCurrency(at, "minimumAccounts", draft),
            MinimumInvoice = Minimum(at, "minimumInvoice"),
            MinimumInvoices = ByCurrency(at, "minimumInvoices", draft),
        };

    public static void ResponsiveTerms(MappingReader at, CatalogueDraft draft)
    {
        var accountTypes = at.Integers("accountTypes", 0, int.MaxValue);
        var terms = new ResponsiveTermsItem(
            at.Integer("id", 1, int.MaxValue),
            at.Text("name"),
            [
                .. accountTypes.Where(
                    (type, index) => !at.IsGood("accountTypes") || draft.AccountTypes.Knows(at, "accountTypes", index, type)
                ),
            ],
            draft.AccountTerms.Refer(at, "default", at.Integer("default", 1, int.MaxValue)),
            at.List(
                "rules",
                rule => new ResponsiveTermsRule(
                    rule.Integer("atLeast", 1, 1_000),
                    rule.Decimal("owing", 0.0001m, CompanySections.LargestAmount, MostDecimals),
                    rule.Integer("overdueDays", 1, MostDays),
                    rule.Integer("inMonths", 1, 120),
                    draft.AccountTerms.Refer(rule, "then", rule.Integer("then", 1, int.MaxValue))
                )
                {
                    Owings = ByCurrency(rule, "owings", draft),
                }
            )
        );
        at.NoteRequired("rules");
        if (terms.Rules.Count == 0)
        {
            at.Problem("rules", "Responsive terms have at least one rule.");
        }

        if (draft.ResponsiveTerms.Items.SelectMany(other => other.AccountTypes).Intersect(terms.AccountTypes).Any())
        {
            at.Problem("accountTypes", "An account type is on one set of responsive terms only.");
        }

        draft.Unique(at, "responsive terms", "id", terms.Id);
        draft.Unique(at, "responsive terms", "name", terms.Name);
        draft.ResponsiveTerms.Add(terms.Id, terms);
    }

    /// <summary>
    /// An action that needs more than its name: <c>{ notice: template, attach: invoices }</c> <c>{ lateFee: { itemCode, amount } }</c> or
    /// <c>{ ticket: 127 }</c>.
    /// </summary>
    private static TreatmentAction Action(MappingReader at, CatalogueDraft draft)
    {
        var template = at.OptionalCode("notice", LongestCode);
        var fee = at.Optional(
            "lateFee",
            fee => new TreatmentAction(TreatmentActionKind.LateFee)
            {
                ItemCode = draft.ItemDescriptions.Refer(fee, "itemCode", fee.Text("itemCode")),
                Amount = fee.OptionalDecimal("amount", 0m, CompanySections.LargestAmount, MostDecimals),
                Amounts = ByCurrency(fee, "amounts", draft),
            }
        );
        var attach = at.Word("attach", Attachments, NoticeAttachment.None);
        var ticket = at.OptionalInteger("ticket", 1, TemplateTicketItem.FirstTicket - 1);
        if (ticket is { } number && at.IsGood("ticket"))
        {
            draft.Workflows.NoteRaised(number, at);
        }

        if (OfActions.Count(at.Has) != 1)
        {
            at.Problem("", "An action is one of notice, lateFee, ticket, suspend, disableLogin and resume.");
        }
        else if (at.Has("attach") && !at.Has("notice"))
        {
            at.Problem("attach", "Only a notice has something attached.");
        }

        return fee
            ?? (
                ticket is null
                    ? new TreatmentAction(TreatmentActionKind.Notice) { Template = template, Attach = attach }
                    : new TreatmentAction(TreatmentActionKind.Ticket) { TemplateTicket = ticket }
            );
    }

    /// <summary>Amounts by the codes of currencies: <c>{ USD: 7, JPY: 1000 }</c>.</summary>
    private static IReadOnlyDictionary<string, decimal> ByCurrency(MappingReader at, string key, CatalogueDraft draft) =>
        at.ByCode(
            key,
            "currency",
            (amounts, code) =>
            {
                var currency = draft.Currencies.Find(draft.Currencies.Refer(amounts, code, code));
                return amounts.Decimal(
                    code,
                    0m,
                    CompanySections.LargestAmount,
                    currency?.Decimals ?? MostDecimals,
                    decimalsOf: "the currency"
                );
            }
        ) ?? CurrencyAmounts.None;

    private static decimal Minimum(MappingReader at, string key) => at.Decimal(key, 0m, CompanySections.LargestAmount, MostDecimals, 0m);

    public static void AdjustmentType(MappingReader at, CatalogueDraft draft)
    {
        var amount = Signed(at, "defaultAmount");
        var gst = Signed(at, "defaultGst");
        var type = new AdjustmentType(
            at.Integer("id", 1, int.MaxValue),
            at.Text("name"),
            MoneySections.OptionalCompany(at, draft),
            at.Choice("direction", AdjustmentDirection.Both),
            Category(at, draft),
            at.OptionalCode("glCode", LongestCode),
            at.OptionalDecimal("maximumAmount", 0m, CompanySections.LargestAmount, MostDecimals),
            amount,
            amount is null ? null : gst ?? 0m
        );
        if (amount is { } sum && gst is { } tax && (sum * tax < 0m || Math.Abs(tax) > Math.Abs(sum)))
        {
            at.Problem("defaultGst", "The GST has the sign of the amount and is not more than it.");
        }

        draft.Unique(at, "adjustment type", "id", type.Id);
        draft.Unique(at, "adjustment type", "name", type.Name);
        draft.AdjustmentTypes.Add(type.Id, type);
    }

    public static void Office(MappingReader at, CatalogueDraft draft)
    {
        var office = new Office(at.Integer("id", 1, int.MaxValue), at.Text("name"));
        draft.Unique(at, "office", "id", office.Id);
        draft.Offices.Add(office.Id, office);
    }

    public static void Discount(MappingReader at, CatalogueDraft draft)
    {
        var accountTypes = at.Integers("accountTypes", 0, int.MaxValue);
        var services = at.Integers("services", 0, int.MaxValue);
        var discount = new Discount(
            at.Integer("id", 1, int.MaxValue),
            at.Text("name"),
            at.Decimal("percent", 0m, 100m, 5, 0m),
            at.Decimal("amount", 0m, CompanySections.LargestAmount, MostDecimals, 0m),
            [
                .. accountTypes.Where(
                    (type, index) => !at.IsGood("accountTypes") || draft.AccountTypes.Knows(at, "accountTypes", index, type)
                ),
            ],
            [.. services.Where((service, index) => !at.IsGood("services") || draft.Services.Knows(at, "services", index, service))],
            at.Texts("itemCodes")
        );
        if (discount is { Percent: 0m, Amount: 0m })
        {
            at.Problem("percent", "A discount has a percentage or an amount.");
        }

        draft.Unique(at, "discount", "id", discount.Id);
        draft.Discounts.Add(discount.Id, discount);
    }

    private static string? Category(MappingReader at, CatalogueDraft draft) =>
        at.OptionalCode("salesReportCategory", LongestCode) is not { } code || SalesReportCategories.All.Contains(code)
            ? at.OptionalCode("salesReportCategory", LongestCode)
            : draft.ReportingCategories.Refer(at, "salesReportCategory", code);

    private static decimal? Signed(MappingReader at, string key) =>
        at.OptionalDecimal(key, -CompanySections.LargestAmount, CompanySections.LargestAmount, MostDecimals);
}
