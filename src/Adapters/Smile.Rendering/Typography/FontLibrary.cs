using System.Collections.Concurrent;
using HarfBuzzSharp;
using Microsoft.Extensions.Logging;

namespace Smile.Rendering.Typography;

/// <summary>How heavy letters are.</summary>
internal enum FontWeight
{
    Regular,
    Semibold,
}

/// <summary>The fonts of this assembly and of the machine. A character comes from the first that has it.</summary>
/// <param name="installed">Looked for when a text first needs them.</param>
internal sealed partial class FontLibrary(ILogger logger, Func<InstalledFonts> installed)
{
    /// <summary>More are looked up each time, so that no text fills the memory.</summary>
    private const int MostKept = 20_000;

    private readonly OpenFont _regular = Load("OpenSans-Regular");
    private readonly OpenFont _semibold = Load("OpenSans-Semibold");

    /// <summary>Read when a text first needs them.</summary>
    private readonly Lazy<OpenFont>[] _scripts =
    [
        .. new[] { "NotoSansArabic-Regular", "NotoSansHebrew-Regular", "NotoSansThai-Regular", "DejaVuSans" }.Select(Later),
    ];

    private readonly Lazy<OpenFont> _eastAsian = Later("DroidSansFallback");
    private readonly Lazy<InstalledFonts> _installed = new(installed);
    private readonly ConcurrentDictionary<int, OpenFont?> _found = [];
    private readonly ConcurrentDictionary<uint, bool> _warned = [];

    /// <summary>The font of Latin, Greek and Cyrillic.</summary>
    public OpenFont Primary(FontWeight weight) => weight == FontWeight.Semibold ? _semibold : _regular;

    /// <summary>A font for a character that the primary one does not have.</summary>
    /// <returns>Nothing where no font has it, which is logged once a script.</returns>
    public OpenFont? Fallback(int codePoint, HanForm form)
    {
        if (EastAsian.Has(codePoint) && _installed.Value.FindEastAsian(form) is { } national && national.TryGetGlyph(codePoint, out _))
        {
            return national;
        }

        if (!_found.TryGetValue(codePoint, out var found))
        {
            found = Find(codePoint);
            if (_found.Count < MostKept)
            {
                _found[codePoint] = found;
            }
        }

        if (found is null)
        {
            Warn(codePoint);
        }

        return found;
    }

    private static Lazy<OpenFont> Later(string name) => new(() => Load(name));

    private static OpenFont Load(string name)
    {
        using var stream =
            typeof(FontLibrary).Assembly.GetManifestResourceStream(name + ".ttf")
            ?? throw new InvalidOperationException($"The font {name} is not in the assembly.");
        return OpenFont.Read(name, stream);
    }

    private OpenFont? Find(int codePoint)
    {
        IEnumerable<Lazy<OpenFont>> embedded = EastAsian.Has(codePoint) ? [_eastAsian, .. _scripts] : [.. _scripts, _eastAsian];
        return embedded.Select(font => font.Value).FirstOrDefault(font => font.TryGetGlyph(codePoint, out _))
            ?? _installed.Value.Find(codePoint);
    }

    private void Warn(int codePoint)
    {
        var script = UnicodeFunctions.Default.GetScript(codePoint);
        if (script != Script.Unknown && script != Script.Inherited && _warned.TryAdd(script, true))
        {
            LogMissing(logger, script.ToString(), FormattableString.Invariant($"U+{codePoint:X4}"));
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "No font has the script {Script} (character {Character}): documents show a question mark in its place. "
            + "Install the packages fonts-noto-core and fonts-noto-cjk, or put a font in the folder that SMILE_FONTS names."
    )]
    private static partial void LogMissing(ILogger logger, string script, string character);
}
