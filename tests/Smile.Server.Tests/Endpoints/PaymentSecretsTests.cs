using System.Text;
using System.Text.RegularExpressions;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>Numbers, verification codes and tokens are used in every way there is, and then looked for everywhere.</summary>
[Collection(PaymentServerTests.Name)]
public sealed partial class PaymentSecretsTests(ServerFixture server)
{
    private const string Token = "tok-b7d1c1f2-secret-token";
    private const string VerificationCode = "9371";

    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task No_number_code_token_or_password_is_in_any_table_message_fault_log_metric_or_trace()
    {
        using var telemetry = new TelemetryRecorder();
        var log = new StringWriter();
        var console = Console.Out;
        var seen = new StringBuilder();
        Console.SetOut(TextWriter.Synchronized(log));
        try
        {
            foreach (var card in new[] { GoodCard, "5105105105105100", Card(9001), Card(9003), Card(9005), Card(9006), Card(9007) })
            {
                await UseAsync(card, seen);
            }

            server.Clock.Advance(TimeSpan.FromDays(2));
            await server.CarryOutDueWorkAsync();
        }
        finally
        {
            Console.SetOut(console);
        }

        var dump = await DumpAsync();
        var said = telemetry.Said;
        Assert.True(telemetry.Count > 100, $"Only {telemetry.Count} measurements and spans were heard.");
        var everything = dump + seen + log + said;
        foreach (
            var secret in new[]
            {
                "pa55-",
                "fixture-password",
                GoodCard,
                "4111 1111 1111 1111",
                "4111-1111-1111-1111",
                "5105105105105100",
                Card(9001),
                Card(9003),
                Card(9005),
                Card(9006),
                Card(9007),
                Token,
            }
        )
        {
            Assert.DoesNotContain(secret, everything, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToHexString(Encoding.UTF8.GetBytes(secret)), everything, StringComparison.OrdinalIgnoreCase);
        }

        // Four digits stand in many a number: looked for by themselves, where text is.
        Assert.DoesNotMatch(
            Code(),
            await DumpAsync(
                "financial_transaction",
                "payment",
                "payment_attempt",
                "stored_payment_details",
                "outbox_message",
                "due_work",
                "sandbox.charge"
            )
                + seen
                + log
        );
        Assert.DoesNotContain(Digits().Matches(said), match => Luhn.IsValid(match.Value) && match.Value.Length == GoodCard.Length);
        var payments = await DumpAsync(
            "payment",
            "payment_attempt",
            "stored_payment_details",
            "wanted_allocation",
            "payment_plan",
            "sandbox.charge",
            "sandbox.token"
        );
        Assert.DoesNotContain(Digits().Matches(payments), match => Luhn.IsValid(match.Value));
        Assert.Contains("4111  11", payments, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_stored_opens_with_the_key_and_the_row_it_belongs_to_alone()
    {
        var mine = (await PortalCustomerAsync(server)).Usn;
        var theirs = (await PortalCustomerAsync(server)).Usn;
        foreach (var usn in new[] { mine, theirs })
        {
            await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("mastercard", "5105105105105100"));
        }

        // Somebody copies another account's secret into his own row: it does not decrypt, and the payment is not made.
        await ExecuteAsync(
            server,
            $"""
            UPDATE stored_payment_details SET payment_secret = (SELECT payment_secret FROM stored_payment_details
            WHERE account_usn = '{theirs}'), changed_by = 'tests' WHERE account_usn = '{mine}'
            """
        );
        var before = await TracesAsync(server, mine);
        await Api.RefusedAsync("payment", "processPayment", P("usn", mine), Stored("2.00", "1.10"));
        Assert.Equal(before, await TracesAsync(server, mine));
        Assert.Equal(
            "{\"payment_secret\": \"changed\"}",
            await server.QueryAsync<string>(
                """
                SELECT after::text FROM audit_change WHERE table_name = 'stored_payment_details' AND action = 'UPDATE'
                ORDER BY id DESC LIMIT 1
                """
            )
        );
        Assert.Equal(
            "Accepted",
            (await Api.CallAsync("payment", "processPayment", P("usn", theirs), Stored("2.00", "1.10"))).At("Payment/Status")
        );
    }

    private async Task UseAsync(string card, StringBuilder seen)
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var spaced = string.Join(' ', card.Chunk(4).Select(part => new string(part)));
        var request = Request("visa", "2.00", "1.10", card)
            .ToString()
            .Replace($">{Cvv}<", $">{VerificationCode}<", StringComparison.Ordinal);
        seen.Append(await Api.CallAsync("payment", "processPayment", P("usn", usn), System.Xml.Linq.XElement.Parse(request)));
        seen.Append(
            await Api.CallAsync(
                "payment",
                "recordFailedPayment",
                P("usn", usn),
                Document(
                    $"<PaymentRequest><PaymentDetails><PaymentType>visa</PaymentType><AccountName>{spaced}</AccountName>"
                        + $"<AccountNumber>{card}</AccountNumber><CVV>{VerificationCode}</CVV><PaymentAmount>4</PaymentAmount>"
                        + $"</PaymentDetails></PaymentRequest>"
                ),
                P("message", $"Card {spaced} refused")
            )
        );
        foreach (
            var bad in new[]
            {
                Document($"<PaymentDetails><PaymentType>{card}</PaymentType><AccountName>A</AccountName></PaymentDetails>"),
                Document(
                    $"<PaymentDetails><PaymentType>visa</PaymentType><AccountName>{spaced}</AccountName>"
                        + $"<AccountNumber>{card}</AccountNumber><ExpiryDate>2030-12</ExpiryDate></PaymentDetails>"
                ),
                Document(
                    $"<PaymentDetails><PaymentType>visa</PaymentType><AccountName>A</AccountName><AccountNumber>{card}</AccountNumber>"
                        + $"<ExpiryDate>{card}</ExpiryDate></PaymentDetails>"
                ),
                Document(
                    $"<PaymentDetails><PaymentType>visa</PaymentType><AccountName>A</AccountName><AccountNumber>{card}</AccountNumber>"
                        + $"<ExpiryDate>2030-12</ExpiryDate><CVV>{card}</CVV></PaymentDetails>"
                ),
                Document(
                    $"<PaymentDetails><PaymentType>visa</PaymentType><AccountName>A</AccountName><AccountNumber>{card}</AccountNumber>"
                        + $"<ExpiryDate>2001-12</ExpiryDate></PaymentDetails>"
                ),
                Document(
                    $"<PaymentDetails><PaymentType>visa</PaymentType><AccountName>A</AccountName><AccountNumber>{card}</AccountNumber>"
                        + $"<ExpiryDate>2030-12</ExpiryDate><BranchNumber>{card}</BranchNumber></PaymentDetails>"
                ),
            }
        )
        {
            seen.Append((await Api.RefusedAsync("payment", "addStoredPaymentDetails", P("usn", usn), bad)).Message);
        }

        seen.Append(
            (await Api.RefusedAsync("payment", "getStoredPaymentDetails", P("usn", usn), P("storedPaymentDetailsId", card))).Message
        );
        seen.Append((await Api.RefusedAsync("payment", "getPayment", P("paymentNumber", card))).Message);
        if (card != Card(9007))
        {
            var id = (await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("visa", card))).At(
                "StoredPaymentDetailsId"
            )!;
            seen.Append(
                await Api.CallAsync(
                    "payment",
                    "updateStoredPaymentDetails",
                    P("usn", usn),
                    P("storedPaymentDetailsId", id),
                    Details("mastercard", card)
                )
            );
            seen.Append(await Api.CallAsync("payment", "processPayment", P("usn", usn), Stored("2.00", "1.10")));
            seen.Append(
                await Api.CallAsync(
                    "payment",
                    "updateStoredPaymentDetails",
                    P("usn", usn),
                    P("storedPaymentDetailsId", id),
                    Document(
                        $"<PaymentDetails><PaymentType>visa</PaymentType><AccountName>A</AccountName><Token "
                            + $"hint='{card}'>{Token}</Token><ExpiryDate>2030-12</ExpiryDate></PaymentDetails>"
                    )
                )
            );
            seen.Append(await Api.CallAsync("payment", "getStoredPaymentDetailsList", P("usn", usn)));
        }

        seen.Append(await Api.CallAsync("payment", "getPendingPayments", P("accountUsn", usn)));
    }

    /// <summary>The text of every row of these tables, or of all of them in every schema.</summary>
    private async Task<string> DumpAsync(params string[] tables)
    {
        var names =
            tables.Length > 0
                ? tables
                : (
                    await server.QueryAsync<string>(
                        """
                        SELECT string_agg(format('%I.%I', table_schema, table_name), ',') FROM information_schema.tables
                        WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
                        """
                    )
                ).Split(',');
        var dump = new StringBuilder();
        foreach (var name in names)
        {
            dump.AppendLine(
                await server.QueryAsync<string>(
                    $"SELECT coalesce(string_agg(row_text, E'\\n'), '') FROM (SELECT (to_jsonb(t) - 'id' - 'sequence')::text AS "
                        + $"row_text FROM {name} AS t) AS rows"
                )
            );
        }

        return dump.ToString();
    }

    [GeneratedRegex($@"(?<![\w.:-]){VerificationCode}(?![\w:-])")]
    private static partial Regex Code();

    /// <summary>Digits by themselves, not within the hexadecimal of what is encrypted.</summary>
    [GeneratedRegex(@"(?<![\da-fx-])\d{13,19}(?![\da-f-])")]
    private static partial Regex Digits();
}
