using Smile.Contracts.Generator;
using Smile.Testing;

namespace Smile.Server.Tests.Architecture;

/// <summary>The project files of the server, and the sources beside them.</summary>
internal static class ProjectFiles
{
    public static string Root { get; } = Path.Combine(Repository.Folder(), "src");

    public static IReadOnlyList<ProjectFile> Source() => ProjectFile.Read(Root);

    public static string Folder(this ProjectFile project) => Path.Combine(Root, project.Path);

    /// <summary>The project file itself, as text.</summary>
    public static string Text(this ProjectFile project) => File.ReadAllText(Path.Combine(project.Folder(), project.Name + ".csproj"));

    /// <summary>The sources that somebody writes, by their paths.</summary>
    public static IEnumerable<string> Sources(this ProjectFile project) =>
        Directory
            .GetFiles(project.Folder(), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(project.Folder(), file).Split('/').Any(part => part is "obj" or "bin" or "Generated"));
}
