using System.Xml.Linq;

namespace Smile.Contracts.Generator;

/// <summary>A project of the server as its file says it is.</summary>
/// <param name="Path">Of its folder, below the sources, such as <c>Modules/Smile.Billing</c>.</param>
/// <param name="Assembly">Name of what it is compiled to.</param>
/// <param name="References">The folders of the projects that it names, below the sources.</param>
internal sealed record ProjectFile(string Path, string Assembly, IReadOnlyList<string> References)
{
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The projects below a folder of sources but for this generator, which is a tool.</summary>
    public static IReadOnlyList<ProjectFile> Read(string sourceFolder) =>
        [
            .. Directory
                .GetFiles(sourceFolder, "*.csproj", SearchOption.AllDirectories)
                .Where(file => !file.EndsWith("Generator.csproj", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(file => ReadOne(sourceFolder, file)),
        ];

    private static ProjectFile ReadOne(string sourceFolder, string file)
    {
        var document = XDocument.Load(file);
        var folder = System.IO.Path.GetDirectoryName(file)!;
        return new ProjectFile(
            Below(sourceFolder, folder),
            document.Descendants("AssemblyName").FirstOrDefault()?.Value ?? System.IO.Path.GetFileNameWithoutExtension(file),
            [
                .. document
                    .Descendants("ProjectReference")
                    .Select(reference => System.IO.Path.Combine(folder, reference.Attribute("Include")!.Value))
                    .Select(reference => Below(sourceFolder, System.IO.Path.GetDirectoryName(reference)!)),
            ]
        );
    }

    private static string Below(string sourceFolder, string folder) =>
        System.IO.Path.GetRelativePath(System.IO.Path.GetFullPath(sourceFolder), System.IO.Path.GetFullPath(folder)).Replace('\\', '/');
}
