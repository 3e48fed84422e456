using System.Xml.Linq;
using Smile.Testing;

namespace Smile.Server.Tests.Architecture;

/// <summary>A project as its file says it is.</summary>
/// <param name="Path">Of its folder, below <c>src</c>, such as <c>Modules/Smile.Billing</c>.</param>
/// <param name="Assembly">Name of what it is compiled to.</param>
/// <param name="References">The folders of the projects that it names.</param>
internal sealed record ProjectFile(string Path, string Assembly, IReadOnlyList<string> References, IReadOnlyList<string> Packages)
{
    public string Name => System.IO.Path.GetFileName(Path);

    public string Folder => System.IO.Path.Combine(ProjectFiles.Root, Path);

    /// <summary>The sources that somebody writes, by their paths.</summary>
    public IEnumerable<string> Sources() =>
        Directory
            .GetFiles(Folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !System.IO.Path.GetRelativePath(Folder, file).Split('/').Any(part => part is "obj" or "bin" or "Generated"));
}

/// <summary>Reads the project files of the server.</summary>
internal static class ProjectFiles
{
    public static string Root { get; } = Path.Combine(Repository.Folder(), "src");

    /// <summary>The projects below <c>src</c> but for the generator, which is a tool.</summary>
    public static IReadOnlyList<ProjectFile> Source() =>
        [
            .. Directory
                .GetFiles(Root, "*.csproj", SearchOption.AllDirectories)
                .Where(file => !file.EndsWith("Generator.csproj", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(Read),
        ];

    private static ProjectFile Read(string file)
    {
        var document = XDocument.Load(file);
        var folder = Path.GetDirectoryName(file)!;
        return new ProjectFile(
            Path.GetRelativePath(Root, folder),
            document.Descendants("AssemblyName").FirstOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(file),
            [.. Includes(document, "ProjectReference").Select(path => Below(folder, path))],
            [.. Includes(document, "PackageReference")]
        );
    }

    private static string Below(string folder, string path) =>
        Path.GetRelativePath(Root, Path.GetDirectoryName(Path.GetFullPath(Path.Combine(folder, path)))!);

    private static IEnumerable<string> Includes(XDocument document, string element) =>
        document.Descendants(element).Select(reference => reference.Attribute("Include")!.Value);
}
