using Smile.Contracts;
using Smile.Payments;
using Smile.Soap.Xml;

namespace Smile.Api.Soap;

internal sealed class PaymentEndpoint(UseCases use) : IPaymentEndpoint
{
    public async Task<PaymentTypesType?> GetPaymentTypes(string? currency, CancellationToken cancellation) =>
        await use.Of<PaymentTypes>().ListAsync(currency, cancellation);

    public async Task<SurchargeCalculationType?> ComputeSurcharge(
        string usn,
        string paymentTypeCode,
        CurrencyValueType amount,
        XmlDate? timestamp,
        CancellationToken cancellation
    ) => await use.Of<PaymentTypes>().ComputeSurchargeAsync(usn, paymentTypeCode, amount, timestamp?.Date, cancellation);

    public async Task<PaymentType?> GetPayment(string paymentNumber, CancellationToken cancellation) =>
        await use.Of<PaymentQueries>().GetAsync(paymentNumber, cancellation);

    public async Task<PaymentListType?> GetPendingPayments(string accountUsn, CancellationToken cancellation) =>
        await use.Of<PaymentQueries>().PendingAsync(accountUsn, cancellation);

    public async Task<AutoPaymentOptionType?> GetAutoPaymentOption(string usn, CancellationToken cancellation) =>
        await use.Of<AutomaticPayments>().GetOptionAsync(usn, cancellation);

    public async Task<PaymentResponseType?> ProcessPayment(
        string usn,
        PaymentRequestType paymentRequest,
        AllocationRequestType? allocationRequest,
        CancellationToken cancellation
    ) => await use.Of<ProcessPayment>().ProcessAsync(usn, paymentRequest, allocationRequest, cancellation);

    public async Task<PaymentDetailsValidationResponseType?> ValidatePayment(
        PaymentDetailsValidationRequestType paymentDetailsValidationRequest,
        CancellationToken cancellation
    ) => await use.Of<ValidatePayment>().ValidateAsync(paymentDetailsValidationRequest, cancellation);

    public async Task<PaymentType?> RecordFailedPayment(
        string usn,
        PaymentRequestType paymentRequest,
        string message,
        CancellationToken cancellation
    ) => await use.Of<PaymentChanges>().RecordFailedAsync(usn, paymentRequest, message, cancellation);

    public async Task<PaymentType?> ReschedulePaymentWithNewDetails(
        string paymentNumber,
        PaymentDetailsRequestType paymentDetailsRequest,
        XmlDate? timestamp,
        CancellationToken cancellation
    ) => await use.Of<PaymentChanges>().RescheduleAsync(paymentNumber, paymentDetailsRequest, timestamp?.Date, cancellation);

    public async Task<PaymentType?> CancelScheduledPayment(string paymentNumber, CancellationToken cancellation) =>
        await use.Of<PaymentChanges>().CancelAsync(paymentNumber, cancellation);

    public async Task<StoredPaymentDetailsType?> GetStoredPaymentDetails(
        string usn,
        string storedPaymentDetailsId,
        CancellationToken cancellation
    ) => await use.Of<StoredDetails>().GetAsync(usn, storedPaymentDetailsId, cancellation);

    public async Task<StoredPaymentDetailsListType?> GetStoredPaymentDetailsList(string usn, CancellationToken cancellation) =>
        await use.Of<StoredDetails>().ListAsync(usn, cancellation);

    public async Task<StoredPaymentDetailsType?> AddStoredPaymentDetails(
        string usn,
        PaymentDetailsType paymentDetails,
        CancellationToken cancellation
    ) => await use.Of<StoredDetails>().AddAsync(usn, paymentDetails, cancellation);

    public async Task<StoredPaymentDetailsType?> UpdateStoredPaymentDetails(
        string usn,
        string storedPaymentDetailsId,
        PaymentDetailsType paymentDetails,
        CancellationToken cancellation
    ) => await use.Of<StoredDetails>().UpdateAsync(usn, storedPaymentDetailsId, paymentDetails, cancellation);

    public Task DeleteStoredPaymentDetails(string usn, string storedPaymentDetailsId, CancellationToken cancellation) =>
        use.Of<StoredDetails>().DeleteAsync(usn, storedPaymentDetailsId, cancellation);
}
