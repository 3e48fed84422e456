using Microsoft.AspNetCore.Http;
using Smile.Soap.Xml;

namespace Smile.Soap;

/// <summary>
/// An answer whose rows go out while they are read. As long as nothing has been sent a failure is still a fault; behind that only the end
/// of the connection tells the client that the list is not whole.
/// </summary>
internal sealed class StreamedAnswer(HttpResponse response, ContractWriter writer)
{
    /// <summary>What is sent at once. A list that is shorter is sent as any other answer, with its length.</summary>
    private const int Portion = 64 * 1024;

    /// <summary>Whether the client may have seen something of the answer.</summary>
    public bool HasBegun { get; private set; }

    /// <param name="rows">Stands on its first row; the writer holds the document around the rows.</param>
    public async Task SendAsync(RowStream rows, CancellationToken cancellation)
    {
        var end = writer.CutBehindRows();
        do
        {
            rows.WriteCurrent(writer);
            if (writer.Written.Length >= Portion)
            {
                await SendWrittenAsync(cancellation).ConfigureAwait(false);
            }
        } while (await rows.MoveNextAsync().ConfigureAwait(false));

        writer.Raw(end);
        if (!HasBegun)
        {
            response.ContentLength = writer.Written.Length;
        }

        await SendWrittenAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits for a client that reads slowly: what it has not taken is not read from the database either.</summary>
    private async Task SendWrittenAsync(CancellationToken cancellation)
    {
        HasBegun = true;
        await response.BodyWriter.WriteAsync(writer.Written, cancellation).ConfigureAwait(false);
        writer.Clear();
    }
}
