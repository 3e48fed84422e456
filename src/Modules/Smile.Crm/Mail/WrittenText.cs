using System.Text;
using System.Text.RegularExpressions;

namespace Smile.Crm.Mail;

/// <summary>What somebody has written in a mail, without the mail that was answered.</summary>
public static partial class WrittenText
{
    /// <summary>Longer texts are cut before anything is looked for in them.</summary>
    private const int Longest = 200_000;

    /// <summary>Mail programs break the line that tells who wrote what.</summary>
    private const int MostLinesOfAttribution = 3;

    private static readonly string[] VerbsAtEnd = [" wrote", " a écrit", " escribió", " ha scritto", " escreveu", " schrieb", " schreef"];

    /// <summary>Of languages that put who wrote behind it.</summary>
    private static readonly string[] VerbsBeforeNames = [" schrieb ", " schreef "];

    /// <param name="text">As the mail has it.</param>
    public static string Of(string text)
    {
        var lines = Clean(text).Split('\n');
        var written = string.Join('\n', Own(lines)).Trim();
        return Blank()
            .Replace(
                written.Length > 0 ? written
                    : OnlyQuotes(lines) ? ""
                    : string.Join('\n', lines).Trim(),
                "\n\n"
            );
    }

    /// <summary>Without what is no text: control characters, and halves of characters.</summary>
    public static string Clean(string text)
    {
        var cut = TicketRules.Cut(text, Longest).ReplaceLineEndings("\n");
        var clean = new StringBuilder(cut.Length);
        for (var index = 0; index < cut.Length; index++)
        {
            var character = cut[index];
            if (char.IsHighSurrogate(character) && index + 1 < cut.Length && char.IsLowSurrogate(cut[index + 1]))
            {
                clean.Append(character).Append(cut[++index]);
            }
            else if (char.IsSurrogate(character))
            {
                clean.Append('\uFFFD');
            }
            else if (!char.IsControl(character) || character is '\n' or '\t')
            {
                clean.Append(character);
            }
        }

        return clean.ToString();
    }

    private static IEnumerable<string> Own(string[] lines)
    {
        for (var index = 0; index < lines.Length; index++)
        {
            if (IsQuoted(lines[index]))
            {
                continue;
            }

            if (EndsHere(lines, index))
            {
                yield break;
            }

            if (AttributionLength(lines, index) is var length and > 0)
            {
                if (!IsQuoted(lines.Skip(index + length).FirstOrDefault(line => line.Trim().Length > 0) ?? ""))
                {
                    // The mail that was answered stands below without marks.
                    yield break;
                }

                // Who answers below or between what he quotes is not cut off.
                index += length - 1;
                continue;
            }

            yield return lines[index].TrimEnd();
        }
    }

    private static bool IsQuoted(string line) => line.TrimStart().StartsWith('>');

    private static bool OnlyQuotes(string[] lines) =>
        lines
            .Select((line, index) => (line, index))
            .All(at => at.line.Trim().Length == 0 || IsQuoted(at.line) || IsOfAttribution(lines, at.index));

    private static bool IsOfAttribution(string[] lines, int index) =>
        Enumerable.Range(0, MostLinesOfAttribution).Any(back => index >= back && AttributionLength(lines, index - back) > back);

    /// <summary>A line behind which nothing is the writer's: a rule with words in it, or the heads of the mail that was answered.</summary>
    private static bool EndsHere(string[] lines, int index)
    {
        var line = lines[index].Trim().Trim('*').Trim();
        if (Divider().IsMatch(line))
        {
            return true;
        }

        if (Rule().IsMatch(line))
        {
            return lines.Skip(index + 1).FirstOrDefault(next => next.Trim().Length > 0) is { } next && FromHead().IsMatch(Bare(next));
        }

        return FromHead().IsMatch(line) && lines.Skip(index + 1).Take(4).Count(next => OtherHead().IsMatch(Bare(next))) >= 2;
    }

    private static string Bare(string line) => line.Trim().Replace("*", "", StringComparison.Ordinal);

    /// <returns>How many lines tell who wrote what is quoted below; 0 for none.</returns>
    private static int AttributionLength(string[] lines, int index)
    {
        if (!AttributionBegin().IsMatch(lines[index]))
        {
            return 0;
        }

        var text = "";
        for (var length = 1; length <= MostLinesOfAttribution && index + length <= lines.Length; length++)
        {
            var line = lines[index + length - 1].Trim();
            if (line.Length is 0 or > 300)
            {
                return 0;
            }

            text = $"{text} {line}";
            if (IsAttribution(text))
            {
                return length;
            }
        }

        return 0;
    }

    /// <summary>A time or an address stands in it: "On the 14th he wrote:" is the writer's own.</summary>
    private static bool IsAttribution(string text)
    {
        if (!text.EndsWith(':') || !TimeOrAddress().IsMatch(text))
        {
            return false;
        }

        var before = text[..^1].TrimEnd();
        return VerbsAtEnd.Any(verb => before.EndsWith(verb, StringComparison.Ordinal))
            || VerbsBeforeNames.Any(verb => text.Contains(verb, StringComparison.Ordinal));
    }

    /// <summary>"-----Original Message-----", in the words of common mail programs.</summary>
    [GeneratedRegex(
        @"^(-{2,}|_{2,})\s*(Original message|Forwarded message|Reply message|Ursprüngliche Nachricht|Weitergeleitete Nachricht"
            + @"|Originalnachricht|Message d'origine|Message original|Mensaje original|Messaggio originale|Oorspronkelijk bericht)"
            + @"\s*(-{2,}|_{2,})$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex Divider();

    /// <summary>A line as Outlook draws one above the heads of the mail that is answered.</summary>
    [GeneratedRegex("^(_{10,}|-{10,})$", RegexOptions.CultureInvariant)]
    private static partial Regex Rule();

    [GeneratedRegex("^(From|Von|De|Da|Van):\\s*\\S", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FromHead();

    [GeneratedRegex(
        "^(Sent|Date|To|Cc|Subject|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Enviado|Para|Asunto|Inviato|A|Oggetto|Verzonden|Aan"
            + "|Onderwerp)\\s*:",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex OtherHead();

    [GeneratedRegex(@"^\s*(On|Am|Le|El|Il|Op|Em)\s+\S", RegexOptions.CultureInvariant)]
    private static partial Regex AttributionBegin();

    [GeneratedRegex("[0-9]{1,2}[:.h][0-9]{2}|@", RegexOptions.CultureInvariant)]
    private static partial Regex TimeOrAddress();

    [GeneratedRegex("\n{3,}", RegexOptions.CultureInvariant)]
    private static partial Regex Blank();
}
