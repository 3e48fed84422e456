using Smile.Catalogue;
using Smile.Catalogue.Reading;

namespace Smile.Modules.Tests.Catalogue;

/// <summary>The example catalogue that the repository carries, as the build copied it beside the tests.</summary>
internal static class ExampleCatalogue
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "catalogue");

    public static CatalogueContent Content { get; } =
        CatalogueReader.ReadFiles([Folder]) is { Content: { } content } result
            ? content
            : throw new InvalidOperationException(string.Join(Environment.NewLine, CatalogueReader.ReadFiles([Folder]).Problems));
}
