using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Smile.Contracts;
using Smile.Soap.Tests.Hosting;
using Smile.Soap.Xml;

namespace Smile.Soap.Tests;

/// <summary>Lists whose rows are written as they are read.</summary>
[Collection(SoapServerGroup.Name)]
public sealed class StreamingTests(SoapServer server) : IDisposable
{
    private const string Request =
        "<e:getTransactionList><usn>1</usn><startTimestamp>2015-01-01T00:00:00Z</startTimestamp>"
        + "<endTimestamp>2015-02-01T00:00:00Z</endTimestamp></e:getTransactionList>";

    /// <summary>More than is sent at once.</summary>
    private const int Many = 2_000;

    public void Dispose() => server.Business.Rows = null;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(Many)]
    public async Task A_streamed_list_is_byte_by_byte_what_a_list_in_memory_is(int count)
    {
        server.Business.Rows = RowsAsync(count);
        var answer = await server.CallAsync(SoapServer.Account, Request);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("text/xml; charset=utf-8", answer.ContentType);
        using var writer = new ContractWriter("ns2:");
        writer.Start("TransactionList");
        new TransactionListType { Transaction = [.. Enumerable.Range(0, count).Select(Row)] }.Write(writer);
        writer.End("TransactionList");
        Assert.EndsWith(
            "<ns3:getTransactionListResponse>"
                + Encoding.UTF8.GetString(writer.Written.Span)
                + "</ns3:getTransactionListResponse></S:Body></S:Envelope>",
            answer.Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_short_list_has_a_length_and_a_long_one_comes_in_chunks()
    {
        server.Business.Rows = RowsAsync(3);
        using var brief = await PostAsync();
        Assert.NotNull(brief.Content.Headers.ContentLength);
        server.Business.Rows = RowsAsync(Many);
        using var lengthy = await PostAsync(HttpCompletionOption.ResponseHeadersRead);
        Assert.Null(lengthy.Content.Headers.ContentLength);
        Assert.True(lengthy.Headers.TransferEncodingChunked);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task What_goes_wrong_before_anything_was_sent_is_a_fault(int rowsBefore)
    {
        server.Business.Rows = RowsAsync(rowsBefore, new RefusedException("NoSuchItemException", "There is no such account."));
        var refused = await server.CallAsync(SoapServer.Account, Request);
        Assert.Equal(("NoSuchItemException", "There is no such account."), (refused.FaultName, refused.FaultText));

        server.Business.Rows = RowsAsync(rowsBefore, new InvalidOperationException("the database is gone"));
        var failed = await server.CallAsync(SoapServer.Account, Request);
        Assert.Equal((HttpStatusCode.InternalServerError, "S:Server"), (failed.Status, failed.FaultCode));
        Assert.DoesNotContain("<ns2:transaction", failed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_goes_wrong_behind_that_ends_the_connection_so_that_half_a_list_is_never_taken_for_a_whole()
    {
        using var outcomes = new OutcomeRecorder("account getTransactionList", "broken");
        server.Business.Rows = RowsAsync(Many, new InvalidOperationException("the database is gone in the middle"));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => server.CallAsync(SoapServer.Account, Request));
        await outcomes.SeenAsync();
        Assert.Single(
            server.Log.Entries,
            entry => entry.Level == LogLevel.Error && entry.Exception?.Message == "the database is gone in the middle"
        );

        // A client that reads raw sees no end of the chunks, and no end of the document.
        server.Business.Rows = RowsAsync(Many, new InvalidOperationException("gone again"));
        var envelope = Envelopes.Soap11(Request);
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendHeadAsync(SoapServer.Account, $"Content-Length: {envelope.Length}");
        await connection.SendAsync(envelope);
        var seen = await connection.ReadToEndAsync();
        Assert.DoesNotContain("</ns2:TransactionList>", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n0\r\n\r\n", seen, StringComparison.Ordinal);
    }

    /// <summary>The sequence has no end: it ends because its reader is gone.</summary>
    [Fact]
    public async Task Reading_ends_when_the_caller_goes_away()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Business.Rows = EndlessAsync(ended);
        using (var response = await PostAsync(HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await ended.Task.WaitAsync(TimeSpan.FromMinutes(2));
    }

    /// <summary>What is alive while row 20,000 is written is what was alive at row 1,000.</summary>
    [Fact]
    public async Task Twenty_thousand_rows_need_no_more_memory_than_a_thousand()
    {
        var alive = new List<long>();
        server.Business.Rows = MeasuredAsync(alive);
        using var response = await PostAsync(HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[16 * 1024];
        var total = 0L;
        for (int read; (read = await body.ReadAsync(buffer)) > 0; )
        {
            total += read;
        }

        Assert.InRange(total, 4_000_000, long.MaxValue);
        Assert.True(
            alive[1] - alive[0] < 1_000_000,
            $"{alive[0]} bytes were alive at row 1,000, {alive[1]} at row 20,000, of an answer of {total}."
        );
    }

    [Fact]
    public void A_message_holds_its_rows_itself() =>
        Assert.Throws<InvalidOperationException>(() =>
            SmileDocuments.TransactionList.Write(new TransactionListType { StreamedTransaction = RowsAsync(1) })
        );

    private async Task<HttpResponseMessage> PostAsync(HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, server.EndpointAddress(SoapServer.Account))
        {
            Content = new StringContent(Envelopes.Soap11(Request), Encoding.UTF8, "text/xml"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", Envelopes.Credentials);
        return await server.Client.SendAsync(request, completion);
    }

    private static async IAsyncEnumerable<TransactionDetailType> RowsAsync(int count, Exception? end = null)
    {
        for (var index = 0; index < count; index++)
        {
            await Task.Yield();
            yield return Row(index);
        }

        if (end is not null)
        {
            throw end;
        }
    }

    private static async IAsyncEnumerable<TransactionDetailType> MeasuredAsync(List<long> alive)
    {
        for (var index = 1; index <= 20_000; index++)
        {
            await Task.Yield();
            if (index is 1_000 or 20_000)
            {
                alive.Add(GC.GetTotalMemory(forceFullCollection: true));
            }

            yield return Row(index);
        }
    }

    private static async IAsyncEnumerable<TransactionDetailType> EndlessAsync(
        TaskCompletionSource ended,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        try
        {
            for (var index = 0; ; index++)
            {
                await Task.Yield();
                cancellation.ThrowIfCancellationRequested();
                yield return Row(index);
            }
        }
        finally
        {
            ended.TrySetResult();
        }
    }

    /// <summary>Both types that a history has, so that the one and the other state it.</summary>
    private static TransactionDetailType Row(int index) =>
        index % 2 == 0
            ? new TransactionDetailType
            {
                TransactionType = TransactionTypeType.Receipt,
                Usn = "1",
                TransactionNumber = $"{index}",
                Amount = index,
                Description = $"Rów <{index}> & more",
            }
            : new ItemisedTransactionDetailType
            {
                TransactionType = TransactionTypeType.Invoice,
                Usn = "1",
                TransactionNumber = $"{index}",
                Amount = index,
                TransactionSource = "Manual",
            };
}
