using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Payments;

/// <summary>Which payment types a caller may use for whom.</summary>
internal static class PaymentTypeRules
{
    public static bool IsOf(PaymentTypeItem type, Company company) => (type.Company ?? company.Id) == company.Id;

    /// <summary>Money that comes in by hand is recorded by the company's systems: who pays cannot vouch for it.</summary>
    public static bool IsForCaller(StageSession session, PaymentTypeItem type) =>
        (session.Caller.AllAccounts && session.Caller.MayChooseAmounts) || type.Kind != PaymentTypeKind.Manual;

    /// <summary>A payment type by its code, or by its name as the guide's examples give it (lines 13763, 13855).</summary>
    /// <param name="what">How the request calls the code.</param>
    public static PaymentTypeItem Find(StageSession session, string what, string code, int companyId)
    {
        var company = session.Catalogue.Company(companyId);
        var type =
            session.Catalogue.PaymentType(code)
            ?? session.Catalogue.Content.PaymentTypes.FirstOrDefault(candidate => candidate.Name == code);
        return type is not null && IsOf(type, company) && IsForCaller(session, type)
            ? type
            : throw Refuse.NotFound(
                what,
                code,
                "There is no such payment type. Use getPaymentTypes() to discover available payment types.",
                Missing.PaymentType
            );
    }

    /// <summary>Refuses a type that takes another currency than the account's.</summary>
    public static void RequireCurrency(StageSession session, string what, PaymentTypeItem type, Account account)
    {
        var taken = type.Currency ?? session.Catalogue.Company(account.CompanyId).Currency;
        if (taken != account.Currency)
        {
            throw Refuse.Invalid(what, type.Code, $"The payment type takes {taken}, and the account is kept in {account.Currency}.");
        }
    }

    /// <summary>The gateway of a type.</summary>
    /// <exception cref="SmileException">It has none here.</exception>
    public static IPaymentGateway RequireGateway(
        IPaymentGateways gateways,
        PaymentTypeItem type,
        GatewayCapabilities capability,
        Fault fault = Fault.InvalidRequestException
    ) =>
        FindGateway(gateways, type, capability)
        ?? throw Refuse.With(
            fault,
            "PaymentType",
            type.Code,
            WhyNone(gateways, type, capability, "No gateway that could do this is configured for the payment type. Use another one.")
        );

    /// <summary>Why nothing can be asked of a type's gateway.</summary>
    /// <param name="otherwise">Where the stage is not quiet: what the type lacks.</param>
    public static string WhyNone(IPaymentGateways gateways, PaymentTypeItem? type, GatewayCapabilities capability, string otherwise) =>
        type?.Gateway is { } name && gateways.IsQuiet(name, capability)
            ? "The stage is quiet: it moves no money until an operator opens it with smile stage open."
            : otherwise;

    public static IPaymentGateway? FindGateway(IPaymentGateways gateways, PaymentTypeItem type, GatewayCapabilities capability) =>
        type.Gateway is { } name && gateways.Find(name) is { } gateway && gateway.Capabilities.HasFlag(capability) ? gateway : null;
}
