namespace Smile.Catalogue.Reading;

/// <summary>Reads the section about how printed documents look.</summary>
internal static class StationerySections
{
    /// <summary>A logo travels with every version of the catalogue and every document.</summary>
    public const int MaxLogoSize = 200 * 1024;

    private const int MostLines = 12;

    /// <summary>What is longer than the paper is wide is wrapped; there is no room for any number of lines.</summary>
    private const int LongestLine = 150;

    /// <summary>The longer side of a page, in millimetres: an address beyond it would not be on the paper.</summary>
    private const decimal LongestSide = 297m;

    public static void Stationery(MappingReader at, CatalogueDraft draft)
    {
        var stationery = new Stationery(at.Integer("id", 1, int.MaxValue), at.Code("code", CompanySections.LongestCode), at.Text("name"))
        {
            Company = at.OptionalInteger("company", 1, int.MaxValue) is { } company ? draft.Companies.Refer(at, "company", company) : null,
            Kinds = at.Choices<DocumentKind>("kinds", []),
            IsDefault = at.Flag("default", CatalogueDefaults.StationeryDefault),
            Logo = at.OptionalText("logo") is { } logo && at.IsGood("logo") ? Logo(at, logo) : null,
            PrimaryColour = Colour(at, "primaryColour", CatalogueDefaults.PrimaryColour),
            TextColour = Colour(at, "textColour", CatalogueDefaults.TextColour),
            AddressBlock =
                at.Optional(
                    "addressBlock",
                    block => new AddressBlockPosition(block.Decimal("left", 0m, LongestSide, 1), block.Decimal("top", 0m, LongestSide, 1))
                ) ?? CatalogueDefaults.AddressBlock,
            HeaderLines = Lines(at, "headerLines"),
            FooterText = at.Text("footerText", ""),
            PaymentSlipLines = Lines(at, "paymentSlipLines"),
            Paper = at.Choice("paper", CatalogueDefaults.Paper),
        };
        draft.Unique(at, "stationery", "id", stationery.Id);
        draft.Unique(at, "stationery", "code", stationery.Code);
        RequireOneDefault(at, draft, stationery);
        draft.Stationery.Add(stationery.Code, stationery);
    }

    private static void RequireOneDefault(MappingReader at, CatalogueDraft draft, Stationery stationery)
    {
        var kinds = Enum.GetValues<DocumentKind>().Where(stationery.IsFor);
        if (
            stationery.IsDefault
            && draft.Stationery.Items.FirstOrDefault(other =>
                other.IsDefault && other.Company == stationery.Company && kinds.Any(other.IsFor)
            )
                is { } rival
        )
        {
            at.Problem("default", $"Stationery {rival.Code} is the default for {kinds.First(rival.IsFor)} already.");
        }
    }

    private static IReadOnlyList<string> Lines(MappingReader at, string key)
    {
        var lines = at.Texts(key);
        if (lines.Count > MostLines)
        {
            at.Problem(key, $"There is room for {MostLines} lines.");
        }

        if (lines.FirstOrDefault(line => line.Length > LongestLine) is { } tooLong)
        {
            at.Problem(
                key,
                $"There is room for {LongestLine} characters in a line, and '{tooLong[..20]}…' has {tooLong.Length}. Make two of it."
            );
        }

        return lines;
    }

    private static string Colour(MappingReader at, string key, string fallback)
    {
        var colour = at.Text(key, fallback);
        if (at.IsGood(key) && (colour.Length != 7 || colour[0] != '#' || !colour.Skip(1).All(char.IsAsciiHexDigit)))
        {
            at.Problem(key, $"'{colour}' is not a colour such as '#1F4E79'. Quote it: # begins a comment.");
        }

        return colour;
    }

    /// <summary>Reads a picture of the folder that the catalogue file is in, and of no other.</summary>
    private static ReadOnlyMemory<byte>? Logo(MappingReader at, string name)
    {
        if (!MappingReader.IsCode(name, CompanySections.LongestCode) || !name.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
        {
            at.Problem("logo", $"'{name}' is not the name of a .png file beside this one.");
            return null;
        }

        try
        {
            var file = new FileInfo(Path.Combine(Path.GetDirectoryName(at.File) ?? "", name));
            if (file.Length > MaxLogoSize)
            {
                at.Problem("logo", $"The picture is larger than {MaxLogoSize / 1024} KB.");
                return null;
            }

            var bytes = File.ReadAllBytes(file.FullName);
            PngPicture.Read(bytes);
            return bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            at.Problem("logo", exception is InvalidDataException ? exception.Message : $"The picture '{name}' cannot be read.");
            return null;
        }
    }
}
