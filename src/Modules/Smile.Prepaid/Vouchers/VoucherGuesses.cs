using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Prepaid.Storage;
using Smile.Session;

namespace Smile.Prepaid.Vouchers;

/// <summary>
/// Slows down who guesses at vouchers: by voucher, by the subscription that is to have it, and by who calls. Callers that act for all, such
/// as a portal, hardly wait: behind them are many.
/// </summary>
[UseCase]
public sealed class VoucherGuesses(StageSession session)
{
    private const int FreeTries = 5;
    private const int LongestWait = 3_600;
    private const int FreeTriesOfPortals = 100;
    private const int LongestWaitOfPortals = 5;

    /// <summary>Takes a try for each subject; comes before the code is looked at.</summary>
    /// <param name="voucher">Null where there is no such voucher.</param>
    /// <param name="subscription">Null where nobody is to have it yet.</param>
    /// <returns>What is to be forgiven where the try is right.</returns>
    /// <exception cref="SmileException">It is too early for another try.</exception>
    internal async Task<string[]> TakeAsync(Voucher? voucher, Usn? subscription, CancellationToken cancellation)
    {
        var isPortal = session.Caller.AllAccounts;
        var caller = $"caller {session.Caller.Usn}";
        var subjects = new List<(string Subject, int Free, int Longest)>
        {
            isPortal ? (caller, FreeTriesOfPortals, LongestWaitOfPortals) : (caller, FreeTries, LongestWait),
        };
        if (subscription is { } usn)
        {
            subjects.Add(($"subscription {usn}", FreeTries, LongestWait));
        }

        if (voucher is not null)
        {
            subjects.Add(($"voucher {voucher.CompanyId} {voucher.Number}", FreeTries, LongestWait));
        }

        foreach (var (subject, free, longest) in subjects)
        {
            if (!await session.Database.TakeGuessAsync(subject, free, longest, session.Now, cancellation))
            {
                throw new SmileException(
                    Fault.PrepaidException,
                    $"{Fault.PrepaidException}. There were too many vouchers with a wrong number or secret code. Try again later."
                );
            }
        }

        return [.. subjects.Select(each => each.Subject)];
    }

    internal Task ForgiveAsync(string[] subjects, CancellationToken cancellation) =>
        session.Database.ForgiveGuessesAsync(subjects, cancellation);
}
