namespace Smile.Catalogue;

/// <summary>The kinds of documents that customers are sent.</summary>
public enum DocumentKind
{
    Invoice,
    Quote,
    Receipt,
    CreditNote,
    DebitNote,
    Surcharge,
    Reversal,
    Reimbursement,
    Transfer,
    Bond,
    Statement,
}

/// <summary>The paper that a document is laid out for.</summary>
public enum PaperSize
{
    A4,
    Letter,
}

/// <summary>Where the address must be to show in a window envelope: its upper left corner, in millimetres from that of the page.</summary>
public sealed record AddressBlockPosition(decimal Left, decimal Top);

/// <summary>How printed documents look (guide, line 24565).</summary>
public sealed record Stationery(int Id, string Code, string Name)
{
    /// <summary>The company whose it is; null for all that have none of their own.</summary>
    public int? Company { get; init; }

    /// <summary>What it is for; none for every kind.</summary>
    public IReadOnlyList<DocumentKind> Kinds { get; init; } = [];

    /// <summary>Whether documents are rendered with it where nobody says with which.</summary>
    public bool IsDefault { get; init; }

    /// <summary>A PNG picture; null for none. Kept in the catalogue, so that a version looks the same for ever.</summary>
    public ReadOnlyMemory<byte>? Logo { get; init; }

    /// <summary>Colour of titles and rules, such as <c>#1F4E79</c>.</summary>
    public string PrimaryColour { get; init; } = "#1F4E79";

    public string TextColour { get; init; } = "#222222";

    public AddressBlockPosition AddressBlock { get; init; } = new(20m, 50m);

    /// <summary>Printed below the company's name: address, telephone, web site.</summary>
    public IReadOnlyList<string> HeaderLines { get; init; } = [];

    /// <summary>Printed at the foot of every page.</summary>
    public string FooterText { get; init; } = "";

    /// <summary>Ways to pay, printed on the payment slip.</summary>
    public IReadOnlyList<string> PaymentSlipLines { get; init; } = [];

    public PaperSize Paper { get; init; } = PaperSize.A4;

    public bool IsFor(DocumentKind kind) => Kinds.Count == 0 || Kinds.Contains(kind);
}
