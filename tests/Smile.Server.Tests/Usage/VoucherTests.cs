using System.Xml.Linq;
using Smile.Cli;
using Smile.Prepaid.Vouchers;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Usage;

/// <summary>validateVoucher() and redeemVoucher() (guide, lines 14608 to 14742), and the vouchers that operators make.</summary>
public sealed class VoucherTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private readonly UsageHelp _usage = new(server);

    private SoapCaller Api => server.Administrator;

    private DateOnly Tomorrow => DateOnly.FromDateTime(server.Clock.GetUtcNow().UtcDateTime).AddDays(1);

    [Fact]
    public async Task A_voucher_is_redeemed_once_under_any_concurrency()
    {
        var usns = new List<string>();
        for (var index = 0; index < 4; index++)
        {
            usns.Add(await _usage.OrderAsync($"049000000{index}"));
        }

        var voucher = Assert.Single(await MakeAsync(1));
        Assert.Null(await ReasonAsync(voucher));
        var faults = await Task.WhenAll(
            usns.Concat(usns).Select(usn => Api.TryAsync("prepaid", Wrapper("redeemVoucher", Redeem(usn, voucher.Number, voucher.Code))))
        );
        Assert.Equal(1, faults.Count(fault => fault is null));
        Assert.All(faults.OfType<SoapFault>(), fault => Assert.Contains("already been redeemed", fault.Message, StringComparison.Ordinal));
        var blocks = new List<XElement>();
        foreach (var usn in usns)
        {
            blocks.AddRange(
                (await Api.CallAsync("prepaid", "getPrepaidState", P("usn", usn))).AllAt("PrepaidStateElements/PrepaidStateElement")
            );
            Assert.DoesNotContain(
                await server.MessagesAsync(await AccountAsync(usn)),
                message => message.Type.StartsWith("Prepaid", StringComparison.Ordinal)
            );
        }

        var block = Assert.Single(blocks);
        Assert.Equal((voucher.Number, "1073741824"), (block.At("VoucherNumber"), block.At("RemainingQuantity")));
        Assert.Equal("The voucher has already been redeemed", await ReasonAsync(voucher));
    }

    [Fact]
    public async Task Only_who_has_the_code_is_told_what_is_the_matter()
    {
        var vouchers = await MakeAsync(4);
        Assert.Null(
            await ReasonAsync(vouchers[0] with { Code = vouchers[0].Code.Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant() })
        );
        const string Wrong = "The voucher number or the secret code is wrong";
        Assert.Equal(Wrong, await ReasonAsync(vouchers[0] with { Code = vouchers[1].Code }));
        Assert.Equal(Wrong, await ReasonAsync(vouchers[0] with { Code = "" }));
        Assert.Equal(Wrong, await ReasonAsync(vouchers[0] with { Code = new string('A', 5_000) }));
        Assert.Equal(Wrong, await ReasonAsync(vouchers[0] with { Number = "1" }));
        Assert.Equal(Wrong, await ReasonAsync(vouchers[0] with { Number = new string('1', 5_000) }));
        Assert.Equal(Wrong, await ReasonAsync(vouchers[0], company: 2));
        Assert.Equal(1, await VoidAsync(null, vouchers[1].Number));
        Assert.Equal(0, await VoidAsync(null, vouchers[1].Number));
        Assert.Equal("The voucher is void", await ReasonAsync(vouchers[1]));
        Assert.Equal(Wrong, await ReasonAsync(vouchers[1] with { Code = "x" }));

        // The whole last day is in it, by the company's clocks.
        var last = server.Stage.Catalogue.Zone("Australia/Sydney").StartOf(Tomorrow.AddDays(1));
        server.Clock.Advance(last.AddSeconds(-1) - server.Clock.GetUtcNow());
        Assert.Null(await ReasonAsync(vouchers[2]));
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("The voucher has expired", await ReasonAsync(vouchers[2]));
        var usn = await _usage.OrderAsync("0490000011");
        foreach (var voucher in new[] { vouchers[1], vouchers[2], vouchers[3] with { Number = "5" } })
        {
            var fault = await Api.RefusedAsync("prepaid", "redeemVoucher", Redeem(usn, voucher.Number, voucher.Code));
            Assert.Equal("PrepaidException", fault.Element);
        }
    }

    [Fact]
    public async Task What_the_subscription_cannot_have_leaves_the_voucher_as_it_is()
    {
        var voucher = Assert.Single(await MakeAsync(1));
        var voip = (await Orders.PortalCustomerAsync(server)).Subscriptions[1];
        foreach (var usn in new[] { voip, "999999" })
        {
            var fault = await Api.RefusedAsync("prepaid", "redeemVoucher", Redeem(usn, voucher.Number, voucher.Code));
            Assert.Equal("PrepaidException", fault.Element);
        }

        var mine = await _usage.OrderAsync("0490000021");
        using var stranger = await server.AddCustomerAsync((await Orders.PortalCustomerAsync(server)).Usn);
        var refused = await stranger.RefusedAsync("prepaid", "redeemVoucher", Redeem(mine, voucher.Number, voucher.Code));
        Assert.Contains("There is no such subscription", refused.Message, StringComparison.Ordinal);
        Assert.Null(await ReasonAsync(voucher));
        using var owner = await server.AddCustomerAsync(await AccountAsync(mine));
        await owner.CallAsync("prepaid", "redeemVoucher", Redeem(mine, voucher.Number, voucher.Code));
        Assert.Equal("The voucher has already been redeemed", await ReasonAsync(voucher));
    }

    [Fact]
    public async Task Who_guesses_waits_longer_each_time_and_a_right_code_does_not_help_meanwhile()
    {
        var usn = await _usage.OrderAsync("0490000031");
        using var owner = await server.AddCustomerAsync(await AccountAsync(usn));
        var voucher = Assert.Single(await MakeAsync(1));
        var guesses = 0;
        foreach (var wait in new[] { 0, 0, 0, 0, 0, 1, 2, 4 })
        {
            if (wait > 0)
            {
                // Also of many at once, none is taken before its time.
                var faults = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => TryAsync(voucher.Code)));
                Assert.All(faults, fault => Assert.Contains("Try again later", fault!.Message, StringComparison.Ordinal));
                server.Clock.Advance(TimeSpan.FromSeconds(wait));
            }

            Assert.Contains("is wrong", (await TryAsync($"guess {guesses++}"))!.Message, StringComparison.Ordinal);
        }

        server.Clock.Advance(TimeSpan.FromSeconds(8));
        Assert.Null(await TryAsync(voucher.Code));

        // Another customer does not wait for it.
        var other = await _usage.OrderAsync("0490000032");
        using var next = await server.AddCustomerAsync(await AccountAsync(other));
        var another = Assert.Single(await MakeAsync(1));
        await next.CallAsync("prepaid", "redeemVoucher", Redeem(other, another.Number, another.Code));

        Task<SoapFault?> TryAsync(string code) => owner.TryAsync("prepaid", Wrapper("redeemVoucher", Redeem(usn, voucher.Number, code)));
    }

    [Fact]
    public async Task A_portal_that_guesses_hardly_waits_but_a_voucher_does()
    {
        var vouchers = await MakeAsync(2);
        for (var guess = 0; guess < 6; guess++)
        {
            await Api.TryAsync("prepaid", Wrapper("validateVoucher", Validate(1, vouchers[0].Number, $"guess {guess}")));
        }

        var fault = await Api.TryAsync("prepaid", Wrapper("validateVoucher", Validate(1, vouchers[0].Number, vouchers[0].Code)));
        Assert.Equal("PrepaidException", fault?.Element);
        Assert.Null(await ReasonAsync(vouchers[1]));
    }

    [Fact]
    public async Task Codes_are_nowhere_but_in_the_file_that_only_its_owner_reads()
    {
        var file = new FileInfo(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N")));
        try
        {
            var id = await MakeAsync(50, vouchers => VoucherFile.WriteNewAsync(file, vouchers, default));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode);
            }

            await using var content = file.OpenRead();
            var vouchers = VoucherFile.Read(content);
            Assert.Equal(50, vouchers.DistinctBy(voucher => voucher.Number).Count());
            Assert.Equal(50, vouchers.DistinctBy(voucher => voucher.Code).Count());
            Assert.All(vouchers, voucher => Assert.Matches("^[0-9]{11}$", voucher.Number));
            Assert.All(vouchers, voucher => Assert.Matches("^([A-Z2-9]{4}-){3}[A-Z2-9]{4}$", voucher.Code));
            Assert.Null(await ReasonAsync(vouchers[7]));
            var stored = await server.QueryAsync<string>(
                "SELECT string_agg(v::text, ' ') || (SELECT string_agg(b::text, ' ') FROM voucher_batch AS b) FROM voucher AS v"
            );
            Assert.All(vouchers, voucher => Assert.DoesNotContain(voucher.Code, stored, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(vouchers[0].Code, $"{vouchers[0]}", StringComparison.Ordinal);

            // What became of them: without their codes.
            await using var written = new StringWriter();
            var (batch, issued) = await _usage.OnScopeAsync(scope => scope.Use<VoucherAdministration>().ExportAsync(id, default));
            await VoucherFile.WriteAsync(written, batch, issued, default);
            var lines = written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal((51, "number,block,expires,state,since,usn"), (lines.Length, lines[0].Trim()));
            Assert.All(lines[1..], line => Assert.Contains(",data-1gb,", line, StringComparison.Ordinal));
        }
        finally
        {
            file.Delete();
        }
    }

    [Fact]
    public async Task What_cannot_be_made_or_taken_over_is_told_and_nothing_is_kept()
    {
        var before = await server.QueryAsync<long>("SELECT count(*) FROM voucher_batch");
        foreach (
            var (terms, count, told) in new[]
            {
                (new VoucherTerms(1, "data-9gb", Tomorrow, null), 1, "no prepaid block 'data-9gb'. It has: data-1gb"),
                (new VoucherTerms(99, "data-1gb", Tomorrow, null), 1, "no company 99"),
                (new VoucherTerms(1, "data-1gb", new DateOnly(2001, 1, 1), null), 1, "could not be redeemed"),
                (new VoucherTerms(1, "data-1gb", Tomorrow, null), 0, "Make 1 to 100000"),
                (new VoucherTerms(1, "data-1gb", Tomorrow, null), 100_001, "Make 1 to 100000"),
            }
        )
        {
            var exception = await Assert.ThrowsAsync<VoucherException>(() =>
                _usage.OnScopeAsync(scope =>
                    scope.Use<VoucherAdministration>().GenerateAsync(terms, count, _ => Task.CompletedTask, default)
                )
            );
            Assert.Contains(told, exception.Message, StringComparison.Ordinal);
        }

        // Where the file cannot be written, there are no vouchers.
        await Assert.ThrowsAsync<IOException>(() => MakeAsync(3, _ => throw new IOException("disk full")));
        await ImportAsync("number,code\nA-1,1234\nA-2,1234\n");
        foreach (
            var (file, told) in new[]
            {
                ("number,code\nA-3,1\nA-1,1\n", "has a voucher A-1 already"),
                ("number,code\nA-3,1\nA-3,2\n", "in the file twice"),
                ("number,code\nA-3,\n", "secret code"),
                ("number,code\n A-3,1\n", "without blanks"),
                ("number,code\n", "1 to 100000"),
            }
        )
        {
            var exception = await Assert.ThrowsAsync<VoucherException>(() => ImportAsync(file));
            Assert.Contains(told, exception.Message, StringComparison.Ordinal);
        }

        Assert.Throws<CommandException>(() => VoucherFile.Read(new MemoryStream("code\n1\n"u8.ToArray())));
        Assert.Throws<CommandException>(() => VoucherFile.Read(new MemoryStream([0xFF, 0xFE, 0x00])));
        Assert.Equal(before + 1, await server.QueryAsync<long>("SELECT count(*) FROM voucher_batch"));
        Assert.Null(await ReasonAsync(new PrintedVoucher("A-2", " 12-34 ")));

        // A batch is void but for what is redeemed.
        var usn = await _usage.OrderAsync("0490000041");
        await Api.CallAsync("prepaid", "redeemVoucher", Redeem(usn, "A-1", "1234"));
        var batch = await server.QueryAsync<int>("SELECT batch_id FROM voucher WHERE number = 'A-1'");
        Assert.Equal(1, await VoidAsync(batch));
        var counts = await _usage.OnScopeAsync(scope => scope.Use<VoucherAdministration>().ListAsync(default));
        var known = counts.Single(count => count.Batch.Id == batch);
        Assert.Equal((0, 1, 1), (known.Open, known.Redeemed, known.Voided));
        await Assert.ThrowsAsync<VoucherException>(() => VoidAsync(null, "A-9"));
        await Assert.ThrowsAsync<VoucherException>(() => VoidAsync(99_999));
    }

    private async Task<IReadOnlyList<PrintedVoucher>> MakeAsync(int count)
    {
        IReadOnlyList<PrintedVoucher> made = [];
        await MakeAsync(
            count,
            vouchers =>
            {
                made = vouchers;
                return Task.CompletedTask;
            }
        );
        return made;
    }

    private Task<int> MakeAsync(int count, Func<IReadOnlyList<PrintedVoucher>, Task> deliver) =>
        _usage.OnScopeAsync(scope =>
            scope.Use<VoucherAdministration>().GenerateAsync(new VoucherTerms(1, "data-1gb", Tomorrow, "tests"), count, deliver, default)
        );

    private Task<int> ImportAsync(string csv) =>
        _usage.OnScopeAsync(scope =>
            scope
                .Use<VoucherAdministration>()
                .ImportAsync(
                    new VoucherTerms(1, "data-1gb", Tomorrow, null),
                    VoucherFile.Read(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(csv))),
                    default
                )
        );

    private Task<int> VoidAsync(int? batch, params string[] numbers) =>
        _usage.OnScopeAsync(scope => scope.Use<VoucherAdministration>().VoidAsync(1, batch, numbers, default));

    private async Task<string?> ReasonAsync(PrintedVoucher voucher, int company = 1)
    {
        var answer = await Api.CallAsync("prepaid", "validateVoucher", Validate(company, voucher.Number, voucher.Code));
        Assert.Equal(answer.At("reason") is null ? "true" : "false", answer.At("valid"));
        return answer.At("reason");
    }

    private Task<string> AccountAsync(string usn) => server.QueryAsync<string>("SELECT account_usn FROM subscription WHERE usn = $1", usn);

    private static XElement[] Validate(int company, string number, string code) =>
        [P("company", company), P("voucherNumber", number), P("voucherCode", code)];

    private static XElement[] Redeem(string usn, string number, string code) =>
        [P("usn", usn), P("voucherNumber", number), P("voucherCode", code)];
}
