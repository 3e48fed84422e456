using Smile.Catalogue;

namespace Smile.Correspondence.Documents;

/// <summary>The files that documents are rendered to.</summary>
public enum DocumentFileFormat
{
    Pdf,
    Xlsx,
}

/// <summary>Makes files of documents.</summary>
public interface IDocumentRenderer
{
    /// <summary>
    /// Writes the document to a stream that need not seek. Any text can be rendered; what no font has shows as a replacement character.
    /// </summary>
    void Render(CustomerDocument document, Stationery stationery, DocumentFileFormat format, Stream output);
}
