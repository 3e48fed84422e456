using System.Globalization;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Kernel;

namespace Smile.Payments;

/// <summary>What details are given for.</summary>
internal enum DetailsUse
{
    /// <summary>To pay at once: a verification code belongs to them where the type asks for one.</summary>
    Pay,

    /// <summary>To be stored, or looked at: a verification code is not needed.</summary>
    Keep,
}

/// <summary>
/// Reads the details of a request and says what is wrong with them, never repeating a value. What the type's labels ask for must be there;
/// what they do not ask for is left alone.
/// </summary>
internal static class PaymentDetailsRules
{
    private const int LeastNumberLength = 4;
    private const int MostNumberLength = 34;
    private const int MostBranchLength = 12;
    private const int MostTokenLength = 200;
    private const int MostProperties = 20;
    private const int LongestPropertyName = 40;
    private const int LongestProperty = 200;
    private const int HintedStart = 4;
    private const int HintedEnd = 2;

    /// <summary>Numbers shorter than this are hinted at by their end alone.</summary>
    private const int LeastHintedLength = 10;

    /// <param name="today">In the payer's time zone.</param>
    /// <exception cref="DetailsProblemException">What is wrong.</exception>
    public static PaymentInstrument Read(PaymentDetailsType details, PaymentTypeItem type, DateOnly today, DetailsUse use)
    {
        var token = Given(details.Token?.Value);
        var number = Given(details.AccountNumber) is { } text ? Number(CardNumbers.Digits(text), type) : null;
        if (number is not null && token is not null)
        {
            throw new DetailsProblemException("Token", "Give either a number or a token.");
        }

        if (type.Labels.Number is not null && number is null && token is null)
        {
            throw new DetailsProblemException("AccountNumber", "The payment type asks for a number.");
        }

        return new PaymentInstrument
        {
            Kind = type.Kind,
            Number = number,
            Token = token is null ? null : Token(token),
            Expiry = Expiry(details.ExpiryDate, type, today),
            HolderName = Name(details.AccountName, type),
            BranchNumber = Branch(details.BranchNumber),
            Cvv = Cvv(details.CVV, type, use == DetailsUse.Pay && token is null),
        };
    }

    /// <summary>
    /// Custom fields of a payment: few, short and without card numbers, so that they can go to a gateway, a report and a log.
    /// </summary>
    /// <param name="zone">The payer's.</param>
    /// <exception cref="DetailsProblemException">What is wrong.</exception>
    public static FieldValues Properties(PropertiesType? document, BillingTimeZone zone)
    {
        var properties = FieldValues.From(document?.Object, zone);
        if (properties.Fields.Count > MostProperties)
        {
            throw new DetailsProblemException("Properties", $"A payment has at most {MostProperties} custom fields.");
        }

        foreach (var field in properties.Fields)
        {
            if (
                field.Members is not null
                || field.Name.Length > LongestPropertyName
                || field.Value?.Length > LongestProperty
                || field.Value?.Any(char.IsControl) == true
            )
            {
                throw new DetailsProblemException(
                    "Properties",
                    $"A custom field of a payment has a name of at most {LongestPropertyName} and a value of at most "
                        + $"{LongestProperty} characters in one line, and no fields in it."
                );
            }

            if (CardNumbers.Contains(field.Value ?? "") || CardNumbers.Contains(field.Name))
            {
                throw new DetailsProblemException("Properties", "A card number is given as AccountNumber, and nowhere else.");
            }
        }

        return properties;
    }

    /// <summary>The first four digits, two spaces and the last two (guide, line 14343); of a token what its hint has of them.</summary>
    public static string? Hint(PaymentInstrument instrument, string? tokenHint = null)
    {
        var digits = instrument.Number ?? string.Concat((tokenHint ?? "").Where(char.IsAsciiDigit));
        return digits.Length switch
        {
            _ when instrument.Number is null && digits.Length >= HintedStart + HintedEnd => Shortened(digits),
            >= LeastHintedLength => Shortened(digits),
            >= HintedEnd => "  " + digits[^HintedEnd..],
            _ => null,
        };
    }

    /// <summary>Month and year, the month without a leading zero (guide, lines 13280, 14345).</summary>
    public static string ShowExpiry(DateOnly expiry) => string.Create(CultureInfo.InvariantCulture, $"{expiry.Month}/{expiry.Year:D4}");

    public static bool IsExpired(DateOnly expiry, DateOnly today) => today >= expiry.AddMonths(1);

    private static string Shortened(string digits) => $"{digits[..HintedStart]}  {digits[^HintedEnd..]}";

    private static string? Given(string? text) => text?.Trim() is { Length: > 0 } given ? given : null;

    private static string Number(string number, PaymentTypeItem type) =>
        type.Kind switch
        {
            PaymentTypeKind.Card when !CardNumbers.IsCardNumber(number) => throw new DetailsProblemException(
                "AccountNumber",
                "The card number is not valid."
            ),
            _ when number.Length is < LeastNumberLength or > MostNumberLength || !number.All(char.IsAsciiLetterOrDigit) =>
                throw new DetailsProblemException("AccountNumber", "The account number is not valid."),
            PaymentTypeKind.BankAccount => BankAccountNumber(number),
            _ => number,
        };

    /// <summary>Banks get the number as it is: a card's would leave in clear, and a wrong IBAN come back weeks later.</summary>
    private static string BankAccountNumber(string number)
    {
        if (Iban.IsMeant(number))
        {
            return Iban.IsValid(number)
                ? number.ToUpperInvariant()
                : throw new DetailsProblemException(
                    "AccountNumber",
                    "The IBAN is not valid: it has 15 to 34 letters and digits, and its check digits belong to them."
                );
        }

        return !CardNumbers.IsOfAScheme(number)
            ? number
            : throw new DetailsProblemException(
                "AccountNumber",
                "This looks like a card number, and the payment type debits bank accounts: give the bank account's number,"
                    + " or use a payment type for cards."
            );
    }

    private static string Token(string token)
    {
        if (token.Length > MostTokenLength || token.Any(character => char.IsControl(character) || char.IsWhiteSpace(character)))
        {
            throw new DetailsProblemException("Token", "The token is not valid.");
        }

        return CardNumbers.Contains(token)
            ? throw new DetailsProblemException("Token", "A card number is no token: give it as AccountNumber.")
            : token;
    }

    private static DateOnly? Expiry(string? text, PaymentTypeItem type, DateOnly today)
    {
        if (type.Labels.ExpiryDate is null)
        {
            return null;
        }

        if (Given(text) is not { } given)
        {
            throw new DetailsProblemException("ExpiryDate", "The payment type asks for an expiry date.");
        }

        // A zone behind the month, which the schema allows, says nothing about a card.
        const string format = "yyyy-MM";
        if (
            given.Length < format.Length
            || !DateOnly.TryParseExact(given[..format.Length], format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var expiry)
        )
        {
            throw new DetailsProblemException("ExpiryDate", "An expiry date is a year and a month, such as 2020-12.");
        }

        return IsExpired(expiry, today) ? throw new DetailsProblemException("ExpiryDate", "The credit card has expired") : expiry;
    }

    private static string? Name(string? text, PaymentTypeItem type)
    {
        var name = Given(text);
        if (name is null)
        {
            return type.Labels.Name is null ? null : throw new DetailsProblemException("AccountName", "The payment type asks for a name.");
        }

        return name.Length > Payment.MaxNameLength || name.Any(char.IsControl) || CardNumbers.Contains(name)
            ? throw new DetailsProblemException("AccountName", "The name is not valid.")
            : name;
    }

    private static string? Branch(string? text) =>
        Given(text) is not { } branch ? null
        : branch.Length <= MostBranchLength && branch.All(character => char.IsAsciiLetterOrDigit(character) || character is ' ' or '-')
            ? branch
        : throw new DetailsProblemException("BranchNumber", "The branch number is not valid.");

    private static string? Cvv(string? text, PaymentTypeItem type, bool isNeeded) =>
        (type.Labels.Cvv, Given(text)) switch
        {
            (null, _) => null,
            (_, null) => isNeeded ? throw new DetailsProblemException("CVV", "The payment type asks for a verification code.") : null,
            (_, { Length: 3 or 4 } code) when code.All(char.IsAsciiDigit) => code,
            _ => throw new DetailsProblemException("CVV", "A verification code has 3 or 4 digits."),
        };
}

/// <summary>Something is wrong with payment details. The message is for the payer, and repeats nothing of them.</summary>
internal sealed class DetailsProblemException(string member, string message) : Exception(message)
{
    /// <summary>The member of the document that it is about.</summary>
    public string Member { get; } = member;

    /// <summary>The same as a refusal.</summary>
    public SmileException AsRefusal() => new(Fault.InvalidRequestException, $"{Fault.InvalidRequestException} [{Member}]. {Message}");
}
