using System.Text.RegularExpressions;
using Smile.Testing;

namespace Smile.Server.Tests.Commands;

/// <summary>The pages of docs/operating: what they tell to type is there, and what is there is told.</summary>
public sealed partial class OperatingPagesTests
{
    private static readonly string Docs = Path.Combine(Repository.Folder(), "docs");

    private static readonly Dictionary<string, string> Pages = Directory
        .GetFiles(Path.Combine(Docs, "operating"), "*.md")
        .ToDictionary(path => Path.GetFileName(path), File.ReadAllText);

    [Fact]
    public void Every_command_has_its_page()
    {
        var told = string.Join('\n', Pages.Values);
        Assert.Equal(
            [],
            CommandTree
                .All()
                .Where(command => command.Command.Action is not null && !command.Command.Hidden)
                .Select(command => string.Join(' ', command.Words))
                .Where(name => !Regex.IsMatch(told, $"(`|smile |smile-server.dll ){Regex.Escape(name)}(?![-a-z])"))
        );
    }

    /// <summary>A command that was renamed, or lost an option, is refused here and not by an operator's shell.</summary>
    [Fact]
    public void Commands_to_copy_are_accepted()
    {
        var lines = Pages.Values.SelectMany(page => CommandLines().Matches(page)).Select(match => match.Groups[1].Value.Trim()).ToArray();
        Assert.Contains("bill --dry-run", lines);
        Assert.Equal([], lines.SelectMany(line => CommandTree.ErrorsOf(line.Split(' ')).Select(error => $"{line}: {error}")));
    }

    [Fact]
    public void Every_option_of_the_tables_is_one_of_its_command()
    {
        var commands = CommandTree.All().ToDictionary(command => string.Join(' ', command.Words), command => command.Command);
        var wrong =
            from page in Pages
            from Match cell in TableCommands().Matches(page.Value)
            let command = commands
                .Where(command => $"{cell.Groups[1].Value} ".StartsWith(command.Key + " ", StringComparison.Ordinal))
                .OrderByDescending(command => command.Key.Length)
                .Select(command => command.Value)
                .FirstOrDefault()
            where command is not null
            from Match option in Options().Matches(cell.Groups[1].Value)
            where command.Options.All(known => known.Name != option.Value)
            select $"{page.Key}: {cell.Groups[1].Value} has no {option.Value}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_page_begins_with_the_command_that_does_the_job() =>
        Assert.All(Pages, page => Assert.True(Beginning().IsMatch(page.Value), page.Key));

    [Fact]
    public void Every_page_is_in_the_index()
    {
        var index = File.ReadAllText(Path.Combine(Docs, "operating.md"));
        Assert.All(Pages.Keys, page => Assert.Contains($"(operating/{page})", index, StringComparison.Ordinal));
    }

    [Fact]
    public void Links_lead_to_files_and_headings_that_are_there()
    {
        var documents = Directory
            .GetFiles(Docs, "*.md", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Repository.Folder(), "*.md"));
        var broken =
            from document in documents
            from Match link in Links().Matches(File.ReadAllText(document))
            let target = link.Groups[1].Value
            where !target.Contains("://", StringComparison.Ordinal)
            where !IsThere(document, target)
            select $"{Path.GetRelativePath(Repository.Folder(), document)}: {target}";
        Assert.Empty(broken);
    }

    private static bool IsThere(string document, string target)
    {
        var parts = target.Split('#');
        var path = parts[0].Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, parts[0]);
        return Path.Exists(path) && (parts.Length == 1 || Anchors(path).Contains(parts[1]));
    }

    private static HashSet<string> Anchors(string path) =>
        [
            .. Headings()
                .Matches(File.ReadAllText(path))
                .Select(heading => NotInAnchors().Replace(heading.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-')),
        ];

    [GeneratedRegex(@"^    smile ([^>|\n]+)", RegexOptions.Multiline)]
    private static partial Regex CommandLines();

    [GeneratedRegex(@"`([a-z][^`\n]*)`")]
    private static partial Regex TableCommands();

    [GeneratedRegex("--[a-z][-a-z]*")]
    private static partial Regex Options();

    [GeneratedRegex(@"\A# [^\n]+\n\n    \S")]
    private static partial Regex Beginning();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Headings();

    [GeneratedRegex("[^a-z0-9 -]")]
    private static partial Regex NotInAnchors();
}
