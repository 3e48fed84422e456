using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Smile.Hosting;

namespace Smile.Server.Commands;

/// <summary>The reference of all settings, from their classes and what these say of themselves.</summary>
internal static partial class SettingsReference
{
    /// <summary>As Markdown.</summary>
    public static string ToMarkdown()
    {
        var words = new[] { typeof(ServerSettings), typeof(Storage.RetentionSettings) }
            .SelectMany(type => XDocument.Load(Path.ChangeExtension(type.Assembly.Location, ".xml")).Descendants("member"))
            .ToDictionary(member => (string)member.Attribute("name")!, member => Plain(member.Element("summary")));
        var text = new StringBuilder();
        text.Append("# Settings\n\n");
        text.Append(
            "Written by `./smile generate` from the code. Names stand below `Smile` in `appsettings.json`; as environment variables "
                + "they begin with `Smile__` and have `__` for each colon:\n`Smile__Stages__live__Database`. `NAME` is the name of a "
                + "stage, `N` a number. "
        );
        text.Append(
            "The server checks settings at its start and says everything that is wrong at once.\n\n| Setting | Default | |\n|---|---|---|\n"
        );
        Append(text, words, new ServerSettings(), "");
        return text.ToString();
    }

    private static void Append(StringBuilder text, Dictionary<string, string> words, object settings, string prefix)
    {
        foreach (var property in settings.GetType().GetProperties().Where(property => property.CanWrite))
        {
            var (name, type) = (prefix + property.Name, property.PropertyType);
            if (type == typeof(Dictionary<string, StageSettings>))
            {
                Append(text, words, new StageSettings(), name + ":NAME:");
            }
            else if (type.Namespace?.StartsWith("Smile", StringComparison.Ordinal) == true && type.IsClass)
            {
                Append(text, words, property.GetValue(settings)!, name + ":");
            }
            else
            {
                name += type == typeof(Dictionary<int, string>) || type == typeof(List<string>) ? ":N" : "";
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| `{name}` | {Default(property.GetValue(settings))} | "
                        + $"{words.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}", "")} |\n"
                );
            }
        }
    }

    private static string Default(object? value) =>
        value switch
        {
            null or "" or ICollection => "",
            bool flag => flag ? "`true`" : "`false`",
            IFormattable formattable => $"`{formattable.ToString(null, CultureInfo.InvariantCulture)}`",
            _ => $"`{value}`",
        };

    /// <summary>A summary as Markdown, on one line.</summary>
    private static string Plain(XElement? summary) =>
        summary is null
            ? ""
            : Spaces()
                .Replace(
                    string.Concat(
                        summary
                            .Nodes()
                            .Select(node =>
                                node switch
                                {
                                    XText words => words.Value,
                                    XElement { Name.LocalName: "see" } link =>
                                        $"`{((string?)link.Attribute("cref") ?? "").Split('.')[^1]}`",
                                    XElement element => $"`{element.Value}`",
                                    _ => "",
                                }
                            )
                    ),
                    " "
                )
                .Trim()
                .Replace("|", "\\|", StringComparison.Ordinal);

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();
}
