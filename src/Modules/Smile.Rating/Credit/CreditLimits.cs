using Smile.Catalogue;
using Smile.Customers.Accounts;

namespace Smile.Rating.Credit;

/// <summary>Which credit limits hold, and when they are exceeded.</summary>
internal static class CreditLimits
{
    /// <summary>An account's limit, with the features and mails of its terms; null where it may owe any amount.</summary>
    /// <param name="own">Its own amount, where it has one.</param>
    public static CreditLimitItem? OfAccount(CatalogueSnapshot catalogue, Account account, CreditLimit? own)
    {
        var ofTerms = catalogue.AccountTerms(account.AccountTermsId).CreditLimit;
        return own is null ? In(catalogue, account, ofTerms)
            : own.Amount is { } amount ? (ofTerms ?? new CreditLimitItem(amount)) with { Amount = amount }
            : null;
    }

    /// <summary>A limit of the catalogue, which is in the company's currency and for accounts in that alone.</summary>
    public static CreditLimitItem? In(CatalogueSnapshot catalogue, Account account, CreditLimitItem? limit) =>
        catalogue.Company(account.CompanyId).Currency == account.Currency ? limit : null;

    /// <summary>As a spend limit: exactly at the limit it is exceeded, and a limit of zero with the first cent.</summary>
    public static bool IsExceeded(decimal limit, decimal owed) => owed > 0m && owed >= limit;
}
