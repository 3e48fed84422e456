using Smile.Kernel;

namespace Smile.Catalogue.Fields;

/// <summary>
/// The field names that every account and subscription has without being configured (guide, "Existing field names", line 872).
/// </summary>
public static class PredefinedFields
{
    public const string Username = "username";

    /// <summary>
    /// The String field of an order form that names who gets the invoices of the account that is ordered; it needs no definition.
    /// </summary>
    public const string InvoiceeUsn = "invoiceeUsn";
    public const string EmailAddress = "emailAddress";

    private static readonly (FieldKind Kind, string[] Names)[] ByKind =
    [
        (
            FieldKind.String,
            [
                "abn",
                "billAddress",
                "billBuildingName",
                "billCountry",
                "billFloorNumber",
                "billLotNumber",
                "billName",
                "billNumber",
                "billPostCode",
                "billPostalDeliveryType",
                "billState",
                "billSubUnit",
                "billSuburb",
                "billType",
                "billTypeSuffix",
                "comments",
                "companyPosition",
                "contactFamily",
                "contactGiven",
                "contactTitle",
                EmailAddress,
                "fax",
                "homePhone",
                "jabberAddress",
                "mobilePhone",
                "name",
                "secretAnswer",
                "secretQuestion",
                "sex",
                "streetAddress",
                "streetBuildingName",
                "streetCountry",
                "streetFloorNumber",
                "streetLotNumber",
                "streetName",
                "streetNumber",
                "streetPostalDeliveryType",
                "streetPostcode",
                "streetState",
                "streetSubUnit",
                "streetSuburb",
                "streetType",
                "streetTypeSuffix",
                "tradingName",
                "workPhone",
                Username,
                "framedIpAddress",
                "framedIpNetmask",
            ]
        ),
        (FieldKind.Integer, ["preferredHomeContactTime", "preferredMobileContactTime", "preferredWorkContactTime"]),
        (FieldKind.Boolean, ["billPrintName", "streetPrintName"]),
        (FieldKind.Timestamp, ["dob"]),
    ];

    private static readonly Dictionary<string, FieldKind> Kinds = ByKind
        .SelectMany(group => group.Names.Select(name => (name, group.Kind)))
        .ToDictionary(pair => pair.name, pair => pair.Kind);

    /// <summary>
    /// With all predefined fields, those without a value empty: portals make their forms of what get() answers (guide, lines 640, 7648).
    /// </summary>
    public static FieldValues Complete(FieldValues fields)
    {
        var present = fields.Fields.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        return new FieldValues([
            .. fields.Fields,
            .. ByKind.SelectMany(group =>
                group.Names.Where(name => !present.Contains(name)).Select(name => new FieldValue(name, group.Kind))
            ),
        ]);
    }

    public static bool IsPredefined(string name) => Kinds.ContainsKey(name);

    public static FieldKind? KindOf(string name) => Kinds.TryGetValue(name, out var kind) ? kind : null;
}
