namespace Smile.Catalogue.Reading;

/// <summary>Something in a catalogue file that must be put right before the catalogue can be used.</summary>
/// <param name="File">As it was named to the reader.</param>
/// <param name="Line">From 1; 0 where the file as a whole is meant.</param>
/// <param name="Column">From 1; 0 where the file as a whole is meant.</param>
/// <param name="Path">Where it is in the document, such as <c>packages[0].form[2].kind</c>; indexes count from 0 within the file.</param>
public sealed record CatalogueProblem(string File, int Line, int Column, string Path, string Message)
{
    public override string ToString() => Line == 0 ? $"{File}: {Message}" : $"{File}({Line},{Column}): {Path}: {Message}";
}

/// <summary>What came of reading catalogue files: the content where nothing is wrong, else everything that is.</summary>
public sealed class CatalogueReadResult
{
    internal CatalogueReadResult(CatalogueContent? content, IReadOnlyList<CatalogueProblem> problems)
    {
        Content = problems.Count == 0 ? content : null;
        Problems = problems;
    }

    /// <summary>Null where there are problems.</summary>
    public CatalogueContent? Content { get; }

    /// <summary>In the order of the files and of the places within them.</summary>
    public IReadOnlyList<CatalogueProblem> Problems { get; }
}

/// <summary>The text of one catalogue file.</summary>
public sealed record CatalogueSource(string File, string Text);
