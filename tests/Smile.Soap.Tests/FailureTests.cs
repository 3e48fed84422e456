using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Smile.Soap.Tests.Hosting;

namespace Smile.Soap.Tests;

/// <summary>What happens when an operation fails or its caller goes away.</summary>
[Collection(SoapServerGroup.Name)]
public sealed class FailureTests(SoapServer server)
{
    [Theory]
    [InlineData("fail", "select password from card_number")]
    [InlineData("fail on XML", "a stored document is broken")]
    [InlineData("fail on a stored document", "a stored document does not fit")]
    [InlineData("fail on a time-out", "a gateway did not answer")]
    public async Task A_failure_of_the_server_shows_nothing_of_its_cause_and_stands_in_the_log(string value, string cause)
    {
        var answer = await server.CallAsync(SoapServer.Order, Envelopes.Echo(value));

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Equal("S:Server", answer.FaultCode);
        Assert.Equal("", answer.FaultName);
        Assert.Equal(
            $"The server could not complete the call. Quote reference {answer.CorrelationId} when you report this.",
            answer.FaultText
        );
        Assert.DoesNotContain(cause, answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", answer.Text, StringComparison.Ordinal);
        var (level, message, exception) = Assert.Single(
            server.Log.Entries,
            entry => entry.Exception is not null && entry.Message.Contains(answer.CorrelationId, StringComparison.Ordinal)
        );
        Assert.Equal(LogLevel.Error, level);
        Assert.StartsWith("echo failed", message, StringComparison.Ordinal);
        Assert.Equal(cause, exception!.Message);
        Assert.Contains(
            server.Log.Entries,
            entry =>
                entry.Message.StartsWith("order echo answered server:", StringComparison.Ordinal)
                && entry.Message.Contains(answer.CorrelationId, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_operation_that_is_not_built_fails_like_any_other()
    {
        var answer = await server.CallAsync(SoapServer.Order, "<e:getAvailableOrderForms/>");

        Assert.Equal("S:Server", answer.FaultCode);
        Assert.Contains(answer.CorrelationId, answer.FaultText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<e:echo><unknown/></e:echo>", "order echo answered client: Unknown element <echo/unknown>")]
    [InlineData(
        "<e:approveOrder><orderNumber>refused</orderNumber></e:approveOrder>",
        "order approveOrder answered OrderException: OrderException [number=<refused> & gone]."
    )]
    [InlineData("<e:unknown/>", "order ? answered client: The endpoint 'order' has no operation 'unknown'.")]
    public async Task A_refusal_is_logged_under_the_id_that_the_caller_sees(string body, string logged)
    {
        var answer = await server.CallAsync(SoapServer.Order, body);

        Assert.NotEqual("", answer.CorrelationId);
        var (level, message, _) = Assert.Single(
            server.Log.Entries,
            entry =>
                entry.Message.Contains(answer.CorrelationId, StringComparison.Ordinal)
                && entry.Message.Contains(" answered ", StringComparison.Ordinal)
        );
        Assert.Equal(LogLevel.Information, level);
        Assert.StartsWith(logged, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_call_has_a_correlation_id_of_its_own()
    {
        var first = await server.CallAsync(SoapServer.Order, Envelopes.Echo("a"));
        var second = await server.CallAsync(SoapServer.Order, Envelopes.Echo("a"));

        Assert.NotEqual("", first.CorrelationId);
        Assert.NotEqual(first.CorrelationId, second.CorrelationId);
    }

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", false)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01", false)]
    public async Task The_trace_that_a_caller_states_is_the_correlation_id_where_it_is_one(string stated, bool isTaken)
    {
        var answer = await server.PostAsync(
            SoapServer.Order,
            Encoding.UTF8.GetBytes(Envelopes.Soap11(Envelopes.Echo("a"))),
            "text/xml",
            request => request.Headers.TryAddWithoutValidation("traceparent", stated)
        );

        Assert.Equal(isTaken, answer.CorrelationId == "0af7651916cd43dd8448eb211c80319c");
        Assert.Matches("^[0-9a-f]{32}$", answer.CorrelationId);
    }

    [Fact]
    public async Task An_operation_is_cancelled_when_its_caller_goes_away()
    {
        var (waiting, cancelled) = (server.Business.Waiting, server.Business.Cancelled) = (Source(), Source());
        var envelope = Envelopes.Soap11(Envelopes.Echo("wait"));
        using var outcomes = new OutcomeRecorder("order echo", "cancelled");
        var connection = await RawConnection.OpenAsync(server);
        await connection.SendHeadAsync(SoapServer.Order, $"Content-Length: {envelope.Length}");
        await connection.SendAsync(envelope);
        await waiting.Task.WaitAsync(TimeSpan.FromMinutes(2));

        connection.Reset();

        await cancelled.Task.WaitAsync(TimeSpan.FromMinutes(2));
        await outcomes.SeenAsync();
        Assert.DoesNotContain(server.Log.Entries, entry => entry.Exception is TaskCanceledException);
    }

    [Theory]
    [InlineData("<e:echo/>", "ok")]
    [InlineData("<e:echo><unknown/></e:echo>", "client")]
    [InlineData("<e:echo><value>fail</value></e:echo>", "server")]
    public async Task A_call_is_counted_by_its_outcome(string body, string outcome)
    {
        using var outcomes = new OutcomeRecorder("order echo", outcome);

        await server.CallAsync(SoapServer.Order, body);

        await outcomes.SeenAsync();
    }

    private static TaskCompletionSource Source() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
