namespace Smile.Soap.Xml;

/// <summary>A document whose list may come row by row. What is generated for the answers of list operations.</summary>
public interface IStreamedContent
{
    /// <summary>
    /// The rows that belong where the document calls <see cref="ContractWriter.StreamedRows"/>; null where the document holds all itself.
    /// </summary>
    RowStream? OpenRows(CancellationToken cancellation);
}

/// <summary>Rows of a document, written one by one as they are read, so that a long list needs no more memory than a short one.</summary>
public abstract class RowStream : IAsyncDisposable
{
    /// <summary>Reads the next row; false behind the last.</summary>
    public abstract ValueTask<bool> MoveNextAsync();

    /// <summary>Writes the row that was read last.</summary>
    public abstract void WriteCurrent(ContractWriter writer);

    public abstract ValueTask DisposeAsync();
}

/// <inheritdoc/>
public sealed class RowStream<T>(IAsyncEnumerable<T> rows, Action<ContractWriter, T> write, CancellationToken cancellation) : RowStream
{
    private readonly IAsyncEnumerator<T> _rows = rows.GetAsyncEnumerator(cancellation);

    public override ValueTask<bool> MoveNextAsync() => _rows.MoveNextAsync();

    public override void WriteCurrent(ContractWriter writer) => write(writer, _rows.Current);

    public override ValueTask DisposeAsync() => _rows.DisposeAsync();
}
