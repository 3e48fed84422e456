using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Payments;

/// <summary>
/// processPayment() (guide, line 13503). The payment and its attempt are committed first; then the gateway is called, outside any
/// transaction; then what it said is recorded. Whatever stops the server in between, the date at which the gateway is asked again is kept
/// with the attempt, so that nothing is charged twice and nothing that was charged is lost.
/// </summary>
[UseCase]
public sealed class ProcessPayment(
    StageSession session,
    IPaymentGateways gateways,
    StoredDetails stored,
    PaymentAllocations allocations,
    PaymentPosting posting,
    PaymentSchedule schedule,
    Ledger ledger,
    ISeparateSessions sessions,
    PaymentResponses responses
)
{
    public async Task<PaymentResponseType> ProcessAsync(
        string usn,
        PaymentRequestType request,
        AllocationRequestType? allocation,
        CancellationToken cancellation
    )
    {
        var account = await session.BeginOnAccountAsync(usn, cancellation);
        return await PaidBeforeAsync(account, request, cancellation) is { } number
            ? await responses.ReadAsync(number, cancellation)
            : await PayAsync(account, request, allocation, null, cancellation);
    }

    /// <summary>
    /// The payment that a request made when it was sent before: the answer may have been lost on its way. Null for a new one.
    /// </summary>
    /// <exception cref="SmileException">The reference was used for another amount.</exception>
    private async Task<string?> PaidBeforeAsync(Account account, PaymentRequestType request, CancellationToken cancellation)
    {
        if (Reference(request) is not { } reference)
        {
            return null;
        }

        var made = await session
            .Database.Payments.AsNoTracking()
            .FirstOrDefaultAsync(payment => payment.AccountUsn == account.Usn && payment.ClientReference == reference, cancellation);
        var wanted = request.PaymentDetails?.PaymentAmount ?? request.StoredDetailsRequest?.PaymentAmount;

        // The amount may have come with the surcharge in it, or without.
        return made is null || wanted is null || wanted == made.Amount || wanted == made.Amount - made.SurchargeAmount
            ? made?.Number
            : throw Refuse.Invalid(
                "ClientReference",
                reference,
                $"The reference was used for payment {made.Number} of "
                    + $"{new Money(made.Amount, session.Catalogue.Currency(made.Currency)).Formatted()}. Use another for another payment."
            );
    }

    /// <summary>The caller's reference of a payment; null for none.</summary>
    private static string? Reference(PaymentRequestType request) =>
        request.ClientReference?.Trim() switch
        {
            null => null,
            "" => throw Refuse.Invalid("ClientReference", "", "A reference has 1 to 100 characters. Leave the element out for none."),
            { Length: > 100 } tooLong => throw Refuse.Invalid("ClientReference", tooLong, "A reference has 1 to 100 characters."),
            var reference when CardNumbers.Contains(reference) => throw Refuse.Invalid(
                "ClientReference",
                reference,
                "A card number is no reference."
            ),
            var reference => reference,
        };

    /// <summary>
    /// Pays in advance for what is done once the money is there; the payment stays unallocated, and is committed whatever becomes of it.
    /// </summary>
    /// <param name="account">Locked.</param>
    public Task<PaymentResponseType> PayAheadAsync(
        Account account,
        PaymentRequestType request,
        ExactPayment due,
        CancellationToken cancellation
    ) => PayAsync(account, request, null, due, cancellation);

    /// <summary>
    /// The same of a request that was read elsewhere. One that was made before, by its reference, is not made again: what it has left is
    /// what counts.
    /// </summary>
    /// <param name="account">Locked; no longer behind this.</param>
    public async Task<PaidAhead> PayAheadAsync(Account account, RequestedPayment request, ExactPayment due, CancellationToken cancellation)
    {
        if (await PaidBeforeAsync(account, request.Document, cancellation) is { } number)
        {
            var made = await session.Database.Payments.AsNoTracking().FirstAsync(payment => payment.Number == number, cancellation);

            // As after a new payment, nothing is locked: what is done with the money is done in a session of its own.
            await session.Database.AbandonAsync(cancellation);
            return new PaidAhead(number, made.Status);
        }

        var response = await PayAsync(account, request.Document, null, due, cancellation);
        return new PaidAhead(
            response.Payment.PaymentNumber,
            response.Payment.Status switch
            {
                PaymentStatusType.Accepted => PaymentStatus.Accepted,
                PaymentStatusType.Declined => PaymentStatus.Declined,
                PaymentStatusType.Attention => PaymentStatus.Attention,
                PaymentStatusType.Cancelled => PaymentStatus.Cancelled,
                _ => PaymentStatus.Waiting,
            }
        );
    }

    /// <summary>Pays an invoice that the session has just raised, in one transaction with it.</summary>
    /// <param name="account">Locked, or new in the session.</param>
    /// <param name="quotedBy">The operation that tells what is to be paid.</param>
    public Task<PaymentResponseType> PayInvoiceAsync(
        Account account,
        PaymentRequestType request,
        FinancialTransaction invoice,
        string quotedBy,
        CancellationToken cancellation
    ) =>
        PayAsync(
            account,
            request,
            new AllocationRequestType
            {
                AllocateTo =
                [
                    new AllocateToType
                    {
                        TransactionNumber = invoice.Number,
                        AllocateAmount = new Money(invoice.UnallocatedAmount, session.CurrencyOf(account)).ToDocument(),
                    },
                ],
            },
            new ExactPayment(invoice.UnallocatedAmount, quotedBy),
            cancellation
        );

    /// <param name="exactly">Null for any amount.</param>
    private async Task<PaymentResponseType> PayAsync(
        Account account,
        PaymentRequestType request,
        AllocationRequestType? allocation,
        ExactPayment? exactly,
        CancellationToken cancellation
    )
    {
        var order = await RequireAsync(account, request, allocation, exactly, cancellation);
        await ledger.RequireOpenPeriodAsync(account, session.DayOf(account), "PaymentRequest", Fault.InvalidRequestException, cancellation);
        var payment = order.New.Create(session, account, await session.NextTransactionNumberAsync(cancellation), session.Now);
        payment.RequestedAllocations.AddRange(
            order.Allocation.Debits.Select(
                (debit, index) =>
                    new RequestedAllocation
                    {
                        PaymentNumber = payment.Number,
                        Position = index,
                        TransactionNumber = debit.Number,
                        Amount = debit.Amount,
                    }
            )
        );
        payment.ClientReference = Reference(request);
        if (exactly is not null && await PaidBeforeAsync(account, request, cancellation) is { } number)
        {
            throw Refuse.Invalid("ClientReference", payment.ClientReference, $"The reference was used for payment {number}.");
        }

        session.Database.Payments.Add(payment);
        if (order.Gateway is { } gateway)
        {
            return await ChargeAsync(account, payment, gateway, order.Instrument, cancellation)
                ?? await sessions.RunAsync<PaymentResponses, PaymentResponseType>(responses =>
                    responses.ReadAsync(payment.Number, CancellationToken.None)
                );
        }

        await schedule.EndAsync(payment, PaymentStatus.Accepted, cancellation);
        await posting.AcceptAsync(account, payment, cancellation);
        await session.CommitAsync(cancellation);
        return PaymentResponses.OfSession(session, account, payment);
    }

    /// <summary>From the commit on, the caller's going away changes nothing any more: money moves.</summary>
    /// <returns>What became of it; null where that is not recorded yet, or was by another.</returns>
    private async Task<PaymentResponseType?> ChargeAsync(
        Account account,
        Payment payment,
        IPaymentGateway gateway,
        PaymentInstrument instrument,
        CancellationToken cancellation
    )
    {
        var attempt = await schedule.BeginAttemptAsync(account, payment, cancellation, isNew: true);
        var charge = new ChargeRequest(
            attempt.Reference,
            new Money(payment.Amount, session.Catalogue.Currency(payment.Currency)),
            account.Usn.Value,
            instrument
        );
        await session.CommitAsync(cancellation);
        var outcome = await GatewayCalls.AskAsync(() => gateway.ChargeAsync(charge, CancellationToken.None));

        // Where recording fails the caller must not believe that nothing happened, and pay again: the payment waits, and the gateway is
        // asked.
        return await sessions.TryAsync<SettlePayment, PaymentResponseType>(settle =>
            settle.SettleAsync(account.Usn, payment.Number, attempt.Reference, outcome, CancellationToken.None)
        );
    }

    /// <summary>All that may be wrong with a request, before anything is recorded or asked.</summary>
    private async Task<PaymentOrder> RequireAsync(
        Account account,
        PaymentRequestType request,
        AllocationRequestType? allocation,
        ExactPayment? exactly,
        CancellationToken cancellation
    )
    {
        var order = (request.PaymentDetails, request.StoredDetailsRequest) switch
        {
            ({ } details, null) => WithDetails(account, details, exactly),
            (null, { } details) => await WithStoredAsync(account, details, exactly, cancellation),
            _ => throw new SmileException(
                Fault.InvalidRequestException,
                $"{Fault.InvalidRequestException} [PaymentRequest]. Pay either with PaymentDetails or with StoredDetailsRequest."
            ),
        };
        if (exactly is { } due && order.New.Surcharge.Original.Amount != due.Amount)
        {
            throw Refuse.Invalid(
                "PaymentAmount",
                order.New.Surcharge.Original.Amount,
                $"{due.What} comes to {new Money(due.Amount, session.CurrencyOf(account)).Formatted()}. Use "
                    + $"{due.QuotedBy}() to see it."
            );
        }

        var type = order.New.Type;
        if (exactly is { PaymentTypes: { } allowed } && !allowed.Contains(type.Code))
        {
            throw Refuse.Invalid(
                "PaymentType",
                type.Code,
                $"{exactly.What} cannot be paid with it, but with: {string.Join(", ", allowed)}."
            );
        }

        var plan = await PlanAsync(account, request.PaymentPlan, cancellation);
        var wish = await allocations.RequireAsync(account, allocation, type, order.New.Surcharge.Original, cancellation);
        return order with
        {
            Allocation = wish,
            New = order.New with { AutoAllocate = wish.IsAutomatic, PaymentPlanNumber = plan },
            Gateway =
                type.Kind == PaymentTypeKind.Manual
                    ? null
                    : PaymentTypeRules.RequireGateway(gateways, type, GatewayCapabilities.Charge | GatewayCapabilities.Inquire),
        };
    }

    private PaymentOrder WithDetails(Account account, PaymentDetailsType details, ExactPayment? exactly)
    {
        var type = PaymentTypeRules.Find(session, "PaymentType", details.PaymentType, account.CompanyId);
        PaymentTypeRules.RequireCurrency(session, "PaymentType", type, account);
        var surcharge = PaymentAmounts.Require(
            session,
            details.PaymentAmount,
            details.IncludesSurchargeAmount ?? Included(exactly, details.PaymentAmount, type, account),
            type,
            account
        );
        try
        {
            var zone = session.ZoneOf(account);
            var instrument = PaymentDetailsRules.Read(details, type, zone.DateOf(session.Now), DetailsUse.Pay) with
            {
                Properties = PaymentDetailsRules.Properties(details.Properties, zone),
            };
            return new PaymentOrder(
                new NewPayment(
                    type,
                    surcharge,
                    PaymentOrigin.Request,
                    null,
                    instrument.HolderName,
                    PaymentDetailsRules.Hint(instrument, details.Token?.Hint),
                    instrument.Expiry
                )
                {
                    Properties = instrument.Properties,
                },
                instrument
            );
        }
        catch (DetailsProblemException problem)
        {
            throw problem.AsRefusal();
        }
    }

    private async Task<PaymentOrder> WithStoredAsync(
        Account account,
        StoredDetailsRequestType request,
        ExactPayment? exactly,
        CancellationToken cancellation
    )
    {
        var details = await stored.RequestedAsync(
            account,
            request.DefaultStoredPaymentDetails is not null,
            request.StoredPaymentDetailsId,
            cancellation
        );
        var type = PaymentTypeRules.Find(session, "PaymentType", details.PaymentTypeCode, account.CompanyId);
        PaymentTypeRules.RequireCurrency(session, "PaymentType", type, account);
        var surcharge = PaymentAmounts.Require(
            session,
            request.PaymentAmount,
            request.IncludesSurchargeAmount ?? Included(exactly, request.PaymentAmount, type, account),
            type,
            account
        );
        if (details.Expiry is { } expiry && PaymentDetailsRules.IsExpired(expiry, session.DayOf(account)))
        {
            throw new SmileException(
                Fault.InvalidRequestException,
                $"{Fault.InvalidRequestException} [StoredDetailsRequest]. The stored card has expired. Use updateStoredPaymentDetails()."
            );
        }

        return new PaymentOrder(
            new NewPayment(type, surcharge, PaymentOrigin.Request, details.Id, details.AccountName, details.NumberHint, details.Expiry)
            {
                Properties = details.Properties,
            },
            await stored.OpenAsync(details, type, "processPayment", cancellation)
        );
    }

    /// <summary>Of an amount that was quoted with its surcharge, the surcharge; null where it is another.</summary>
    private decimal? Included(ExactPayment? exactly, decimal? amount, PaymentTypeItem type, Account account)
    {
        if (exactly is not { QuotesSurcharge: true } due)
        {
            return null;
        }

        var surcharge = PaymentAmounts.On(session, new Money(due.Amount, session.CurrencyOf(account)), type, account);
        return amount == surcharge.TotalAmount.Amount ? surcharge.Total.Amount : null;
    }

    /// <summary>An active payment plan of the account (guide, line 13590).</summary>
    private async Task<string?> PlanAsync(Account account, string? number, CancellationToken cancellation)
    {
        if (number is null)
        {
            return null;
        }

        var plan = await session
            .Database.PaymentPlans.AsNoTracking()
            .FirstOrDefaultAsync(candidate => candidate.Number == number, cancellation);
        return plan switch
        {
            null => throw Refuse.NotFound("PaymentPlan", number, "There is no such payment plan.", Missing.PaymentPlan),
            _ when plan.AccountUsn != account.Usn => session.Caller.MayReach(plan.AccountUsn)
                ? throw Refuse.Invalid("PaymentPlan", number, "The payment plan does not belong to this account.")
                : throw Refuse.NotFound("PaymentPlan", number, "There is no such payment plan.", Missing.PaymentPlan),
            { State: not PaymentPlanState.Active } => throw Refuse.Invalid("PaymentPlan", number, "The payment plan was cancelled."),
            _ => number,
        };
    }

    /// <summary>A request that may be carried out.</summary>
    /// <param name="Instrument">What is paid with.</param>
    private sealed record PaymentOrder(NewPayment New, PaymentInstrument Instrument)
    {
        public AllocationRequest Allocation { get; init; } = AllocationRequest.None;

        /// <summary>Null where the money was received by hand.</summary>
        public IPaymentGateway? Gateway { get; init; }
    }
}

/// <summary>What must be paid to the cent.</summary>
/// <param name="Amount">In the account's currency, surcharges aside.</param>
/// <param name="QuotedBy">The operation that tells it.</param>
public sealed record ExactPayment(decimal Amount, string QuotedBy)
{
    /// <summary>What is paid, as refusals name it.</summary>
    public string What { get; init; } = "The invoice";

    /// <summary>Codes of the payment types that it can be paid with; null for all.</summary>
    public IReadOnlyList<string>? PaymentTypes { get; init; }

    /// <summary>Whether what was quoted has the surcharge in it, so that the request need not say how much that is.</summary>
    public bool QuotesSurcharge { get; init; }
}

/// <summary>A request to pay, as it came.</summary>
public sealed class RequestedPayment
{
    private RequestedPayment(PaymentRequestType document) => Document = document;

    internal PaymentRequestType Document { get; }

    public static RequestedPayment Of(PaymentRequestType document) => new(document);
}

/// <summary>What became of a payment for something that is done once the money is there.</summary>
/// <param name="Number">Of the payment and its receipt.</param>
public sealed record PaidAhead(string Number, PaymentStatus Status);

/// <summary>What became of a payment, as processPayment() answers it.</summary>
[UseCase]
public sealed class PaymentResponses(StageSession session)
{
    public async Task<PaymentResponseType> ReadAsync(string number, CancellationToken cancellation)
    {
        var payment = await session.Database.Payments.AsNoTracking().FirstAsync(candidate => candidate.Number == number, cancellation);
        var account = await session.ReadAccountAsync(payment.AccountUsn.Value, cancellation);
        if (payment.Status != PaymentStatus.Accepted)
        {
            return Document(session.Catalogue, account, payment, new Dictionary<string, FinancialTransaction>(), []);
        }

        var transactions = await session
            .Database.ReadTransactions.Where(transaction => transaction.Number == number || transaction.Number == payment.SurchargeNumber)
            .ToDictionaryAsync(transaction => transaction.Number, cancellation);
        var allocations = await session
            .Database.ReadAllocations.Where(allocation => allocation.CreditNumber == number && allocation.Deallocated == null)
            .OrderBy(allocation => allocation.Id)
            .ToListAsync(cancellation);
        return Document(session.Catalogue, account, payment, transactions, allocations);
    }

    /// <summary>The same of a payment that a session has just settled, from what it has in its hands.</summary>
    internal static PaymentResponseType OfSession(StageSession session, Account account, Payment payment) =>
        Document(
            session.Catalogue,
            account,
            payment,
            session
                .Database.TrackedTransactions.Where(transaction =>
                    transaction.Number == payment.Number || transaction.Number == payment.SurchargeNumber
                )
                .ToDictionary(transaction => transaction.Number),
            [
                .. session
                    .Database.TrackedAllocations.Where(allocation =>
                        allocation.CreditNumber == payment.Number && allocation.Deallocated is null
                    )
                    .OrderBy(allocation => allocation.Id),
            ]
        );

    private static PaymentResponseType Document(
        CatalogueSnapshot catalogue,
        Account account,
        Payment payment,
        IReadOnlyDictionary<string, FinancialTransaction> transactions,
        IReadOnlyList<Allocation> allocations
    )
    {
        var document = PaymentDocuments.Payment(catalogue, account, payment, PaymentView.Made);
        if (payment.Status != PaymentStatus.Accepted)
        {
            return new PaymentResponseType { Payment = document };
        }

        var currency = catalogue.Currency(payment.Currency);
        var documents = new TransactionDocuments(catalogue, account, new Dictionary<int, string>());
        return new PaymentResponseType
        {
            Payment = document,
            Allocation =
                allocations.Count == 0
                    ? null
                    : new AllocationRequestType
                    {
                        AllocateTo =
                        [
                            .. allocations.Select(allocation => new AllocateToType
                            {
                                TransactionNumber = allocation.DebitNumber,
                                AllocateAmount = new Money(allocation.Amount, currency).ToDocument(),
                            }),
                        ],
                    },
            Receipt = documents.Detail(transactions[payment.Number], TransactionView.Query),
            Surcharge = payment.SurchargeNumber is { } surcharge ? documents.Detail(transactions[surcharge], TransactionView.Query) : null,
        };
    }
}
