using System.Net;
using System.Text.RegularExpressions;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;
using Smile.Catalogue;
using Smile.Correspondence.Dispatch;

namespace Smile.Hosting.Mail;

/// <summary>A template that cannot be filled. The message names its file and line, and nothing of the values.</summary>
/// <param name="detail">What is wrong with it; may have values in it, and so is for templates that are tried with samples.</param>
public sealed class TemplateException(string file, int line, string detail) : Exception($"{file}, line {line}")
{
    public string Detail => detail;
}

/// <summary>
/// A mail as it stands in files: its subject in the first line, its text, and the page that goes with it where there is one. Both are
/// Scriban's: <c>{{ name }}</c>, <c>{{ if … }}</c>, <c>{{ for … }}</c>, <c>{{ name | string.upcase }}</c>. What customers entered is data:
/// it is never read as a template, and is escaped in the page.
/// </summary>
/// <param name="Name">Name of its files, without their ends.</param>
/// <param name="Text">The file <c>NAME.txt</c>.</param>
/// <param name="Html">The file <c>NAME.html</c>; null where there is none.</param>
public sealed partial record MailTemplate(string Name, string Text, string? Html)
{
    private const string Mark = "Subject:";
    private const string Opening = "{{";
    private const int MostSteps = 1_000;
    private const int DeepestCall = 20;
    private const int LargestMail = 256 * 1024;

    /// <summary>What templates of documents and notices may use.</summary>
    private static readonly string[] OfDispatch =
    [
        "name",
        "given",
        "family",
        "usn",
        "company",
        "title",
        "number",
        "date",
        "due",
        "amount",
        "total",
        "payment",
        "invoices",
        "balance",
        "overdue",
        "level",
    ];

    /// <summary>What the server's other mails may use, by the template's name.</summary>
    private static readonly Dictionary<string, string[]> OfOthers = new()
    {
        ["cat-forgot-password"] = ["name", "username", "password"],
        ["cat-password-link"] = ["name", "username", "link", "minutes"],
        ["dispatch-letter"] = ["subject", "text"],
        ["operator-notice"] = ["stage", "dispatch", "work", "payments", "bills"],
    };

    /// <summary>What templates of usage may use.</summary>
    private static readonly string[] OfUsage =
    [
        "name",
        "given",
        "family",
        "usn",
        "company",
        "subscription",
        "service",
        "plan",
        "item",
        "threshold",
        "percent",
        "used",
        "limit",
        "left",
        "reset",
    ];

    /// <summary>Functions that look at nothing but what they are given: not the clock, chance, files, or text as a template.</summary>
    private static readonly string[] Functions = ["string", "array", "math", "empty", "blank"];

    private static readonly string[] Chance = ["random", "uuid"];

    /// <summary>Those functions, for all templates: none can change them.</summary>
    private static readonly ScriptObject Builtins = MakeBuiltins();

    private string TextFile => Name + ".txt";

    /// <summary>What it may use. Its language stands behind the name: <c>dispatch-invoice.de</c>.</summary>
    public IReadOnlyList<string> Places =>
        Name.StartsWith(UsageNotices.Prefix, StringComparison.Ordinal)
            ? OfUsage
            : OfOthers.GetValueOrDefault(Name.Split('.')[0], OfDispatch);

    /// <summary>Empty where the first line has none.</summary>
    public string Subject =>
        Text.StartsWith(Mark, StringComparison.Ordinal) && Text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end
            ? Text[Mark.Length..end].Trim()
            : "";

    public string Body => Text[BodyAt..];

    /// <summary>Until 0.1 places were <c>{name}</c>, and there was nothing else: a file without <c>{{</c> is read as it was then.</summary>
    private bool IsOldForm => !Text.Contains(Opening, StringComparison.Ordinal);

    private int BodyAt
    {
        get
        {
            if (Subject.Length == 0)
            {
                return 0;
            }

            var at = Text.IndexOf('\n', StringComparison.Ordinal) + 1;
            while (at < Text.Length && char.IsWhiteSpace(Text[at]))
            {
                at++;
            }

            return at;
        }
    }

    /// <exception cref="TemplateException">It is wrong, or takes more than a mail may.</exception>
    public Letter Fill(IReadOnlyDictionary<string, string> values)
    {
        var template = IsOldForm ? this with { Text = Renewed(values) } : this;
        var bodyAt = template.BodyAt;
        var subject =
            bodyAt == 0 ? "" : Render(TextFile, template.Text[..template.Text.IndexOf('\n', StringComparison.Ordinal)], Mark.Length);
        return new Letter(subject.Trim().ReplaceLineEndings(" "), Render(TextFile, template.Text, bodyAt))
        {
            Html = Html is null ? null : Render(Name + ".html", Html, 0, isPage: true),
        };

        string Render(string file, string text, int from, bool isPage = false) => MailTemplate.Render(file, text, from, values, isPage);
    }

    /// <summary>What is wrong with it, found by filling it with samples; null where nothing is.</summary>
    public string? Problem()
    {
        if (!IsOldForm && OldPlaces().Matches(Text).FirstOrDefault(place => Places.Contains(place.Groups[1].Value)) is { } old)
        {
            return $"{TextFile}, line {LineOf(Text, old.Index) + 1}: {old.Value} is no place beside {{{{ … }}}}; "
                + $"write {{{{ {old.Groups[1].Value} }}}}";
        }

        try
        {
            Fill(Places.ToDictionary(place => place, _ => "1"));
            return null;
        }
        catch (TemplateException problem)
        {
            return $"{problem.Message}: {problem.Detail}";
        }
    }

    private static string Render(string file, string text, int from, IReadOnlyDictionary<string, string> values, bool isPage)
    {
        if (from == text.Length)
        {
            return "";
        }

        var start = new TextPosition(from, LineOf(text, from), from == 0 ? 0 : from - 1 - text.LastIndexOf('\n', from - 1));
        var template = Template.Parse(text, file, lexerOptions: new LexerOptions { StartPosition = start });
        if (template.Messages.FirstOrDefault(message => message.Type == ParserMessageType.Error) is { } error)
        {
            throw new TemplateException(file, error.Span.Start.Line + 1, error.Message);
        }

        var globals = new ScriptObject();
        foreach (var (name, value) in values)
        {
            globals.SetValue(name, value, readOnly: true);
        }

        var context = Limited(isPage ? new PageContext(Builtins) : new TemplateContext(Builtins));
        context.PushGlobal(globals);
        try
        {
            return template.Render(context);
        }
        catch (ScriptRuntimeException exception)
        {
            throw new TemplateException(file, exception.Span.Start.Line + 1, exception.OriginalMessage);
        }
    }

    /// <summary>No loader: a template includes no files.</summary>
    private static TemplateContext Limited(TemplateContext context)
    {
        context.StrictVariables = true;
        context.EnableRelaxedMemberAccess = false;
        context.LoopLimit = MostSteps;
        context.RecursiveLimit = DeepestCall;
        context.OutputLimit = LargestMail;
        context.LimitToString = LargestMail;
        context.OnOutputLimit = ScriptLimitBehavior.Throw;
        context.OnStringLimit = ScriptLimitBehavior.Throw;
        return context;
    }

    private static ScriptObject MakeBuiltins()
    {
        var all = TemplateContext.GetDefaultBuiltinObject();
        var offered = new ScriptObject();
        foreach (var name in Chance)
        {
            ((ScriptObject)all["math"]!).Remove(name);
        }

        foreach (var name in Functions)
        {
            offered[name] = all[name];
            (all[name] as ScriptObject)?.IsReadOnly = true;
        }

        offered.IsReadOnly = true;
        return offered;
    }

    private string Renewed(IReadOnlyDictionary<string, string> values) =>
        OldPlaces().Replace(Text, place => values.ContainsKey(place.Groups[1].Value) ? $"{{{place.Value}}}" : place.Value);

    private static int LineOf(string text, int at) => text.AsSpan(0, at).Count('\n');

    [GeneratedRegex(@"(?<!\{)\{(\w+)\}(?!\})", RegexOptions.CultureInvariant)]
    private static partial Regex OldPlaces();

    /// <summary>Escapes everything that is not the page's own text.</summary>
    private sealed class PageContext(ScriptObject builtins) : TemplateContext(builtins)
    {
        public override TemplateContext Write(SourceSpan span, object? textAsObject) =>
            textAsObject is null ? this : Write(WebUtility.HtmlEncode(ObjectToString(textAsObject)));
    }
}
