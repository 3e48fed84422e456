using Smile.Catalogue;
using Smile.Catalogue.Reading;
using Smile.Catalogue.Wording;
using Smile.Correspondence.Documents;
using Smile.Kernel;

namespace Smile.Rendering.Tests;

/// <summary>Documents to render.</summary>
internal static class Examples
{
    public static readonly Currency Aud = new("AUD", 2, "$", 0.05m);
    public static readonly Currency Jpy = new("JPY", 0, "¥");
    public static readonly Currency Eur = new("EUR", 2, "€");
    public static readonly Currency Kwd = new("KWD", 3, "KWD ");

    private static readonly CatalogueSnapshot Catalogue = new(
        1,
        CatalogueReader.ReadFiles([Path.Combine(AppContext.BaseDirectory, "catalogue")]).Content!
    );

    public static Stationery StationeryFor(DocumentKind kind) => Catalogue.DefaultStationery(1, kind)!;

    /// <summary>The invoice of the guide's first example (line 2517): 47.40 in all.</summary>
    public static CustomerDocument GuideInvoice()
    {
        var invoice = Head(DocumentKind.Invoice, "Tax invoice", "21431126", Aud);
        return invoice with
        {
            Headline = new DocumentHeadline("Amount due", new Money(47.40m, Aud)),
            Groups =
            [
                new DocumentGroup(
                    "Subscription 2142472303 - ADSL (joe.smith)",
                    [
                        Line("ADSL 2+ plan, 200 GB", new DateOnly(2015, 1, 14), new DateOnly(2015, 1, 31), 15.84m, 1.584m, Aud),
                        Line("ADSL 2+ plan, 200 GB", new DateOnly(2015, 2, 1), new DateOnly(2015, 2, 28), 27.27m, 2.727m, Aud),
                    ]
                ),
            ],
            Totals = Totals(43.11m, -0.02m, 4.31m, 0m, Aud),
            Taxes = [new TaxSummaryLine(10m, new Money(43.11m, Aud), new Money(4.31m, Aud))],
            PaymentSlip = new PaymentSlip("2143112 6", new Money(47.40m, Aud), new DateOnly(2015, 1, 28)),
        };
    }

    /// <summary>The same with what was used, on two pages of its own.</summary>
    public static CustomerDocument InvoiceWithUsage(bool hasMore = false) =>
        GuideInvoice() with
        {
            HasMoreUsage = hasMore,
            Usage =
            [
                new DocumentUsage(
                    "0491570156: Local",
                    [
                        .. Enumerable
                            .Range(0, 60)
                            .Select(index => new DocumentUsageLine(
                                new DateTime(2015, 1, 14, 23, 59, 30).AddHours(index),
                                $"+6129000{index}***",
                                "Sydney",
                                "1:05",
                                0.10833m
                            )),
                    ]
                ),
                new DocumentUsage(
                    "0491570156: Data",
                    [new DocumentUsageLine(new DateTime(2015, 1, 20, 0, 0, 5), "", "", "1.5 GB", 9.5367m)]
                ),
            ],
        };

    /// <summary>An invoice of many subscriptions with texts of all lengths.</summary>
    public static CustomerDocument LongInvoice(Currency currency, int subscriptions = 20)
    {
        var unit = currency.Decimals == 0 ? 100m : 1m;
        var groups = Enumerable
            .Range(0, subscriptions)
            .Select(index => new DocumentGroup(
                $"Subscription {2142472303 + index * 17} - {(index % 3 == 0 ? "ADSL" : index % 3 == 1 ? "VOIP" : "Mobile")}",
                [
                    Line(
                        "Monthly access charge",
                        new DateOnly(2015, 2, 1),
                        new DateOnly(2015, 2, 28),
                        27.27m * unit,
                        2.727m * unit,
                        currency
                    ),
                    Line(
                        "National calls",
                        new DateOnly(2015, 1, 1),
                        new DateOnly(2015, 1, 31),
                        1_104.5m * unit,
                        110.45m * unit,
                        currency
                    ) with
                    {
                        Quantity = 1_234.5m,
                        DisplayRate = "$0.15/min",
                    },
                    Line(
                        $"Professional services at the customer's premises in connection with the move of {index} telephone lines and "
                            + $"the installation of a new switch in the basement, after hours",
                        new DateOnly(2014, 12, 15),
                        new DateOnly(2015, 1, 12),
                        350m * unit,
                        35m * unit,
                        currency
                    ) with
                    {
                        Quantity = 3.5m,
                        DisplayRate = "$100/hr",
                    },
                    Line("Loyalty credit", null, null, -12.5m * unit, -1.25m * unit, currency),
                    Line("Text messages", new DateOnly(2015, 1, 1), new DateOnly(2015, 1, 31), 7.6m * unit, 0.76m * unit, currency) with
                    {
                        Quantity = 76m,
                        DisplayRate = "$0.10",
                    },
                ]
            ))
            .ToList();
        var charges = currency.Round(groups.Sum(group => group.AmountExTax));
        var tax = currency.Round(groups.Sum(group => group.Tax));
        var totals = Totals(charges, 0m, tax, currency.Round(charges / 4), currency);
        return Head(DocumentKind.Invoice, "Tax invoice", "21435540", currency) with
        {
            Headline = new DocumentHeadline("Amount due", totals.Due),
            Facts = [new DocumentFact("Purchase order", "PO-2015-000123 / Facilities")],
            Groups = groups,
            Totals = totals,
            Taxes =
            [
                new TaxSummaryLine(10m, totals.Charges, totals.Tax),
                new TaxSummaryLine(0m, new Money(0m, currency), new Money(0m, currency)),
            ],
            Allocations = [new DocumentAllocation(new DateOnly(2015, 2, 3), "Receipt", "RCPT1000265", totals.Allocated)],
            PaymentSlip = new PaymentSlip("2143554 0", totals.Due, new DateOnly(2015, 2, 28)),
        };
    }

    /// <summary>A charge of 100.00 with 20.00 off it (R3).</summary>
    public static CustomerDocument DiscountedInvoice()
    {
        var charge = Line("Fibre 100", new DateOnly(2015, 1, 1), new DateOnly(2015, 1, 31), 100m, 8m, Aud);
        return Head(DocumentKind.Invoice, "Tax invoice", "21431134", Aud) with
        {
            Headline = new DocumentHeadline("Amount due", new Money(88m, Aud)),
            Groups =
            [
                new DocumentGroup(
                    "Subscription 2142472303 - Fibre",
                    [charge, Line("Discount: Loyal customers", null, null, -20m, 0m, Aud)]
                ),
            ],
            Totals = Totals(100m, 0m, 8m, 0m, Aud) with
            {
                Discount = new Money(-20m, Aud),
                Total = new Money(88m, Aud),
                Due = new Money(88m, Aud),
            },
            Taxes = [new TaxSummaryLine(10m, new Money(80m, Aud), new Money(8m, Aud))],
        };
    }

    /// <summary>What a company in Germany sends: a whole invoice with everything that has a format (R21).</summary>
    public static CustomerDocument GermanInvoice()
    {
        var german = BuiltInLanguages.Find("de")!;
        return Head(DocumentKind.Invoice, german[Word.TitleTaxInvoice], "21431142", Eur) with
        {
            Language = german,
            TaxName = german[Word.Tax],
            Issuer = new DocumentIssuer(1, "Beispiel Netz GmbH", "USt-IdNr. DE123456789", []),
            Addressee = ["Frau Erika Mustermann", "Musterstraße 5", "80331 München"],
            IssueDate = new DateOnly(2027, 1, 5),
            DueDate = new DateOnly(2027, 1, 19),
            Headline = new DocumentHeadline(german[Word.AmountDue], new Money(1_119.39m, Eur)),
            Groups =
            [
                new DocumentGroup(
                    german.Fill(Word.GroupSubscriptionService, "2142472303", "Glasfaser"),
                    [
                        Line("Grundpreis", new DateOnly(2027, 1, 1), new DateOnly(2027, 1, 31), 1_000m, 190m, Eur) with
                        {
                            Quantity = 2.5m,
                            DisplayRate = "400,00 €",
                        },
                        Line("Rabatt", null, null, -59.34m, -11.27m, Eur),
                    ]
                ),
            ],
            Totals = Totals(1_000m, 0m, 178.73m, 0m, Eur) with
            {
                Discount = new Money(-59.34m, Eur),
                Total = new Money(1_119.39m, Eur),
                Due = new Money(1_119.39m, Eur),
            },
            Taxes = [new TaxSummaryLine(19m, new Money(940.66m, Eur), new Money(178.73m, Eur))],
            PaymentSlip = new PaymentSlip("21431142", new Money(1_119.39m, Eur), new DateOnly(2027, 1, 19)),
        };
    }

    /// <summary>An invoice, a statement and a receipt of amounts with twelve digits, everything with them.</summary>
    public static IEnumerable<CustomerDocument> HugeDocuments(Language language)
    {
        const decimal amount = 123_456_789_012.34m;
        var line = Line(
            "Leased lines of all sites, with maintenance",
            new DateOnly(2014, 12, 15),
            new DateOnly(2015, 1, 12),
            amount,
            amount / 10,
            Aud
        ) with
        {
            Quantity = 123_456_789_012.12345m,
            DisplayRate = "$123,456.00/month",
        };
        var totals = Totals(amount, 0m, amount / 10, amount, Aud);
        var huge = new Money(amount, Aud);
        yield return Head(DocumentKind.Invoice, "Tax invoice", "21431150", Aud) with
        {
            Language = language,
            Headline = new DocumentHeadline(language[Word.AmountDue], huge),
            Groups =
            [
                new DocumentGroup("Subscription 2142472303 - Leased lines", [line, line with { AmountExTax = -huge, Tax = -line.Tax }]),
                new DocumentGroup("Account 2143826226", [line]),
            ],
            Totals = totals,
            Taxes = [new TaxSummaryLine(10m, huge, line.Tax), new TaxSummaryLine(0m, -huge, new Money(0m, Aud))],
            Allocations = [new DocumentAllocation(new DateOnly(2015, 2, 3), language[Word.TypeReceipt], "RCPT1000265", huge)],
            PaymentSlip = new PaymentSlip("21431150", huge, new DateOnly(2015, 2, 28)),
        };
        yield return Statement() with
        {
            Language = language,
            Headline = new DocumentHeadline(language[Word.ClosingBalance], -huge),
            Statement = new DocumentStatement(
                new DateOnly(2015, 1, 1),
                new DateOnly(2015, 6, 30),
                -huge,
                [
                    new StatementRow(
                        new DateOnly(2015, 1, 2),
                        language[Word.TypeRecipientCreatedTaxInvoiceReversal],
                        "21431150",
                        huge,
                        huge,
                        -huge
                    ),
                ],
                -huge,
                [.. Enumerable.Range(0, 5).Select(index => new AgedBalance($"{index} days", -huge))]
            ),
        };
    }

    public static CustomerDocument Receipt() =>
        Head(DocumentKind.Receipt, "Receipt", "RCPT1000265", Aud) with
        {
            DueDate = null,
            Headline = new DocumentHeadline("Amount received", new Money(221.55m, Aud)),
            Facts = [new DocumentFact("Paid with", "Visa")],
            Allocations =
            [
                new DocumentAllocation(new DateOnly(2012, 7, 31), "Invoice", "21435540", new Money(200m, Aud)),
                new DocumentAllocation(new DateOnly(2012, 8, 9), "Surcharge", "21435557", new Money(1.1m, Aud)),
            ],
        };

    public static CustomerDocument Statement()
    {
        var balance = 120.5m;
        var rows = new List<StatementRow>();
        for (var index = 0; index < 24; index++)
        {
            var debit = index % 2 == 0 ? 47.4m + index : 0m;
            var credit = index % 2 == 1 ? 60m + 3 * index : 0m;
            balance += debit - credit;
            rows.Add(
                new StatementRow(
                    new DateOnly(2015, 1, 1).AddDays(7 * index),
                    index % 2 == 0 ? "Invoice" : "Receipt",
                    $"{21431126 + index * 17}",
                    debit == 0m ? null : new Money(debit, Aud),
                    credit == 0m ? null : new Money(credit, Aud),
                    new Money(balance, Aud)
                )
            );
        }

        var closing = new Money(balance, Aud);
        return Head(DocumentKind.Statement, "Statement", "2015-06-30", Aud) with
        {
            DueDate = null,
            Headline = new DocumentHeadline("Closing balance", closing),
            Statement = new DocumentStatement(
                new DateOnly(2015, 1, 1),
                new DateOnly(2015, 6, 30),
                new Money(120.5m, Aud),
                rows,
                closing,
                [
                    new("Not yet due", new Money(47.4m, Aud)),
                    new("1 - 30 days", new Money(120m, Aud)),
                    new("31 - 60 days", new Money(0m, Aud)),
                    new("61 - 90 days", new Money(0m, Aud)),
                    new("Over 90 days", new Money(-221.55m, Aud)),
                ]
            ),
        };
    }

    public static CustomerDocument Head(DocumentKind kind, string title, string number, Currency currency) =>
        new()
        {
            Kind = kind,
            Title = title,
            Number = number,
            IssueDate = new DateOnly(2015, 1, 14),
            DueDate = new DateOnly(2015, 1, 28),
            Issuer = new DocumentIssuer(1, "Example Telecom", "ABN 12 345 678 901", []),
            Addressee = ["Mr Joe Smith", "Example Company Pty Ltd", "Level 3, 100 Example Street", "MELBOURNE VIC 3000"],
            AccountUsn = new Usn("2143826226"),
            Currency = currency,
        };

    private static DocumentLine Line(string description, DateOnly? from, DateOnly? to, decimal amount, decimal tax, Currency currency) =>
        new(description, from, to, null, null, new Money(amount, currency), new Money(tax, currency));

    private static DocumentTotals Totals(decimal charges, decimal rounding, decimal tax, decimal paid, Currency currency)
    {
        var total = charges + rounding + tax;
        return new DocumentTotals(M(charges), M(0m), M(rounding), M(tax), M(total), M(paid), M(total - paid));

        Money M(decimal amount) => new(amount, currency);
    }
}
