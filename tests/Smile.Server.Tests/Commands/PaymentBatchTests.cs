using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Smile.Catalogue;
using Smile.Cli;
using Smile.Gateways.Batch;
using Smile.Hosting.Security;
using Smile.Hosting.Stages;
using Smile.Payments;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Ledger;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Commands;

/// <summary>
/// L4. Direct debits of a bank that takes files: out as a file, back as an answer. A declined debit costs $5.00, and is tried again after 3
/// days.
/// </summary>
[Collection(PaymentServerTests.Name)]
public sealed class PaymentBatchTests(ServerFixture server) : IAsyncLifetime
{
    private const string Header = "Reference,Outcome,BankReference,Reason\n";

    private ChangedCatalogue? _catalogue;

    private IPaymentDetailsVault Vault => server.Services.GetRequiredService<IPaymentDetailsVault>();

    private PaymentBatches Batches => new(server.Stage.Store.Source, Vault, server.Stage.Clock);

    public async Task InitializeAsync()
    {
        _catalogue = await ChangedCatalogue.ApplyAsync(
            server,
            content =>
                content with
                {
                    PaymentTypes =
                    [
                        .. content.PaymentTypes.Select(type =>
                            type.Code == "directDebit"
                                ? type with
                                {
                                    Gateway = PaymentTypeItem.BatchGateway,
                                    RetryDays = [3],
                                    DeclineFee = new DeclineFee(5m, 0m, "declfee", "210"),
                                }
                                : type
                        ),
                    ],
                }
        );

        // What other tests have left is not this one's.
        await Batches.MakeAsync("directDebit", "tests", CancellationToken.None);
    }

    public async Task DisposeAsync() => await _catalogue!.DisposeAsync();

    [Fact]
    public async Task L4_a_debit_waits_for_its_file_and_is_settled_by_the_answer_once()
    {
        var (first, second) = (await CustomerAsync("12345678"), await CustomerAsync("87654321"));
        var invoice = await InvoiceAsync(server, first, 100m);
        var (paid, refused) = (await PayAsync(first, "100.00", invoice), await PayAsync(second, "20.00"));
        Assert.Equal(("Waiting", "Waiting"), (await StatusAsync(server, paid), await StatusAsync(server, refused)));

        // What is in no file yet is not answered.
        Assert.Contains(
            $"line 2: the debit {paid}-1 was in no file yet",
            await RefusedAsync($"{Header}{paid}-1,Accepted,,\n"),
            StringComparison.Ordinal
        );

        var batch = (await Batches.MakeAsync("directDebit", "tests", CancellationToken.None))!;
        Assert.Equal(("directDebit", 2, 120m, 0, 0), (batch.PaymentTypeCode, batch.Lines, batch.Amount, batch.Accepted, batch.Declined));
        Assert.Null(await Batches.MakeAsync("directDebit", "tests", CancellationToken.None));
        Assert.Equal(
            [
                "Reference,Account,Name,Branch,Number,Amount,Currency",
                $"{paid}-1,{first},Test User,,12345678,100.00,AUD",
                $"{refused}-1,{second},Test User,,87654321,20.00,AUD",
            ],
            await WriteAsync(batch.Id)
        );

        // The numbers are in the file alone, and each reading of them is known.
        Assert.Equal(
            2L,
            await server.QueryAsync<long>(
                $"SELECT count(*) FROM payment_secret_access WHERE purpose = 'payment batch {batch.Id}' AND accessed_by = 'tests'"
            )
        );
        Assert.Equal(
            0L,
            await server.QueryAsync<long>(
                """
                SELECT count(*) FROM audit_change
                WHERE coalesce(before::text, '') || coalesce(after::text, '') ~ '12345678|payment_secret.*x'
                """
            )
        );

        // A file with one wrong line changes nothing, whatever else is in it.
        var wrong = await RefusedAsync(
            $"{Header}{paid}-1,Accepted,B1,\n{refused}-1,Perhaps,,\n,Accepted,,\n{paid}-1,Declined,,\n{second},Accepted,,4111111111111111\n"
        );
        Assert.Equal(
            "line 3: the outcome is neither Accepted nor Declined.\nline 4: the reference is missing or too long.\nline 5: the "
                + "reference was answered above.\n"
                + "line 6: a card number stands in the bank's words.\nNothing of the file was taken.",
            wrong
        );
        Assert.Contains(
            "line 3: no batch has a debit 4711-1",
            await RefusedAsync($"{Header}{paid}-1,Accepted,B1,\n4711-1,Accepted,,\n"),
            StringComparison.Ordinal
        );
        foreach (
            var (broken, why) in new[]
            {
                ($"{Header}{paid}-1,Accepted,\"B77,\n{refused}-1,Accepted,B78,\n", "is no CSV"),
                ($"{Header}{refused}-1,Declined,,\n{paid}-1,Accepted,\"B77", "is no CSV"),
                ($"{Header}{paid}-1,Accepted\n", "is no CSV"),
                (Header, "has no answers"),
            }
        )
        {
            Assert.Contains(why, await RefusedAsync(broken), StringComparison.Ordinal);
        }

        using (var windows = new MemoryStream(Encoding.Latin1.GetBytes($"{Header}{paid}-1,Declined,,Rücklastschrift\n")))
        {
            var refusal = await Assert.ThrowsAsync<BatchFileException>(() => Batches.AnswerAsync(windows, "tests", CancellationToken.None));
            Assert.Contains("not in UTF-8", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Contains(
            "does not name the columns Outcome, Reason",
            await RefusedAsync("Reference,BankReference\n1,2\n"),
            StringComparison.Ordinal
        );
        Assert.Equal(
            0L,
            await server.QueryAsync<long>("SELECT count(*) FROM payment_batch_line WHERE batch_id = $1 AND outcome IS NOT NULL", batch.Id)
        );

        // As a spreadsheet of the bank's country writes it: semicolons, other columns, another order, CRLF, a byte order mark.
        var answer =
            $"\uFEFFReason;Outcome;Value date;Reference;BankReference\r\n;Accepted;2015-01-20;{paid}-1;B1\r\n\"No money; call "
            + $"us\";Declined;;{refused}-1;\r\n";
        Assert.Equal("Settled: 1 accepted, 1 declined.", await AnswerAsync(answer));
        Assert.Equal(
            ("Accepted", "B1"),
            (
                await StatusAsync(server, paid),
                await server.QueryAsync<string>("SELECT gateway_reference FROM payment WHERE number = $1", paid)
            )
        );
        Assert.Equal((0m, 0m), (await BalanceAsync(server, first), await UnallocatedAsync(server, invoice)));
        Assert.Equal("Declined", await StatusAsync(server, refused));
        Assert.Equal(
            "No money; call us",
            await server.QueryAsync<string>("SELECT message FROM payment_attempt WHERE payment_number = $1", refused)
        );
        Assert.Equal(5.50m, await BalanceAsync(server, second));

        Assert.Equal("Nothing new: all of the file was settled before.", await AnswerAsync(answer));
        Assert.Contains(
            $"line 2: the debit {paid}-1 was Accepted before",
            await RefusedAsync($"{Header}{paid}-1,Declined,,\n"),
            StringComparison.Ordinal
        );
        Assert.Equal((0m, 5.50m), (await BalanceAsync(server, first), await BalanceAsync(server, second)));
        Assert.Equal(["Reference,Account,Name,Branch,Number,Amount,Currency"], await WriteAsync(batch.Id));
        Assert.Equal(
            0L,
            await server.QueryAsync<long>(
                "SELECT count(*) FROM payment_batch_line WHERE batch_id = $1 AND payment_secret IS NOT NULL",
                batch.Id
            )
        );
        Assert.Equal(
            (1, 1),
            (
                (await Batches.FindAsync(batch.Id, CancellationToken.None))!.Accepted,
                (await Batches.FindAsync(batch.Id, CancellationToken.None))!.Declined
            )
        );
        Assert.Equal("", await LedgerInvariants.BrokenAsync(server, [first, second]));
    }

    /// <summary>The server stops between the file and the payments: the same file goes on, and so does the calendar.</summary>
    [Fact]
    public async Task L4_an_answer_that_was_interrupted_is_gone_on_with()
    {
        var (first, second) = (await CustomerAsync("11112222"), await CustomerAsync("33334444"));
        var (one, other) = (await PayAsync(first, "10.00"), await PayAsync(second, "20.00"));
        await Batches.MakeAsync("directDebit", "tests", CancellationToken.None);
        var file = $"{Header}{one}-1,Accepted,,\n{other}-1,Accepted,,\n";
        using (var stream = Stream(file))
        {
            Assert.Equal(2, (await Batches.AnswerAsync(stream, "tests", CancellationToken.None)).Count);
        }

        Assert.Equal("Settled: 2 accepted, 0 declined.", await AnswerAsync(file));
        Assert.Equal((-10m, -20m), (await BalanceAsync(server, first), await BalanceAsync(server, second)));

        var third = await CustomerAsync("55556666");
        var late = await PayAsync(third, "30.00");
        await Batches.MakeAsync("directDebit", "tests", CancellationToken.None);
        using (var stream = Stream($"{Header}{late}-1,Accepted,,\n"))
        {
            await Batches.AnswerAsync(stream, "tests", CancellationToken.None);
        }

        server.Clock.Advance(TimeSpan.FromHours(7));
        await server.CarryOutDueWorkAsync();
        Assert.Equal(("Accepted", -30m), (await StatusAsync(server, late), await BalanceAsync(server, third)));
    }

    /// <summary>
    /// An instalment that the bank declines goes into the file of a later day, under another reference, and is settled by that.
    /// </summary>
    [Fact]
    public async Task L4_what_was_scheduled_and_declined_goes_into_another_file()
    {
        var usn = await CustomerAsync("99990000");
        var invoice = await InvoiceAsync(server, usn, 50m);
        var today = server.Stage.Catalogue.Zone("Australia/Sydney").DateOf(server.Clock.GetUtcNow());
        var plan = await RunAsync<PaymentPlans, PaymentPlan>(
            server,
            plans => plans.CreateAsync(new NewPaymentPlan(usn, [invoice], 1, today.AddDays(1)), CancellationToken.None)
        );
        var number = plan.Instalments.Single().PaymentNumber!;
        server.Clock.Advance(TimeSpan.FromDays(2));
        await server.CarryOutDueWorkAsync();
        await Batches.MakeAsync("directDebit", "tests", CancellationToken.None);
        Assert.Equal("Settled: 0 accepted, 1 declined.", await AnswerAsync($"{Header}{number}-1,Declined,,No money\n"));
        Assert.Equal(("Waiting", 50m), (await StatusAsync(server, number), await BalanceAsync(server, usn)));
        Assert.Null(await Batches.MakeAsync("directDebit", "tests", CancellationToken.None));

        server.Clock.Advance(TimeSpan.FromDays(4));
        await server.CarryOutDueWorkAsync();
        var second = (await Batches.MakeAsync("directDebit", "tests", CancellationToken.None))!;
        Assert.Contains($"{number}-2,{usn},Test User,,99990000,50.00,AUD", await WriteAsync(second.Id));
        Assert.Equal("Settled: 1 accepted, 0 declined.", await AnswerAsync($"{Header}{number}-2,Accepted,,\n"));
        Assert.Equal(("Accepted", 0m), (await StatusAsync(server, number), await BalanceAsync(server, usn)));
    }

    [Fact]
    public async Task L4_debits_that_wait_are_encrypted_anew_and_a_quiet_stage_makes_no_files()
    {
        var usn = await CustomerAsync("24681357");
        var number = await PayAsync(usn, "10.00");
        var keys = new Dictionary<int, string> { [1] = Key(7), [2] = Key(8) };
        var id = await server.QueryAsync<Guid>("SELECT id FROM payment_batch_line WHERE reference = $1", number + "-1");
        await server.ExecuteAsync(
            "UPDATE payment_batch_line SET payment_secret = $2 WHERE id = $1",
            id,
            new PaymentDetailsVault(new Dictionary<int, string> { [1] = Key(7) }).Encrypt(id, new DetailsSecret("24681357", null))
        );
        await server.ExecuteAsync("DELETE FROM stored_payment_details");
        Assert.Equal(1, await CardKeysCommand.ReencryptAsync(server.Stage, new PaymentDetailsVault(keys), CancellationToken.None));
        var encrypted = await server.QueryAsync<byte[]>("SELECT payment_secret FROM payment_batch_line WHERE id = $1", id);
        Assert.Equal("24681357", new PaymentDetailsVault(new Dictionary<int, string> { [2] = Key(8) }).Decrypt(id, encrypted).Value);
        Assert.Throws<CryptographicException>(() =>
            new PaymentDetailsVault(new Dictionary<int, string> { [1] = Key(7) }).Decrypt(id, encrypted)
        );
        await server.ExecuteAsync(
            "UPDATE payment_batch_line SET payment_secret = $2 WHERE id = $1",
            id,
            Vault.Encrypt(id, new DetailsSecret("24681357", null))
        );

        await using var copy = await server.NewStageAsync("batchcopy");
        copy.Gate.Set(false);
        var refused = Assert.Throws<CommandException>(() => StageCommand.RequireOpen(copy));
        Assert.Contains("quiet", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Details from before account numbers were looked at: the bank's file has no card in clear.</summary>
    [Fact]
    public async Task A_card_number_that_was_stored_as_an_account_s_does_not_go_into_a_file()
    {
        var usn = await CustomerAsync("12344321");
        var id = await server.QueryAsync<Guid>("SELECT id FROM stored_payment_details WHERE account_usn = $1", usn);
        var card = Vault.Encrypt(id, new DetailsSecret(GoodCard, null));
        await server.ExecuteAsync("UPDATE stored_payment_details SET payment_secret = $2 WHERE id = $1", id, card);
        var number = await PayAsync(usn, "10.00");
        Assert.Equal("Declined", await StatusAsync(server, number));
        Assert.Equal(0L, await server.QueryAsync<long>("SELECT count(*) FROM payment_batch_line WHERE reference = $1", number + "-1"));
        Assert.Equal(
            "The number looks like a card's, and cards do not go into files.",
            await server.QueryAsync<string>("SELECT message FROM payment_attempt WHERE payment_number = $1", number)
        );
    }

    /// <summary>An IBAN reaches the bank as banks write it, however it was typed; a wrong one and a card never get so far.</summary>
    [Fact]
    public async Task An_account_s_number_is_looked_at_before_anything_is_taken()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var api = server.Administrator;
        foreach (
            var (wrong, why) in new[]
            {
                ("DE89 3704 0044 0532 0130 01", "The IBAN is not valid"),
                ("4111 1111 1111 1111", "looks like a card number"),
            }
        )
        {
            foreach (
                var refused in new[]
                {
                    await api.RefusedAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("directDebit", wrong)),
                    await api.RefusedAsync("payment", "processPayment", P("usn", usn), Request("directDebit", "10.00", null, wrong)),
                }
            )
            {
                Assert.Equal("InvalidRequestException", refused.Element);
                Assert.Contains("[AccountNumber]", refused.Message, StringComparison.Ordinal);
                Assert.Contains(why, refused.Message, StringComparison.Ordinal);
                Assert.DoesNotContain(wrong[^4..], refused.Message, StringComparison.Ordinal);
            }
        }

        await api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("directDebit", "de89 3704-0044 0532 0130 00"));
        var number = await PayAsync(usn, "10.00");
        var batch = (await Batches.MakeAsync("directDebit", "tests", CancellationToken.None))!;
        Assert.Contains($"{number}-1,{usn},Test User,,DE89370400440532013000,10.00,AUD", await WriteAsync(batch.Id));
    }

    /// <summary>What the system says of a folder is that access is denied.</summary>
    [Fact]
    public void A_folder_in_place_of_a_file_is_named_as_one()
    {
        var folder = Directory.CreateTempSubdirectory("batch-");
        try
        {
            var isFolder = $"'{folder.FullName}' is a folder. Name a file.";
            Assert.Equal("file: " + isFolder, Refused(() => PaymentBatchCommand.Open(folder.FullName)));
            Assert.Equal("--output: " + isFolder, Refused(() => PaymentBatchCommand.NewFile(folder.FullName)));
            Assert.Equal("--output: name the file.", Refused(() => PaymentBatchCommand.NewFile("")));
            var absent = Path.Combine(folder.FullName, "absent");
            Assert.StartsWith($"{absent} cannot be read: ", Refused(() => PaymentBatchCommand.Open(absent)), StringComparison.Ordinal);
            Assert.Equal("new.csv", PaymentBatchCommand.NewFile(Path.Combine(folder.FullName, "new.csv")).Name);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static string Refused(Func<object> read) => Assert.Throws<CommandException>(read).Message;
    }

    private static string Key(byte value) => Convert.ToBase64String([.. Enumerable.Repeat(value, 32)]);

    private static MemoryStream Stream(string file) => new(Encoding.UTF8.GetBytes(file));

    private async Task<string> CustomerAsync(string number)
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        await server.Administrator.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("directDebit", number));
        return usn;
    }

    /// <returns>Number of the payment, which the bank has to answer.</returns>
    private async Task<string> PayAsync(string usn, string amount, string? invoice = null)
    {
        var answer = await server.Administrator.CallAsync(
            "payment",
            "processPayment",
            P("usn", usn),
            Document(
                $"<PaymentRequest><StoredDetailsRequest><DefaultStoredPaymentDetails/><PaymentAmount>{amount}</PaymentAmount>"
                    + $"</StoredDetailsRequest></PaymentRequest>"
            ),
            AllocateTo(invoice is null ? [] : [(invoice, amount)])
        );
        return answer.At("Payment/PaymentNumber")!;
    }

    private async Task<string[]> WriteAsync(long batch)
    {
        using var output = new StringWriter();
        await Batches.WriteAsync(batch, output, "tests", CancellationToken.None);
        return output.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
    }

    private async Task<string> AnswerAsync(string file)
    {
        using var stream = Stream(file);
        return await PaymentBatchCommand.AnswerAsync(
            server.Stage,
            server.Settings,
            server.Services,
            stream,
            _ => { },
            CancellationToken.None
        );
    }

    private async Task<string> RefusedAsync(string file) => (await Assert.ThrowsAsync<CommandException>(() => AnswerAsync(file))).Message;
}
