using Smile.Contracts;
using Smile.Payments;
using Smile.Soap.Xml;

namespace Smile.Server.Endpoints;

internal sealed class PaymentEndpoint(
    PaymentTypes types,
    PaymentQueries queries,
    ProcessPayment processing,
    ValidatePayment validation,
    PaymentChanges changes,
    StoredDetails stored,
    AutomaticPayments automatic
) : IPaymentEndpoint
{
    public async Task<PaymentTypesType?> GetPaymentTypes(string? currency, CancellationToken cancellation) =>
        await types.ListAsync(currency, cancellation);

    public async Task<SurchargeCalculationType?> ComputeSurcharge(
        string usn,
        string paymentTypeCode,
        CurrencyValueType amount,
        XmlDate? timestamp,
        CancellationToken cancellation
    ) => await types.ComputeSurchargeAsync(usn, paymentTypeCode, amount, timestamp?.Date, cancellation);

    public async Task<PaymentType?> GetPayment(string paymentNumber, CancellationToken cancellation) =>
        await queries.GetAsync(paymentNumber, cancellation);

    public async Task<PaymentListType?> GetPendingPayments(string accountUsn, CancellationToken cancellation) =>
        await queries.PendingAsync(accountUsn, cancellation);

    public async Task<AutoPaymentOptionType?> GetAutoPaymentOption(string usn, CancellationToken cancellation) =>
        await automatic.GetOptionAsync(usn, cancellation);

    public async Task<PaymentResponseType?> ProcessPayment(
        string usn,
        PaymentRequestType paymentRequest,
        AllocationRequestType? allocationRequest,
        CancellationToken cancellation
    ) => await processing.ProcessAsync(usn, paymentRequest, allocationRequest, cancellation);

    public async Task<PaymentDetailsValidationResponseType?> ValidatePayment(
        PaymentDetailsValidationRequestType paymentDetailsValidationRequest,
        CancellationToken cancellation
    ) => await validation.ValidateAsync(paymentDetailsValidationRequest, cancellation);

    public async Task<PaymentType?> RecordFailedPayment(
        string usn,
        PaymentRequestType paymentRequest,
        string message,
        CancellationToken cancellation
    ) => await changes.RecordFailedAsync(usn, paymentRequest, message, cancellation);

    public async Task<PaymentType?> ReschedulePaymentWithNewDetails(
        string paymentNumber,
        PaymentDetailsRequestType paymentDetailsRequest,
        XmlDate? timestamp,
        CancellationToken cancellation
    ) => await changes.RescheduleAsync(paymentNumber, paymentDetailsRequest, timestamp?.Date, cancellation);

    public async Task<PaymentType?> CancelScheduledPayment(string paymentNumber, CancellationToken cancellation) =>
        await changes.CancelAsync(paymentNumber, cancellation);

    public async Task<StoredPaymentDetailsType?> GetStoredPaymentDetails(
        string usn,
        string storedPaymentDetailsId,
        CancellationToken cancellation
    ) => await stored.GetAsync(usn, storedPaymentDetailsId, cancellation);

    public async Task<StoredPaymentDetailsListType?> GetStoredPaymentDetailsList(string usn, CancellationToken cancellation) =>
        await stored.ListAsync(usn, cancellation);

    public async Task<StoredPaymentDetailsType?> AddStoredPaymentDetails(
        string usn,
        PaymentDetailsType paymentDetails,
        CancellationToken cancellation
    ) => await stored.AddAsync(usn, paymentDetails, cancellation);

    public async Task<StoredPaymentDetailsType?> UpdateStoredPaymentDetails(
        string usn,
        string storedPaymentDetailsId,
        PaymentDetailsType paymentDetails,
        CancellationToken cancellation
    ) => await stored.UpdateAsync(usn, storedPaymentDetailsId, paymentDetails, cancellation);

    public Task DeleteStoredPaymentDetails(string usn, string storedPaymentDetailsId, CancellationToken cancellation) =>
        stored.DeleteAsync(usn, storedPaymentDetailsId, cancellation);
}
