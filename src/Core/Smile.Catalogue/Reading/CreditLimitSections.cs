namespace Smile.Catalogue.Reading;

/// <summary>Reads the credit limits of plans and account terms, and checks those of terms once the features are read.</summary>
internal sealed class CreditLimitSections
{
    private const string Limit = "creditLimit";
    private const string Features = "creditLimitFeatures";
    private const string Notice = "creditLimitNotice";
    private const string OkayNotice = "creditLimitOkayNotice";
    private const int LimitDecimals = 2;

    private readonly List<(IReadOnlyList<int> Features, MappingReader At)> _ofTerms = [];

    public static CreditLimitItem? OfPlan(MappingReader at, CatalogueDraft draft, int service) =>
        Of(at, () => UsageSections.FeaturesOf(at, draft, service, Features));

    /// <summary>The features may be of any service: each subscription gets those of its own.</summary>
    public CreditLimitItem? OfTerms(MappingReader at) =>
        Of(
            at,
            () =>
            {
                var features = at.Integers(Features, 1, int.MaxValue);
                if (at.IsGood(Features))
                {
                    _ofTerms.Add((features, at));
                }

                return features;
            }
        );

    public void Check(CatalogueDraft draft)
    {
        foreach (var (features, at) in _ofTerms)
        {
            for (var index = 0; index < features.Count; index++)
            {
                draft.Features.Knows(at, Features, index, features[index]);
            }
        }
    }

    private static CreditLimitItem? Of(MappingReader at, Func<IReadOnlyList<int>> readFeatures)
    {
        var amount = at.OptionalDecimal(Limit, 0m, CompanySections.LargestAmount, LimitDecimals);
        var features = readFeatures();
        var (notice, okayNotice) = (UsageSections.Template(at, Notice), UsageSections.Template(at, OkayNotice));
        if (at.Has(Limit))
        {
            return amount is { } limit
                ? new CreditLimitItem(limit)
                {
                    Features = features,
                    Notice = notice,
                    OkayNotice = okayNotice,
                }
                : null;
        }

        foreach (var key in new[] { Features, Notice, OkayNotice }.Where(at.Has))
        {
            at.Problem(key, $"It is for a credit limit: give {Limit}, too.");
        }

        return null;
    }
}
