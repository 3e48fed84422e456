using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Payments.Storage;
using Smile.Session;

namespace Smile.Payments;

/// <summary>The operations on stored payment details (guide, lines 14120 to 14533).</summary>
[UseCase]
public sealed class StoredDetails(
    StageSession session,
    IPaymentGateways gateways,
    IPaymentDetailsVault vault,
    AutomaticPayments automatic,
    PaymentPlans plans
)
{
    public async Task<StoredPaymentDetailsType> GetAsync(string usn, string id, CancellationToken cancellation)
    {
        var account = await session.ReadAccountAsync(usn, cancellation);
        return Document(await RequireAsync(account, id, cancellation), account);
    }

    /// <exception cref="SmileException">There are none (guide, line 14266).</exception>
    public async Task<StoredPaymentDetailsListType> ListAsync(string usn, CancellationToken cancellation)
    {
        var account = await session.ReadAccountAsync(usn, cancellation);
        var stored = await session
            .Database.StoredPaymentDetails.AsNoTracking()
            .Where(details => details.AccountUsn == account.Usn)
            .ToListAsync(cancellation);
        return stored.Count == 0
            ? throw NoDetails(usn)
            : new StoredPaymentDetailsListType { StoredPaymentDetails = [.. stored.Select(details => Document(details, account))] };
    }

    public async Task<StoredPaymentDetailsType> AddAsync(string usn, PaymentDetailsType document, CancellationToken cancellation)
    {
        var reader = await session.ReadAccountAsync(usn, cancellation);
        var (type, instrument) = Read(document, reader);
        if (await session.Database.StoredPaymentDetails.AnyAsync(details => details.AccountUsn == reader.Usn, cancellation))
        {
            throw AlreadyStored(usn);
        }

        // The gateway is asked before the account is locked: nobody waits for its answer.
        var id = Guid.NewGuid();
        var secret = await SecretAsync(id, type, instrument, cancellation);
        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var stored = new StoredPaymentDetails
        {
            Id = id,
            AccountUsn = account.Usn,
            PaymentTypeCode = type.Code,
            SecretKind = secret.Kind,
            Stored = session.Now,
        };
        Fill(stored, type, instrument, document, secret);
        session.Database.StoredPaymentDetails.Add(stored);
        try
        {
            await OnStoredAsync(account, stored, cancellation);
            await session.CommitAsync(cancellation);
        }
        catch (DuplicateValueException exception) when (exception.Constraint == "ux_stored_payment_details_account")
        {
            throw AlreadyStored(usn);
        }

        return Document(stored, account);
    }

    public async Task<StoredPaymentDetailsType> UpdateAsync(
        string usn,
        string id,
        PaymentDetailsType document,
        CancellationToken cancellation
    )
    {
        var reader = await session.ReadAccountAsync(usn, cancellation);
        var known = await RequireAsync(reader, id, cancellation);
        var (type, instrument) = Read(document, reader);
        var secret = await SecretAsync(known.Id, type, instrument, cancellation);
        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var stored =
            await session.Database.StoredPaymentDetails.FirstOrDefaultAsync(
                details => details.Id == known.Id && details.AccountUsn == account.Usn,
                cancellation
            ) ?? throw NoSuchDetails(id);
        Fill(stored, type, instrument, document, secret);
        var isOtherType = stored.PaymentTypeCode != type.Code;
        stored.PaymentTypeCode = type.Code;
        stored.Stored = session.Now;
        if (isOtherType)
        {
            // What waits for the type that there was would need an operator.
            await OnStoredAsync(account, stored, cancellation);
        }

        await session.CommitAsync(cancellation);
        return Document(stored, account);
    }

    private async Task OnStoredAsync(Account account, StoredPaymentDetails stored, CancellationToken cancellation)
    {
        await automatic.OnDetailsStoredAsync(account, stored, cancellation);
        await plans.OnDetailsStoredAsync(account, stored, cancellation);
    }

    /// <summary>
    /// Payments that are scheduled with the details stay: when their time comes they need attention, and can be given others.
    /// </summary>
    public async Task DeleteAsync(string usn, string id, CancellationToken cancellation)
    {
        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var known = await RequireAsync(account, id, cancellation);
        var stored = await session.Database.StoredPaymentDetails.FirstAsync(details => details.Id == known.Id, cancellation);

        // The audit trail names who removed them: the last one to change the row.
        await session.Database.SaveAsync(cancellation);
        session.Database.StoredPaymentDetails.Remove(stored);
        await session.CommitAsync(cancellation);
    }

    /// <summary>The details that a request asks for: those stored last, or some by their id.</summary>
    /// <exception cref="SmileException">The request names none or more than one, or the account has none such.</exception>
    internal async Task<StoredPaymentDetails> RequestedAsync(Account account, bool latest, string? id, CancellationToken cancellation)
    {
        if (latest == id is not null)
        {
            throw new SmileException(
                Fault.InvalidRequestException,
                $"{Fault.InvalidRequestException} [PaymentDetailsRequest]. "
                    + "Name either DefaultStoredPaymentDetails or one StoredPaymentDetailsId."
            );
        }

        var stored = await FindAsync(account, cancellation);
        return id is null ? stored ?? throw NoDetails(account.Usn.Value)
            : stored is not null && Guid.TryParse(id, out var uuid) && stored.Id == uuid ? stored
            : throw NoSuchDetails(id);
    }

    /// <summary>The account's details, or null.</summary>
    internal Task<StoredPaymentDetails?> FindAsync(Account account, CancellationToken cancellation) =>
        session.Database.StoredPaymentDetails.FirstOrDefaultAsync(details => details.AccountUsn == account.Usn, cancellation);

    /// <summary>What to pay with, in clear, for the gateway alone. Who had it decrypted is kept.</summary>
    /// <param name="purpose">What for, as an auditor reads it.</param>
    internal async Task<PaymentInstrument> OpenAsync(
        StoredPaymentDetails stored,
        PaymentTypeItem type,
        string purpose,
        CancellationToken cancellation
    )
    {
        DetailsSecret? secret = null;
        if (stored.PaymentSecret is { } encrypted)
        {
            await session.Database.RecordSecretAccessAsync(session.Caller.Usn, stored, purpose, cancellation);
            secret = vault.Decrypt(stored.Id, encrypted);
        }

        return new PaymentInstrument
        {
            Kind = type.Kind,
            HolderName = stored.AccountName,
            Number = stored.SecretKind == PaymentSecretKind.Number ? secret?.Value : null,
            Token = stored.SecretKind == PaymentSecretKind.Token ? secret?.Value : null,
            BranchNumber = secret?.BranchNumber,
            Expiry = stored.Expiry,
            Properties = stored.Properties,
        };
    }

    private (PaymentTypeItem Type, PaymentInstrument Instrument) Read(PaymentDetailsType document, Account account)
    {
        var type = Find(document.PaymentType, account);
        PaymentTypeRules.RequireCurrency(session, "PaymentType", type, account);
        if (type.Kind == PaymentTypeKind.Manual)
        {
            throw Refuse.Invalid(
                "PaymentType",
                type.Code,
                "Nothing can be paid by stored details of a payment type that is recorded by hand."
            );
        }

        try
        {
            var zone = session.ZoneOf(account);
            return (
                type,
                PaymentDetailsRules.Read(document, type, zone.DateOf(session.Now), DetailsUse.Keep) with
                {
                    Properties = PaymentDetailsRules.Properties(document.Properties, zone),
                }
            );
        }
        catch (DetailsProblemException problem)
        {
            throw problem.AsRefusal();
        }
    }

    /// <summary>
    /// An unknown type makes the details invalid: neither operation's NoSuchItemException is about it (guide, line 14363).
    /// </summary>
    private PaymentTypeItem Find(string code, Account account)
    {
        try
        {
            return PaymentTypeRules.Find(session, "PaymentType", code, account.CompanyId);
        }
        catch (SmileException unknown) when (unknown.Fault == Fault.NoSuchItemException)
        {
            throw Refuse.Invalid(
                "PaymentType",
                code,
                "There is no such payment type. Use getPaymentTypes() to discover available payment types."
            );
        }
    }

    private async Task<(PaymentSecretKind Kind, byte[]? Encrypted)> SecretAsync(
        Guid id,
        PaymentTypeItem type,
        PaymentInstrument instrument,
        CancellationToken cancellation
    )
    {
        if (!vault.HasKey)
        {
            throw new SmileException(
                Fault.InvalidRequestException,
                $"{Fault.InvalidRequestException} [PaymentDetails]. This server has no key to keep payment details with. Its operator must "
                    + $"configure one."
            );
        }

        var gateway = PaymentTypeRules.RequireGateway(gateways, type, GatewayCapabilities.Charge);
        if (instrument.Token is { } given)
        {
            return (PaymentSecretKind.Token, vault.Encrypt(id, new DetailsSecret(given, instrument.BranchNumber)));
        }

        if (instrument.Number is not { } number)
        {
            return (PaymentSecretKind.None, null);
        }

        if (!type.Tokenise || !gateway.Capabilities.HasFlag(GatewayCapabilities.Tokenise))
        {
            return (PaymentSecretKind.Number, vault.Encrypt(id, new DetailsSecret(number, instrument.BranchNumber)));
        }

        return await GatewayCalls.AskAsync(() => gateway.TokeniseAsync(instrument, cancellation)) switch
        {
            GatewayOutcome.Approved { GatewayReference: { } token } => (
                PaymentSecretKind.Token,
                vault.Encrypt(id, new DetailsSecret(token, instrument.BranchNumber))
            ),
            GatewayOutcome.Declined declined => throw new SmileException(
                Fault.InvalidRequestException,
                $"{Fault.InvalidRequestException} [PaymentDetails]. The gateway refuses the details: {CardNumbers.Mask(declined.Reason)}"
            ),
            _ => throw new SmileException(
                Fault.InvalidRequestException,
                $"{Fault.InvalidRequestException} [PaymentDetails]. The gateway does not answer. Nothing was stored: try again later."
            ),
        };
    }

    private static void Fill(
        StoredPaymentDetails stored,
        PaymentTypeItem type,
        PaymentInstrument instrument,
        PaymentDetailsType document,
        (PaymentSecretKind Kind, byte[]? Encrypted) secret
    )
    {
        stored.AccountName = instrument.HolderName;
        stored.NumberHint = type.Disclosure == NumberDisclosure.Hint ? PaymentDetailsRules.Hint(instrument, document.Token?.Hint) : null;
        stored.Expiry = instrument.Expiry;
        stored.SecretKind = secret.Kind;
        stored.PaymentSecret = secret.Encrypted;
        stored.Properties = instrument.Properties;
    }

    private async Task<StoredPaymentDetails> RequireAsync(Account account, string id, CancellationToken cancellation)
    {
        if (
            !Guid.TryParse(id, out var uuid)
            || await session.Database.StoredPaymentDetails.AsNoTracking().FirstOrDefaultAsync(details => details.Id == uuid, cancellation)
                is not { } stored
            || !session.Caller.MayReach(stored.AccountUsn)
        )
        {
            throw NoSuchDetails(id);
        }

        return stored.AccountUsn == account.Usn
            ? stored
            : throw Refuse.Invalid("storedPaymentDetailsId", id, "The stored payment details are not those of this account.");
    }

    private StoredPaymentDetailsType Document(StoredPaymentDetails stored, Account account) =>
        PaymentDocuments.Stored(session.Catalogue, stored, account);

    private static SmileException AlreadyStored(string usn) =>
        Refuse.Invalid(
            "usn",
            usn,
            "The account has stored payment details. Change them with updateStoredPaymentDetails(), or delete them first."
        );

    private static SmileException NoDetails(string usn) =>
        Refuse.NotFound(
            "usn",
            usn,
            "The account has no stored payment details. Add some with addStoredPaymentDetails().",
            Missing.PaymentDetails
        );

    private static SmileException NoSuchDetails(string? id) =>
        Refuse.NotFound(
            "storedPaymentDetailsId",
            id,
            "There are no such stored payment details. Use getStoredPaymentDetailsList() to discover them.",
            Missing.PaymentDetails
        );
}
