using Smile.Catalogue;
using Smile.Catalogue.Reading;

namespace Smile.Modules.Tests.Catalogue.Reading;

/// <summary>Catalogue files as tests write them.</summary>
internal static class CatalogueText
{
    /// <summary>Something for the files under test to refer to.</summary>
    public const string Base = """
        currencies: [{ code: AUD, symbol: $, cashUnit: 0.05 }]
        timeZones: [{ id: 19, name: Australia/Sydney }]
        companies: [{ id: 1, name: Example Telecom, currency: AUD, timeZone: Australia/Sydney }]
        gstSchedules: [{ code: gst, rates: [{ from: 2000-07-01, percent: 10 }] }]
        accountTypes: [{ id: 1, name: Standard Account, gstSchedule: gst }]
        accountTerms: [{ id: 1, name: Default terms }]
        customCollections: [{ code: modems, entries: [{ code: acme }] }]
        accountFields:
          - { id: 92, name: username, label: Username }
          - { id: 103, name: companyName, label: Company Name }
          - { id: 111, name: speed, kind: String }
        services:
          - { id: 15, name: VOIP, fields: [{ id: 91, name: phoneLines, kind: Integer }] }
          - { id: 17, name: ADSL, hasCredentials: true, fields: [{ id: 112, name: speed, kind: Decimal }] }
        plans:
          - { id: 1, code: Gold, service: 17 }
          - { id: 2, code: Silver, service: 17 }
          - { id: 3, code: voip, service: 15 }
        """;

    public static CatalogueReadResult Read(params string[] texts) =>
        CatalogueReader.Read(texts.Select((text, index) => new CatalogueSource($"{index + 1}.yaml", text)));

    /// <summary>Reads what must be without problems.</summary>
    public static CatalogueContent Content(params string[] texts)
    {
        var result = Read(texts);
        Assert.Empty(result.Problems);
        return result.Content!;
    }

    /// <summary>The problems that a file has beside <see cref="Base"/>.</summary>
    public static string[] Problems(string text)
    {
        var result = CatalogueReader.Read([new CatalogueSource("base.yaml", Base), new CatalogueSource("test.yaml", text)]);
        Assert.Null(result.Content);
        return [.. result.Problems.Select(problem => problem.ToString())];
    }
}
