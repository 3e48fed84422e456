namespace Smile.Catalogue.Wording;

/// <summary>A language that the catalogue adds or changes.</summary>
/// <param name="Words">By their names; what is not there is that of the built-in language.</param>
public sealed record LanguageItem(string Code, IReadOnlyDictionary<string, string> Words);
