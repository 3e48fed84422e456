using System.Reflection;

namespace Smile.Server.Mail;

/// <summary>
/// The texts of mails: files of a folder, and behind them the server's own. A template of the customer's language goes before one without:
/// <c>dispatch-invoice.de.txt</c> before <c>dispatch-invoice.txt</c>, wherever they are.
/// </summary>
/// <param name="folder">Null or empty for none.</param>
internal sealed class MailTemplates(string? folder)
{
    private const string Mark = "Subject:";

    /// <returns>The template; null where there is none of that name.</returns>
    public async Task<string?> FindAsync(string template, string language, CancellationToken cancellation)
    {
        foreach (var name in NamesOf(template, language))
        {
            if (await ReadAsync(name, cancellation) is { } text)
            {
                return text;
            }
        }

        return null;
    }

    /// <summary>What is wrong with a template in a language; null where nothing is.</summary>
    public async Task<string?> ProblemAsync(string template, string language, CancellationToken cancellation)
    {
        var found = await FindAsync(template, language, cancellation);
        var isTranslated =
            language == Catalogue.Wording.BuiltInLanguages.English
            || await ReadAsync($"{template}.{language}", cancellation) is not null
            || await ReadAsync($"{template}.{language.Split('-')[0]}", cancellation) is not null;
        return found switch
        {
            null => $"there is no mail template {template}: its mails will fail",
            _ when Parts(found).Subject.Length == 0 =>
                $"the mail template {template} does not begin with a line 'Subject: …': its mails will have no subject",
            _ when Parts(found).Body.Trim().Length == 0 => $"the mail template {template} has no text",
            _ when !isTranslated =>
                $"there is no mail template {template}.{language}.txt: its mails will be in the language of {template}.txt",
            _ => null,
        };
    }

    /// <summary>The subject, empty where the first line has none, and the text.</summary>
    public static (string Subject, string Body) Parts(string template)
    {
        var end = template.IndexOf('\n', StringComparison.Ordinal);
        var subject = template.StartsWith(Mark, StringComparison.Ordinal) && end > 0 ? template[Mark.Length..end].Trim() : "";
        return (subject, subject.Length > 0 ? template[(end + 1)..].TrimStart() : template);
    }

    /// <summary>A language with a country falls back to the one without: de-AT, de.</summary>
    private static IEnumerable<string> NamesOf(string template, string language) =>
        new[] { $"{template}.{language}", $"{template}.{language.Split('-')[0]}", template }.Distinct();

    private async Task<string?> ReadAsync(string name, CancellationToken cancellation)
    {
        if (folder is { Length: > 0 } && Path.Combine(folder, name + ".txt") is var path && File.Exists(path))
        {
            return await File.ReadAllTextAsync(path, cancellation);
        }

        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name + ".txt");
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellation);
    }
}
