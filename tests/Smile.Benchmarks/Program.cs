using Smile.Benchmarks;

// "raw" is the yardstick: what ASP.NET answers when it has nothing to do.
if (args is ["raw", var address])
{
    await RawServer.RunAsync(address);
    return 0;
}

return await Bench.RunAsync(args.Contains("--short"), args.Contains("--money"));
