using System.Reflection;

namespace Smile.Hosting.Mail;

/// <summary>
/// The texts of mails: files of a folder, and behind them the server's own. A template of the customer's language goes before one without:
/// <c>dispatch-invoice.de.txt</c> before <c>dispatch-invoice.txt</c>, wherever they are. A page goes with the text of the same name.
/// </summary>
/// <param name="folder">Null or empty for none.</param>
public sealed class MailTemplates(string? folder)
{
    /// <returns>The template; null where there is none of that name.</returns>
    public async Task<MailTemplate?> FindAsync(string template, string language, CancellationToken cancellation)
    {
        foreach (var name in NamesOf(template, language))
        {
            if (await ReadAsync(name + ".txt", cancellation) is { } text)
            {
                return new MailTemplate(name, text, await ReadAsync(name + ".html", cancellation));
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
            || await ReadAsync($"{template}.{language}.txt", cancellation) is not null
            || await ReadAsync($"{template}.{language.Split('-')[0]}.txt", cancellation) is not null;
        return found switch
        {
            null => $"there is no mail template {template}: its mails will fail",
            { Subject.Length: 0 } =>
                $"the mail template {template} does not begin with a line 'Subject: …': its mails will have no subject",
            _ when found.Body.Trim().Length == 0 => $"the mail template {template} has no text",
            _ when found.Problem() is { } problem => $"the mail template {problem}: its mails will fail",
            _ when !isTranslated =>
                $"there is no mail template {template}.{language}.txt: its mails will be in the language of {template}.txt",
            _ => null,
        };
    }

    /// <summary>A language with a country falls back to the one without: de-AT, de.</summary>
    private static IEnumerable<string> NamesOf(string template, string language) =>
        new[] { $"{template}.{language}", $"{template}.{language.Split('-')[0]}", template }.Distinct();

    private async Task<string?> ReadAsync(string file, CancellationToken cancellation)
    {
        if (folder is { Length: > 0 } && Path.Combine(folder, file) is var path && File.Exists(path))
        {
            return await File.ReadAllTextAsync(path, cancellation);
        }

        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(file);
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellation);
    }
}
