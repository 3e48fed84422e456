namespace Smile.Catalogue.Reading;

/// <summary>Reads number pools.</summary>
internal static class NumberPoolSections
{
    /// <summary>Of 38 digits all fit into the 128 bits of an address.</summary>
    private const int MostDigits = 38;

    private const int LongestAffix = 40;

    /// <summary>Ten years.</summary>
    private const int MostDays = 3_653;

    /// <summary>Four weeks: what is kept longer is no temporary choice.</summary>
    private const int MostMinutes = 4 * 7 * 24 * 60;

    private static readonly string[] OfTexts = ["prefix", "suffix"];

    public static void Pool(MappingReader at, CatalogueDraft draft)
    {
        var pool = new NumberPool(
            MoneySections.Uuid(at, "id"),
            at.Text("name"),
            at.Choice("kind", CatalogueDefaults.NumberPoolKind),
            at.Integer("temporaryMinutes", 1, MostMinutes, CatalogueDefaults.TemporaryMinutes),
            at.Integer("quarantineDays", 0, MostDays, CatalogueDefaults.QuarantineDays)
        )
        {
            Digits = at.OptionalInteger("digits", 1, MostDigits),
            Prefix = at.Text("prefix", CatalogueDefaults.NumberAffix),
            Suffix = at.Text("suffix", CatalogueDefaults.NumberAffix),
        };
        foreach (var key in OfTexts.Where(at.IsGood))
        {
            var affix = key == "prefix" ? pool.Prefix : pool.Suffix;
            if (pool.Kind != NumberPoolKind.Text)
            {
                at.Problem(key, "Only a pool of texts (kind: Text) has it.");
            }
            else if (affix.Length > LongestAffix || char.IsAsciiDigit(key == "prefix" ? affix[^1] : affix[0]))
            {
                at.Problem(key, $"It has 1 to {LongestAffix} characters, and no digit beside the number.");
            }
        }

        if (pool.IsOfAddresses && at.IsGood("digits"))
        {
            at.Problem("digits", "Addresses have their own form.");
        }

        draft.Unique(at, "number pool", "id", pool.Id);
        draft.Unique(at, "number pool", "name", pool.Name);
        draft.NumberPools.Add(pool.Id, pool);
    }
}
