using Smile.Catalogue;
using Smile.Correspondence.Documents;
using Smile.Documents.Layout;
using Smile.Documents.Typography;
using Smile.Documents.Xlsx;

namespace Smile.Documents;

/// <summary>Renders PDF and XLSX files. One instance serves all calls: it keeps the fonts, which are costly to read.</summary>
public sealed class DocumentRenderer : IDocumentRenderer
{
    private readonly PdfRenderer _pdf = new(new FontSet());

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
