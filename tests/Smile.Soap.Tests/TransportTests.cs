using System.Text;
using Smile.Soap.Tests.Hosting;

namespace Smile.Soap.Tests;

/// <summary>Requests that no HTTP library would send.</summary>
[Collection(SoapServerGroup.Name)]
public sealed class TransportTests(SoapServer server)
{
    private static readonly string Envelope = Envelopes.Soap11(Envelopes.Echo("a"));

    [Fact]
    public async Task A_body_that_arrives_byte_by_byte_is_read()
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendHeadAsync(SoapServer.Order, $"Content-Length: {Envelope.Length}");
        foreach (var character in Envelope)
        {
            await connection.SendAsync(character.ToString());
        }

        Assert.Contains("<return>a</return>", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_length_shorter_than_the_body_ends_in_a_refusal()
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendHeadAsync(SoapServer.Order, $"Content-Length: {Envelope.Length - 20}");
        await connection.SendAsync(Envelope);

        var answer = await connection.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 500", answer, StringComparison.Ordinal);
        Assert.Contains("not well-formed XML", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_length_longer_than_the_body_is_answered_when_the_rest_does_not_come()
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendHeadAsync(SoapServer.Order, $"Content-Length: {Envelope.Length + 20}");
        await connection.SendAsync(Envelope);

        var answer = await connection.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("<faultcode>S:Client</faultcode>", answer, StringComparison.Ordinal);
        Assert.Contains("The request's body could not be read", answer, StringComparison.Ordinal);
    }

    /// <summary>
    /// Kestrel takes a client that has finished sending for one that has gone: there is nobody to answer, and nothing has failed.
    /// </summary>
    [Fact]
    public async Task A_body_that_ends_early_ends_the_call_without_a_failure()
    {
        using var outcomes = new OutcomeRecorder("order ", "cancelled", "client");
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendHeadAsync(SoapServer.Order, $"Content-Length: {Envelope.Length + 20}");
        await connection.SendAsync(Envelope);
        connection.FinishSending();

        await connection.ReadToEndAsync();

        await outcomes.SeenAsync();
        Assert.DoesNotContain(server.Log.Entries, entry => entry.Exception is IOException);
    }

    [Fact]
    public async Task Chunks_that_are_no_chunks_are_refused()
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendHeadAsync(SoapServer.Order, "Transfer-Encoding: chunked");
        await connection.SendAsync("zz\r\n" + Envelope);

        var answer = await connection.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("<faultcode>S:Client</faultcode>", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_far_over_the_limit_does_not_keep_the_connection()
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendHeadAsync(SoapServer.Order, "Content-Length: 2000000000");
        await connection.SendAsync(Envelope);

        Assert.StartsWith("HTTP/1.1 413", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_waits_to_be_asked_for_the_body_is_asked()
    {
        using var connection = await RawConnection.OpenAsync(server);
        await connection.SendHeadAsync(SoapServer.Order, $"Content-Length: {Envelope.Length}", "Expect: 100-continue");
        await connection.SendAsync(Encoding.UTF8.GetBytes(Envelope));

        var answer = await connection.ReadToEndAsync();

        Assert.Contains("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("<return>a</return>", answer, StringComparison.Ordinal);
    }
}
