using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Smile.Catalogue;
using Smile.Correspondence.Documents;
using Smile.Rendering.Layout;
using Smile.Rendering.Typography;
using Smile.Rendering.Xlsx;

namespace Smile.Rendering;

/// <summary>Renders PDF and XLSX files. One instance serves all calls: it keeps the fonts, which are costly to read.</summary>
public sealed class DocumentRenderer(ILogger<DocumentRenderer>? logger = null) : IDocumentRenderer
{
    /// <summary>Names a folder with fonts for scripts that neither this assembly nor the machine's packages have.</summary>
    private const string FontFolder = "SMILE_FONTS";

    private readonly PdfRenderer _pdf = new(
        new FontLibrary(
            logger ?? NullLogger<DocumentRenderer>.Instance,
            () => new InstalledFonts(Environment.GetEnvironmentVariable(FontFolder), InstalledFonts.StandardFolders)
        )
    );

    public void Render(CustomerDocument document, Stationery stationery, DocumentFileFormat format, Stream output)
    {
        if (format == DocumentFileFormat.Xlsx)
        {
            XlsxRenderer.Render(document, stationery, output);
        }
        else
        {
            _pdf.Render(document, stationery, output);
        }
    }
}
