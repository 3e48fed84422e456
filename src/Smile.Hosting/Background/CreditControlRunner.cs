using Smile.Catalogue;
using Smile.CreditControl;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Session;
using Smile.Storage;

namespace Smile.Hosting.Background;

/// <summary>
/// Works through the accounts of a company that are late, or were: each in a transaction of its own, so that one that fails holds up none,
/// and a run that breaks off goes on where it stopped. Runs at the same time do nothing twice.
/// </summary>
public sealed partial class CreditControlRunner(IServiceScopeFactory scopes, ILogger<CreditControlRunner> logger)
{
    /// <param name="day">The run's day, in the company's time zone; not in the future.</param>
    /// <param name="report">Is told of each account for which something was done, and why one could not be treated.</param>
    public async Task<CreditControlDay> RunAsync(
        Stage stage,
        Company company,
        DateOnly day,
        Caller caller,
        Action<string> report,
        CancellationToken cancellation
    )
    {
        var (treated, failed) = (0, 0);
        foreach (var usn in await AccountsAsync(stage, company, day, cancellation))
        {
            try
            {
                if (
                    await scopes.RunAsync<TreatAccount, Treatment?>(
                        stage,
                        caller,
                        treat => treat.ExecuteAsync(usn, day, IsToday(stage, company, day) ? null : day, cancellation)
                    ) is
                    { } treatment
                )
                {
                    treated++;
                    Report(treatment, report);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                failed++;
                LogFailed(exception, usn.Value, stage.Name);
                report($"{usn} FAILED: {exception.Message}");
                await CreditControlQueue.RecordFailureAsync(
                    stage.Store.Source,
                    usn,
                    exception.Message,
                    stage.Clock.GetUtcNow(),
                    caller.Usn.Value,
                    cancellation
                );
            }
        }

        var run = new CreditControlDay
        {
            CompanyId = company.Id,
            Day = day,
            Finished = stage.Clock.GetUtcNow(),
            Treated = treated,
            Failed = failed,
            ChangedBy = caller.Usn,
        };
        await CreditControlQueue.FinishAsync(stage.Store.Source, run, cancellation);
        return run;
    }

    /// <summary>Reports what a run would do, and does nothing.</summary>
    /// <param name="day">The run's day, also one in the future: then as if nothing were paid until then.</param>
    /// <returns>For how many accounts something would be done.</returns>
    public async Task<int> PreviewAsync(
        Stage stage,
        Company company,
        DateOnly day,
        Caller caller,
        Action<string> report,
        CancellationToken cancellation
    )
    {
        var count = 0;
        foreach (var usn in await AccountsAsync(stage, company, day, cancellation))
        {
            var treatment = await scopes.RunAsync<TreatAccount, Treatment>(
                stage,
                caller,
                treat => treat.PreviewAsync(usn, IsToday(stage, company, day) ? null : day, cancellation)
            );
            Report(treatment, report);
            count += treatment.IsNothing ? 0 : 1;
        }

        return count;
    }

    private static void Report(Treatment treatment, Action<string> report)
    {
        if (!treatment.IsNothing)
        {
            report(treatment.ToString());
        }
    }

    private static bool IsToday(Stage stage, Company company, DateOnly day) =>
        stage.Catalogue.Zone(company.TimeZone).DateOf(stage.Clock.GetUtcNow()) == day;

    private static Task<IReadOnlyList<Usn>> AccountsAsync(Stage stage, Company company, DateOnly day, CancellationToken cancellation) =>
        CreditControlQueue.FindAccountsAsync(
            stage.Store.Source,
            company.Id,
            day,
            day,
            stage.Catalogue.Content.ResponsiveTerms,
            cancellation
        );

    [LoggerMessage(Level = LogLevel.Error, Message = "Credit control could not treat account {Account} of stage {Stage}")]
    private partial void LogFailed(Exception exception, string account, string stage);
}
