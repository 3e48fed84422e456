namespace Smile.Contracts.Generator;

/// <summary>Draws the projects and what they refer to, as their files say it, for docs/architecture.md.</summary>
internal static class ProjectPicture
{
    private const string Begin = "<!-- projects: written by ./smile generate -->";
    private const string End = "<!-- end of projects -->";

    /// <summary>Puts the picture into a page, between its marks.</summary>
    public static string Put(string page, string sourceFolder)
    {
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end <= begin)
        {
            throw new InvalidOperationException($"The page has no place for the picture: {Begin} and {End}.");
        }

        var projects = ProjectFile.Read(sourceFolder).ToDictionary(project => project.Path, project => project.References);
        return $"{page[..(begin + Begin.Length)]}\n{Draw(projects)}{page[end..]}";
    }

    /// <summary>A Mermaid graph. A reference that follows from others is left out: the picture would be a ball of wool.</summary>
    /// <param name="projects">The folder of each project, below the sources, and the folders of those that it names.</param>
    /// <exception cref="InvalidOperationException">The projects refer to each other in a circle.</exception>
    public static string Draw(IReadOnlyDictionary<string, IReadOnlyList<string>> projects)
    {
        var below = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var project in projects.Keys)
        {
            Collect(project, []);
        }

        var text = new StringWriter { NewLine = "\n" };
        text.WriteLine("```mermaid");
        text.WriteLine("graph TD");
        foreach (var group in projects.Keys.GroupBy(GroupOf).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var members = group.Order(StringComparer.Ordinal).Select(project => $"{IdOf(project)}[{NameOf(project)}]");
            text.WriteLine(
                group.Key.Length == 0
                    ? string.Join("\n", members.Select(member => $"  {member}"))
                    : $"  subgraph {group.Key}\n{string.Join("\n", members.Select(member => $"    {member}"))}\n  end"
            );
        }

        foreach (var (project, references) in projects.OrderBy(project => project.Key, StringComparer.Ordinal))
        {
            foreach (var reference in references.Order(StringComparer.Ordinal))
            {
                if (!references.Any(other => other != reference && below[other].Contains(reference)))
                {
                    text.WriteLine($"  {IdOf(project)} --> {IdOf(reference)}");
                }
            }
        }

        text.WriteLine("```");
        return text.ToString();

        HashSet<string> Collect(string project, IReadOnlyList<string> path)
        {
            if (path.Contains(project))
            {
                throw new InvalidOperationException($"A circle: {string.Join(" → ", [.. path, project])}");
            }

            if (!below.TryGetValue(project, out var found))
            {
                found = [];
                foreach (var reference in projects[project])
                {
                    found.Add(reference);
                    found.UnionWith(Collect(reference, [.. path, project]));
                }

                below[project] = found;
            }

            return found;
        }
    }

    private static string GroupOf(string project) => project.Contains('/', StringComparison.Ordinal) ? project.Split('/')[0] : "";

    private static string NameOf(string project) => project.Split('/')[^1];

    private static string IdOf(string project) => NameOf(project).Replace(".", "", StringComparison.Ordinal);
}
