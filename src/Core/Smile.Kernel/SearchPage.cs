using Smile.Contracts;
using Smile.Contracts.Faults;

namespace Smile.Kernel;

/// <summary>Reads search conditions.</summary>
public static class SearchConditions
{
    /// <summary>The field and value to look for.</summary>
    /// <param name="condition">What the caller sent.</param>
    /// <param name="isCustomField">Searching covers the custom fields that are defined and no predefined ones (guide, line 3000).</param>
    public static (string Name, string Value) Parse(this SearchConditionType condition, Func<string, bool> isCustomField)
    {
        var equals =
            condition.EqualsValue ?? throw Refuse.Invalid("searchCondition", "", "Specify <Equals> with an <Attribute> and a <Value>.");
        return isCustomField(equals.Attribute)
            ? (equals.Attribute, equals.Value)
            : throw Refuse.NotFound(
                "attribute",
                equals.Attribute,
                "There is no such custom field. Use the code name of a custom field.",
                Missing.CustomField
            );
    }
}

/// <summary>A page of search results.</summary>
public readonly record struct SearchPage
{
    /// <summary>Most results of one call (guide, line 3151).</summary>
    public const int MaxLimit = 200;

    /// <exception cref="SmileException">The limit is not 1 to 200, or the offset is negative (guide, line 3300).</exception>
    public SearchPage(int limit, int offset)
    {
        Limit = limit is > 0 and <= MaxLimit ? limit : throw Refuse.Invalid("limit", limit, $"The limit is 1 to {MaxLimit}.");
        Offset = offset >= 0 ? offset : throw Refuse.Invalid("offset", offset, "The offset is zero or more.");
    }

    public int Limit { get; }

    public int Offset { get; }
}
