using Smile.Benchmarks;

// "raw" is the yardstick: what ASP.NET answers when it has nothing to do.
if (args is ["raw", var address])
{
    await RawServer.RunAsync(address);
    return 0;
}

if (args.Contains("--usage"))
{
    var (figures, isShort) = (new Figures(), args.Contains("--short"));
    UsageBench.Run(figures, isShort ? 20 : 300);
    await UsageWriteBench.RunAsync(figures, Number(args, 0, isShort ? 500 : 10_000), Number(args, 1, isShort ? 20_000 : 200_000));
    var (accounts, ofRound) = isShort ? (300, 5_000) : (13_334, 500_000);
    var few = await UsageServerBench.RunAsync(null, accounts / 5, ofRound / 5, 0);
    var many = await UsageServerBench.RunAsync(figures, accounts, ofRound, isShort ? 5 : 60);
    figures.Add("usage: time of the billing run a record, many to few", many / few, isShort ? null : Goal.AtMost(1.2));
    figures.Print();
    return 0;
}

if (args.Contains("--billing"))
{
    return await (
        args.Contains("--short")
            ? BillingBench.RunAsync(500, 2_000)
            : BillingBench.RunAsync(Number(args, 0, 10_000), Number(args, 1, 100_000))
    );
}

return await Bench.RunAsync(args.Contains("--short"), args.Contains("--money"));

static int Number(string[] args, int index, int otherwise) =>
    args.Where(argument => int.TryParse(argument, out _)).Select(int.Parse).ElementAtOrDefault(index) is > 0 and var number
        ? number
        : otherwise;
