using Smile.Catalogue.Wording;

namespace Smile.Customers.Accounts;

/// <summary>A customer's name and postal address, from the fields that every account has (guide, line 872).</summary>
public static class AddressLines
{
    /// <param name="homeCountries">How the issuer's own country may be called: letters within it do not name it.</param>
    public static IReadOnlyList<string> Of(Account account, Language language, IReadOnlyList<string> homeCountries)
    {
        var fields = account.Properties;
        IEnumerable<string> names =
        [
            Joined(" ", fields["contactTitle"], fields["contactGiven"], fields["contactFamily"]),
            fields["tradingName"] ?? fields["companyName"] ?? fields["name"] ?? "",
        ];
        var bill = Address(account, language, homeCountries, "bill", "billPostCode");
        string[] lines =
        [
            .. names.Where(line => line.Length > 0).Distinct(),
            .. bill.Count > 0 ? bill : Address(account, language, homeCountries, "street", "streetPostcode"),
        ];
        return lines.Length > 0 ? lines : [account.Username];
    }

    /// <summary>What a letter calls the customer.</summary>
    public static string NameOf(Account account)
    {
        var fields = account.Properties;
        return Joined(" ", fields["contactGiven"], fields["contactFamily"]) is { Length: > 0 } person
            ? person
            : fields["name"] ?? fields["companyName"] ?? account.Username;
    }

    private static List<string> Address(
        Account account,
        Language language,
        IReadOnlyList<string> homeCountries,
        string prefix,
        string postCode
    )
    {
        var fields = account.Properties;
        var unit = Joined(
            " ",
            fields[prefix + "SubUnit"],
            fields[prefix + "FloorNumber"] is { Length: > 0 } floor ? language.Fill(Word.Floor, floor) : null,
            fields[prefix + "BuildingName"]
        );

        // An address in one line may have the number in it, or beside it in its own field.
        var number = fields[prefix + "Number"] ?? fields[prefix + "LotNumber"];
        var line = fields[prefix + "Address"];
        var isWhole = line is not null && (number is null || fields[prefix + "Name"] is not null || line.Split(' ', ',').Contains(number));
        var street = isWhole
            ? line!
            : Ordered(
                language[Word.FormatStreet],
                part =>
                    part switch
                    {
                        "number" => number,
                        "name" => line ?? fields[prefix + "Name"],
                        "type" => fields[prefix + "Type"],
                        "suffix" => fields[prefix + "TypeSuffix"],
                        _ => null,
                    }
            );
        var town = Ordered(
            language[Word.FormatTown],
            part =>
                part switch
                {
                    "suburb" => fields[prefix + "Suburb"],
                    "state" => fields[prefix + "State"],
                    "postcode" => fields[postCode],
                    _ => null,
                }
        );
        string[] lines =
        [
            fields[prefix + "PostalDeliveryType"] ?? "",
            line is null ? Joined(", ", unit, street) : street,
            town,
            fields[prefix + "Country"] is { } country && !homeCountries.Contains(country, StringComparer.OrdinalIgnoreCase) ? country : "",
        ];
        return [.. lines.Where(line => line.Length > 0)];
    }

    /// <summary>The parts that a format names, in its order.</summary>
    private static string Ordered(string format, Func<string, string?> part) => Joined(" ", format.Split(' ').Select(part));

    private static string Joined(string separator, params IEnumerable<string?> parts) =>
        string.Join(separator, parts.Where(part => !string.IsNullOrWhiteSpace(part)));
}
