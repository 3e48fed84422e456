using Smile.Kernel;

namespace Smile.Catalogue;

/// <summary>How the money of a payment type comes in.</summary>
public enum PaymentTypeKind
{
    /// <summary>Somebody of the company receives and records it: cash, a cheque, a transfer.</summary>
    Manual,

    /// <summary>A card is charged.</summary>
    Card,

    /// <summary>A bank account is debited.</summary>
    BankAccount,
}

/// <summary>How much of a number is shown again (guide, lines 14162, 14429).</summary>
public enum NumberDisclosure
{
    /// <summary>Its first four and its last two digits.</summary>
    Hint,

    /// <summary>Nothing.</summary>
    None,
}

/// <summary>
/// What a customer pays for a payment that is declined. Without tax, in the payment type's currency; the tax, if any, comes on top.
/// </summary>
/// <param name="Percent">Percentage of the payment's amount.</param>
/// <param name="Category">Code of the sales report category.</param>
public sealed record DeclineFee(decimal Amount, decimal Percent, string Category, string? GlCode)
{
    /// <summary>Whether it is taxed; where the law takes it for damages, it is not.</summary>
    public bool ChargeGst { get; init; } = true;
}

/// <summary>Labels of the details that a payment type asks for; what is null is not asked for (guide, line 15123).</summary>
public sealed record PaymentFieldLabels(string? Name, string? Number, string? Cvv, string? ExpiryDate);

/// <summary>A way to pay (guide, line 13141).</summary>
/// <param name="SurchargePercent">Percentage of the amount paid.</param>
/// <param name="SurchargeFixed">Added to the percentage. Without tax, in the type's currency.</param>
/// <param name="SurchargeMinimum">Least surcharge. Without tax, in the type's currency.</param>
public sealed record PaymentTypeItem(string Code, string Name, decimal SurchargePercent, decimal SurchargeFixed, decimal SurchargeMinimum)
{
    /// <summary>The gateway of types whose bank takes files.</summary>
    public const string BatchGateway = "batch";

    /// <summary>The number that payments show (guide, line 13639); null for none.</summary>
    public int? Id { get; init; }

    /// <summary>The company that takes it; null for all.</summary>
    public int? Company { get; init; }

    /// <summary>The one currency that it takes; null for that of the company which is paid.</summary>
    public string? Currency { get; init; }

    public PaymentTypeKind Kind { get; init; } = PaymentTypeKind.Manual;

    public PaymentFieldLabels Labels { get; init; } = new(null, null, null, null);

    /// <summary>Least amount of one payment, before the surcharge; null for no limit.</summary>
    public decimal? MinimumAmount { get; init; }

    /// <summary>Largest amount of one payment, before the surcharge; null for no limit.</summary>
    public decimal? MaximumAmount { get; init; }

    /// <summary>The gateway that makes the payments; null where none does yet, and for <see cref="PaymentTypeKind.Manual"/>.</summary>
    public string? Gateway { get; init; }

    /// <summary>General ledger code of the bank account that the money goes to: that of receipts (guide, line 13681).</summary>
    public string? GlCode { get; init; }

    /// <summary>General ledger code of surcharges (guide, line 13706).</summary>
    public string? SurchargeGlCode { get; init; }

    /// <summary>Sales report category of surcharges (guide, line 13697).</summary>
    public string SurchargeCategory { get; init; } = "surchrg";

    public DeclineFee? DeclineFee { get; init; }

    public NumberDisclosure Disclosure { get; init; } = NumberDisclosure.Hint;

    /// <summary>Days from one attempt at a scheduled payment that was declined to the next; none for one attempt.</summary>
    public IReadOnlyList<int> RetryDays { get; init; } = [];

    /// <summary>Whether numbers are exchanged for the gateway's tokens, so that none need be kept.</summary>
    public bool Tokenise { get; init; } = true;

    public bool HasSurcharge => SurchargePercent != 0m || SurchargeFixed != 0m || SurchargeMinimum != 0m;
}

/// <summary>The sales report category that amounts of an item are counted in (guide, line 17911).</summary>
/// <param name="Company">The company that it belongs to; null for all.</param>
public sealed record ReportingCategory(int Id, string Code, string Name, int? Company);

/// <summary>What an invoice line is for.</summary>
/// <param name="GlCode">General ledger code; null for lines without one, such as GST (guide, line 2604).</param>
public sealed record ItemDescription(string Code, string Description, string? GlCode, bool ChargeGst)
{
    /// <summary>The number that getItemDescriptionById() finds it by; null for none.</summary>
    public int? Id { get; init; }

    /// <summary>The company whose item it is; null for all that have none of the same code.</summary>
    public int? Company { get; init; }

    /// <summary>How many units <see cref="Rate"/> is for.</summary>
    public decimal UnitSize { get; init; } = 1m;

    /// <summary>Price of <see cref="UnitSize"/> units without tax, with up to five decimals; null for none.</summary>
    public decimal? Rate { get; init; }

    /// <summary>The price as free text for the invoice, such as $100/hr (guide, line 18415).</summary>
    public string? DisplayRate { get; init; }

    /// <summary>ISO 4217; null for the company's.</summary>
    public string? Currency { get; init; }

    /// <summary>Code of the reporting category, or null.</summary>
    public string? ReportingCategory { get; init; }

    public IReadOnlyList<FieldValue> Properties { get; init; } = [];

    /// <summary>The kind of charge that lines of it are by themselves; null for what the operation says.</summary>
    public int? ChargeType { get; init; }

    /// <summary>The custom fields that its lines have.</summary>
    public IReadOnlyList<FieldDefinition> Fields { get; init; } = [];

    /// <summary>The <c>formId</c> of lines with custom fields (guide, line 4329).</summary>
    public int? FormId { get; init; }

    /// <summary>How a line's fields are shown in a word, such as "ADSL2 Modem ({colour})".</summary>
    public string? DisplayName { get; init; }

    /// <summary>What tells it from others: its code, for an item of one company within that company.</summary>
    public string Key => Company is { } company ? $"{company}/{Code}" : Code;
}

/// <summary>A kind of charge, such as a manually entered one (guide, line 5596).</summary>
public sealed record ChargeTypeItem(int Id, string Name);

/// <summary>A kind of bond that may be held (guide, line 6484).</summary>
/// <param name="Amount">The usual amount, in <paramref name="Currency"/>.</param>
public sealed record BondTypeItem(Guid Id, int Company, string Name, string? Description, string Currency, decimal Amount)
{
    /// <summary>Code of the item description that its line carries; null for none of its own.</summary>
    public string? ItemCode { get; init; }
}

/// <summary>A way to roll charges up into one invoice line (guide, line 5674).</summary>
/// <param name="ItemCode">Code of the item description that the line carries.</param>
/// <param name="RollupDescription">Text of the line; {0,date} and {1,date} stand for the first and the last day.</param>
/// <param name="ChargeTypes">The kinds of charge that are rolled up; none for all.</param>
/// <param name="Active">Whether groupings may be made with it (guide, line 5616).</param>
public sealed record InvoiceGroupingConfiguration(
    Guid Id,
    string Name,
    int Company,
    string ItemCode,
    string RollupDescription,
    IReadOnlyList<int> ChargeTypes,
    bool Active
);
