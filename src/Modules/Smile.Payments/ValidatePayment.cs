using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Payments;

/// <summary>
/// validatePayment() (guide, line 13740). Details that are wrong are an answer; only details that nobody could look at are a fault.
/// </summary>
[UseCase]
public sealed class ValidatePayment(StageSession session, IPaymentGateways gateways)
{
    private const Fault Fault = Fault.PaymentDetailsValidationException;

    public async Task<PaymentDetailsValidationResponseType> ValidateAsync(
        PaymentDetailsValidationRequestType request,
        CancellationToken cancellation
    )
    {
        var company = session.Catalogue.Company(await session.CallersCompanyAsync(cancellation));
        var type = PaymentTypeRules.Find(session, "PaymentType", request.PaymentDetails.PaymentType, company.Id);
        var gateway = PaymentTypeRules.RequireGateway(gateways, type, GatewayCapabilities.Validate, Fault);
        try
        {
            var instrument = PaymentDetailsRules.Read(
                request.PaymentDetails,
                type,
                session.Catalogue.Zone(company.TimeZone).DateOf(session.Now),
                DetailsUse.Keep
            );
            return await GatewayCalls.AskAsync(() => gateway.ValidateAsync(instrument, cancellation)) switch
            {
                GatewayOutcome.Approved => new PaymentDetailsValidationResponseType { Valid = true },
                GatewayOutcome.Declined declined => Invalid(CardNumbers.Mask(declined.Reason)),
                _ => throw new SmileException(
                    Fault,
                    $"{Fault} [PaymentType={type.Code}]. The payment gateway gave no answer. Try again later."
                ),
            };
        }
        catch (DetailsProblemException problem)
        {
            return Invalid(problem.Message);
        }
    }

    private static PaymentDetailsValidationResponseType Invalid(string message) => new() { Valid = false, ValidationMessage = message };
}
