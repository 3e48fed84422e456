using System.Text;

namespace Smile.Catalogue.Reading;

/// <summary>
/// Reads the catalogue from YAML files. Every file may have any of the sections; what the files have in one section is put together.
/// Everything that is wrong is reported, not only the first.
/// </summary>
public static class CatalogueReader
{
    public const int MaxFileSize = 4 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The sections, each behind those that it refers to.</summary>
    private static readonly (string Name, Action<MappingReader, CatalogueDraft> Read)[] Sections =
    [
        ("languages", LanguageSections.Language),
        ("currencies", CompanySections.Currency),
        ("timeZones", CompanySections.TimeZone),
        ("billingCycles", CycleSections.BillingCycle),
        ("companies", CompanySections.Company),
        ("gstSchedules", CompanySections.GstSchedule),
        ("accountTypes", CompanySections.AccountType),
        ("paymentTypes", MoneySections.PaymentType),
        ("reportingCategories", MoneySections.ReportingCategory),
        ("customCollections", CustomCollectionSections.Collection),
        ("itemDescriptions", MoneySections.ItemDescription),
        ("accountTerms", CompanySections.AccountTerms),
        ("responsiveTerms", ReceivableSections.ResponsiveTerms),
        ("adjustmentTypes", ReceivableSections.AdjustmentType),
        ("offices", ReceivableSections.Office),
        ("chargeTypes", MoneySections.ChargeType),
        ("bondTypes", MoneySections.BondType),
        ("invoiceGroupings", MoneySections.InvoiceGrouping),
        ("accountFields", FieldSections.AccountField),
        ("purchaseOrderFields", FieldSections.PurchaseOrderField),
        ("stationery", StationerySections.Stationery),
        ("services", ServiceSections.Service),
        ("discounts", ReceivableSections.Discount),
        ("features", ServiceSections.Feature),
        ("calendars", CalendarSections.Calendar),
        ("usageAlertGroups", UsageSections.AlertGroup),
        ("tariffTypes", UsageSections.TariffType),
        ("spendLimits", UsageSections.SpendLimit),
        ("usageSources", UsageSourceSections.Source),
        ("plans", ServiceSections.Plan),
        ("prepaidBlocks", PrepaidSections.Block),
        ("contracts", ContractSections.Contract),
        ("managedPlanGroups", ManagedPlanSections.Group),
        ("numberPools", NumberPoolSections.Pool),
        ("ticketStatuses", TicketSections.Status),
        ("operators", TicketSections.Operator),
        ("ticketGroups", TicketSections.Group),
        ("ticketTypes", TicketSections.Type),
        ("templateTickets", TicketSections.Template),
        ("ticketActions", TicketStepSections.Action),
        ("packages", PackageSections.Package),
    ];

    /// <summary>Reads files, and all <c>.yaml</c> and <c>.yml</c> files of folders.</summary>
    /// <param name="keys">Gathers the keys that files may have; null where nobody wants to know.</param>
    public static CatalogueReadResult ReadFiles(IEnumerable<string> filesAndFolders, CatalogueKeys? keys = null)
    {
        var problems = new ProblemList { Keys = keys };
        var sources = new List<CatalogueSource>();
        foreach (var path in filesAndFolders)
        {
            var files = Directory.Exists(path) ? FilesOf(path) : [path];
            if (files.Count == 0)
            {
                problems.Add(path, 0, 0, "", "The folder has no .yaml files.");
            }

            sources.AddRange(files.Select(file => Load(file, problems)).OfType<CatalogueSource>());
        }

        return Read(sources, problems);
    }

    public static CatalogueReadResult Read(IEnumerable<CatalogueSource> sources) => Read([.. sources], new ProblemList());

    /// <summary>What <c>like</c> of a usage source stands for: a file of the catalogue without its first key.</summary>
    public static string ReadyMadeUsageSources() => UsagePresets.Text();

    /// <summary>Gathers the keys that catalogue files may have.</summary>
    /// <param name="filesAndFolders">An example of nearly everything; what it lacks is tried with empty mappings.</param>
    public static (CatalogueKeys Keys, IReadOnlyList<CatalogueProblem> Problems) KeysOf(IEnumerable<string> filesAndFolders)
    {
        var keys = new CatalogueKeys();
        var problems = ReadFiles(filesAndFolders, keys).Problems;
        foreach (var lacking in keys.WithoutExample.ToList())
        {
            // Whether a mapping or a list of them is wanted: one of them is read.
            var names = lacking.Split('.');
            foreach (var innermost in new[] { "{}", "[{}]" })
            {
                // What is between, too: a step of an action, or the ledger of a company.
                foreach (var (open, close) in new[] { ("", ""), ("[", "]") })
                {
                    var text = names.Skip(2).Reverse().Aggregate(innermost, (inner, name) => $"{open}{{ {name}: {inner} }}{close}");
                    Read(
                        [new CatalogueSource("example", $"{names[0]}: [{(names.Length > 1 ? $"{{ {names[1]}: {text} }}" : "{}")}]")],
                        new ProblemList { Keys = keys }
                    );
                }
            }
        }

        return (keys, problems);
    }

    private static CatalogueReadResult Read(IReadOnlyList<CatalogueSource> sources, ProblemList problems)
    {
        problems.IsPartial = problems.Problems.Count > 0;
        var files = sources.Select(source => Open(source, problems)).OfType<MappingReader>().ToArray();
        var draft = new CatalogueDraft();
        foreach (var (name, read) in Sections)
        {
            foreach (var item in files.SelectMany(file => file.Mappings(name)))
            {
                item.Read(reader =>
                {
                    read(reader, draft);
                    return true;
                });
            }
        }

        draft.CreditLimits.Check(draft);
        draft.Workflows.Check(draft);
        foreach (var file in files)
        {
            file.Finish();
        }

        var order = sources
            .Select((source, index) => (source.File, index))
            .DistinctBy(pair => pair.File)
            .ToDictionary(pair => pair.File, pair => pair.index);
        return new CatalogueReadResult(
            draft.ToContent(),
            [
                .. problems
                    .Problems.OrderBy(problem => order.GetValueOrDefault(problem.File, -1))
                    .ThenBy(problem => problem.Line)
                    .ThenBy(problem => problem.Column),
            ]
        );
    }

    private static MappingReader? Open(CatalogueSource source, ProblemList problems)
    {
        if (Encoding.UTF8.GetByteCount(source.Text) > MaxFileSize)
        {
            TooLarge(source.File, problems);
            problems.IsPartial = true;
            return null;
        }

        var before = problems.Problems.Count;
        var root = YamlTreeReader.Read(source.Text, (at, message) => problems.Add(source.File, (int)at.Line, (int)at.Column, "", message));
        if (root is { Kind: not YamlTreeKind.Mapping })
        {
            problems.Add(source.File, root, "", $"Expected a mapping of sections, but this is {root.Shown}.");
        }

        if (root is { Kind: YamlTreeKind.Mapping })
        {
            return new MappingReader(problems, source.File, root, "");
        }

        problems.IsPartial |= problems.Problems.Count > before;
        return null;
    }

    private static List<string> FilesOf(string folder) =>
        [.. Directory.EnumerateFiles(folder).Where(file => Path.GetExtension(file) is ".yaml" or ".yml").Order(StringComparer.Ordinal)];

    private static CatalogueSource? Load(string file, ProblemList problems)
    {
        try
        {
            if (new FileInfo(file).Length > MaxFileSize)
            {
                TooLarge(file, problems);
                return null;
            }

            return new CatalogueSource(file, File.ReadAllText(file, StrictUtf8));
        }
        catch (DecoderFallbackException)
        {
            problems.Add(file, 0, 0, "", "The file is not UTF-8 text.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(file, 0, 0, "", $"The file cannot be read: {exception.Message}");
        }

        return null;
    }

    private static void TooLarge(string file, ProblemList problems) =>
        problems.Add(file, 0, 0, "", $"The file is larger than {MaxFileSize / 1024 / 1024} MB.");
}
