using System.Collections.Frozen;
using Smile.Catalogue.Reading;

namespace Smile.Catalogue.Wording;

/// <summary>The languages that the server has by itself. A catalogue may change their words and add others.</summary>
public static class BuiltInLanguages
{
    public const string English = "en";

    private static readonly FrozenDictionary<string, Language> Languages = new[] { English, "de" }.ToFrozenDictionary(
        code => code,
        code => new Language(code, WordsOf(code)),
        StringComparer.Ordinal
    );

    public static IEnumerable<string> Codes => Languages.Keys.Order(StringComparer.Ordinal);

    public static Language Default => Languages[English];

    public static Language? Find(string code) => Languages.GetValueOrDefault(code);

    /// <summary>What a language is made from that a catalogue defines: the one of its code, or of the code without its country.</summary>
    public static Language? BaseOf(string code) => Find(code) ?? Find(code.Split('-')[0]);

    /// <summary>A language as the catalogue has it.</summary>
    internal static Language Make(LanguageItem item)
    {
        // A stored language may be older than some of the words.
        var known = BaseOf(item.Code) ?? Default;
        return new Language(
            item.Code,
            Enum.GetValues<Word>().Select(word => KeyValuePair.Create(word, item.Words.GetValueOrDefault(word.ToString()) ?? known[word]))
        );
    }

    /// <summary>The words of a language's file, as they are in it.</summary>
    internal static IEnumerable<KeyValuePair<Word, string>> WordsOf(string code) =>
        YamlTreeReader
            .Read(ReadFile(code), (at, message) => throw new InvalidOperationException($"{code}.yaml({at.Line}): {message}"))!
            .Entries.Select(entry => KeyValuePair.Create(Enum.Parse<Word>(entry.Key.Text), entry.Value.Text));

    /// <summary>A language's file, for whoever translates it.</summary>
    public static string ReadFile(string code)
    {
        using var stream =
            typeof(BuiltInLanguages).Assembly.GetManifestResourceStream($"words-{code}.yaml")
            ?? throw new ArgumentException($"There is no built-in language {code}.", nameof(code));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
