namespace Smile.Rendering.Typography;

/// <summary>The fonts of this machine that documents may be set in: those of a folder of the operator's, then Noto's.</summary>
internal sealed class InstalledFonts
{
    private const string EastAsianCollection = "NotoSansCJK-Regular.ttc";

    /// <summary>Where packages put fonts.</summary>
    public static readonly IReadOnlyList<string> StandardFolders = ["/usr/share/fonts", "/usr/local/share/fonts"];

    private readonly Lazy<OpenFont?>[] _fonts;
    private readonly Lazy<OpenFont?>[] _eastAsian;

    /// <param name="folder">The operator's; empty for none.</param>
    /// <param name="standardFolders">Folders in which only Noto's fonts count.</param>
    public InstalledFonts(string? folder, IReadOnlyList<string> standardFolders)
    {
        var own = Files(folder, "*");
        var standard = standardFolders.SelectMany(standard => Files(standard, "Noto*-Regular.*")).ToList();
        _fonts =
        [
            .. own.Concat(standard.OrderBy(path => !Path.GetFileName(path).StartsWith("NotoSans", StringComparison.Ordinal)))
                .Where(path => Path.GetExtension(path) is ".ttf" or ".otf")
                .Select(path => new Lazy<OpenFont?>(() => Open(path, 0))),
        ];
        var collection = own.Concat(standard).FirstOrDefault(path => Path.GetFileName(path) == EastAsianCollection);
        _eastAsian = collection is null
            ? []
            : [.. Enum.GetValues<HanForm>().Select(form => new Lazy<OpenFont?>(() => Open(collection, (int)form)))];
    }

    /// <summary>The first that has the character.</summary>
    public OpenFont? Find(int codePoint) =>
        _fonts.Select(font => font.Value).FirstOrDefault(font => font is not null && font.TryGetGlyph(codePoint, out _));

    /// <summary>The font of Chinese characters in a national form.</summary>
    public OpenFont? FindEastAsian(HanForm form) => _eastAsian.Length == 0 ? null : _eastAsian[(int)form].Value;

    private static List<string> Files(string? folder, string pattern) =>
        string.IsNullOrEmpty(folder) || !Directory.Exists(folder)
            ? []
            :
            [
                .. Directory
                    .EnumerateFiles(folder, pattern, new EnumerationOptions { RecurseSubdirectories = true })
                    .Order(StringComparer.Ordinal),
            ];

    private static OpenFont? Open(string path, int index)
    {
        try
        {
            return OpenFont.Open(path, index) is { IsUsable: true } font ? font : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
