using System.Globalization;
using Smile.Soap.Xml;

namespace Smile.Kernel;

/// <summary>Field values as texts of files: in the forms that the wire has.</summary>
public static class FieldTexts
{
    /// <summary>The value of a field that is not compound, as it is kept.</summary>
    /// <param name="zone">On whose clocks timestamps without an offset are.</param>
    /// <returns>Null where the text is of another kind.</returns>
    public static FieldValue? Read(string name, FieldKind kind, string text, BillingTimeZone zone) =>
        text.Length > FieldValues.MaxValueLength
            ? null
            : kind switch
            {
                FieldKind.String or FieldKind.Reference => new FieldValue(name, kind, text.Length == 0 ? null : text),
                FieldKind.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                    ? new FieldValue(name, kind, whole.ToString(CultureInfo.InvariantCulture))
                    : null,
                FieldKind.Decimal => decimal.TryParse(
                    text,
                    NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                    ? new FieldValue(name, kind, number.ToString(CultureInfo.InvariantCulture))
                    : null,
                FieldKind.Boolean => text is "true" or "false" ? new FieldValue(name, kind, text) : null,
                FieldKind.Date => XmlDate.TryParse(text, out var date) ? new FieldValue(name, kind, date.ToString()) : null,
                FieldKind.Timestamp => XmlTimestamp.TryParse(text, out var timestamp)
                    ? new FieldValue(name, kind, FieldValues.Kept(timestamp, zone))
                    : null,
                _ => null,
            };
}
