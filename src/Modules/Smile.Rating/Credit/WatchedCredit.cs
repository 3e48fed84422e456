using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Smile.Catalogue;

namespace Smile.Rating.Credit;

/// <summary>The plans and account terms of a catalogue that have credit limits.</summary>
/// <param name="Terms">Numbers of account terms.</param>
/// <param name="Plans">Codes of plans.</param>
internal sealed record WatchedCredit(int[] Terms, string[] Plans)
{
    public static WatchedCredit Of(CatalogueContent content) =>
        new(
            [.. content.AccountTerms.Where(terms => terms.CreditLimit is not null).Select(terms => terms.Id)],
            [.. content.Plans.Where(plan => plan.CreditLimit is not null).Select(plan => plan.Code)]
        );

    /// <summary>
    /// Differs where an account that nothing has happened to may have come to exceed a limit, or to keep it, or have other features for it;
    /// empty where there is no limit.
    /// </summary>
    public static string Digest(CatalogueContent content)
    {
        var limits = content
            .AccountTerms.Select(terms => (Of: $"terms {terms.Id}", terms.CreditLimit))
            .Concat(content.Plans.Select(plan => (Of: $"plan {plan.Code}", plan.CreditLimit)))
            .Where(each => each.CreditLimit is not null)
            .Select(each => $"{each.Of}: {Text(each.CreditLimit!)}")
            .ToList();
        return limits.Count == 0 ? "" : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', limits))));
    }

    private static string Text(CreditLimitItem limit) =>
        string.Create(CultureInfo.InvariantCulture, $"{limit.Amount:0.##} {string.Join(',', limit.Features)}");
}
