using Smile.Benchmarks;

// "raw" is the yardstick: what ASP.NET answers when it has nothing to do.
if (args is ["raw", var address])
{
    await RawServer.RunAsync(address);
    return 0;
}

if (args.Contains("--billing"))
{
    return await (args.Contains("--short") ? BillingBench.RunAsync(500, 2_000) : BillingBench.RunAsync(10_000, 100_000));
}

return await Bench.RunAsync(args.Contains("--short"), args.Contains("--money"));
