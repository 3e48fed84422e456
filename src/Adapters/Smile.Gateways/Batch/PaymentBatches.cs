using System.Data.Common;
using Smile.Payments;

namespace Smile.Gateways.Batch;

/// <summary>What operators do with the files that go to a bank and come from it.</summary>
public sealed class PaymentBatches(DbDataSource database, IPaymentDetailsVault vault, TimeProvider clock)
{
    private readonly BatchBook _book = new(database);

    /// <summary>Makes a batch of all debits that wait for one, of a payment type.</summary>
    /// <param name="madeBy">Who does, for the audit trail.</param>
    /// <returns>Null where none waits.</returns>
    public async Task<PaymentBatch?> MakeAsync(string paymentTypeCode, string madeBy, CancellationToken cancellation) =>
        await _book.MakeAsync(paymentTypeCode, clock.GetUtcNow(), madeBy, cancellation) is { } id
            ? await FindAsync(id, cancellation)
            : null;

    public async Task<PaymentBatch?> FindAsync(long id, CancellationToken cancellation) =>
        (await _book.ListAsync(id, 1, cancellation)).FirstOrDefault();

    /// <summary>The newest batches.</summary>
    public Task<IReadOnlyList<PaymentBatch>> ListAsync(int limit, CancellationToken cancellation) =>
        _book.ListAsync(null, limit, cancellation);

    /// <summary>Writes the debits of a batch that the bank has not answered, as often as wanted: the references are the same.</summary>
    /// <param name="readBy">Who reads the numbers, for the audit trail.</param>
    /// <returns>How many debits.</returns>
    public async Task<int> WriteAsync(long batch, TextWriter output, string readBy, CancellationToken cancellation)
    {
        var lines = await _book.OpenLinesAsync(batch, readBy, cancellation);
        await BatchFile.WriteAsync(lines, vault, output, cancellation);
        return lines.Count;
    }

    /// <summary>Takes a bank's answers down, all of the file or nothing. The same file again changes nothing.</summary>
    /// <param name="readBy">Who does, for the audit trail.</param>
    /// <returns>The attempts that are to be settled by them, each with its outcome.</returns>
    /// <exception cref="BatchFileException">The file cannot be understood, or does not fit what was sent.</exception>
    public async Task<IReadOnlyList<AnsweredAttempt>> AnswerAsync(Stream file, string readBy, CancellationToken cancellation)
    {
        var answers = BatchFile.Read(file);
        await _book.RecordAsync(answers, clock.GetUtcNow(), readBy, cancellation);
        return await _book.UnsettledAsync([.. answers.Select(answer => answer.Reference)], cancellation);
    }
}
