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
    await UsageWriteBench.RunAsync(figures, Number(args, 0, isShort ? 500 : 10_000), Number(args, 1, isShort ? 20_000 : 100_000));
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
