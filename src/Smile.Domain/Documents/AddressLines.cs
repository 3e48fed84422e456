using Smile.Domain.Accounts;

namespace Smile.Domain.Documents;

/// <summary>A customer's name and postal address, from the fields that every account has (guide, line 872).</summary>
internal static class AddressLines
{
    public static IReadOnlyList<string> Of(Account account)
    {
        var fields = account.Properties;
        IEnumerable<string> names =
        [
            Joined(" ", fields["contactTitle"], fields["contactGiven"], fields["contactFamily"]),
            fields["tradingName"] ?? fields["companyName"] ?? fields["name"] ?? "",
        ];
        var bill = Address(account, "bill", "billPostCode");
        string[] lines = [.. names.Where(line => line.Length > 0).Distinct(), .. bill.Count > 0 ? bill : Address(account, "street", "streetPostcode")];
        return lines.Length > 0 ? lines : [account.Username];
    }

    private static List<string> Address(Account account, string prefix, string postCode)
    {
        var fields = account.Properties;
        var unit = Joined(" ", fields[prefix + "SubUnit"], fields[prefix + "FloorNumber"] is { Length: > 0 } floor ? $"Level {floor}" : null, fields[prefix + "BuildingName"]);
        var street = Joined(" ", fields[prefix + "Number"] ?? fields[prefix + "LotNumber"], fields[prefix + "Name"], fields[prefix + "Type"], fields[prefix + "TypeSuffix"]);
        string[] lines =
        [
            fields[prefix + "PostalDeliveryType"] ?? "",
            fields[prefix + "Address"] ?? Joined(", ", unit, street),
            Joined(" ", fields[prefix + "Suburb"], fields[prefix + "State"], fields[postCode]),
            fields[prefix + "Country"] ?? "",
        ];
        return [.. lines.Where(line => line.Length > 0)];
    }

    private static string Joined(string separator, params IEnumerable<string?> parts) => string.Join(separator, parts.Where(part => !string.IsNullOrWhiteSpace(part)));
}
