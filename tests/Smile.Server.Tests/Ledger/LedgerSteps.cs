using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Payments;
using Smile.Receivables;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using Smile.Soap.Xml;
using DomainMoney = Smile.Kernel.Money;

namespace Smile.Server.Tests.Ledger;

/// <summary>One random operation: what to do, and numbers that pick transactions, amounts and accounts.</summary>
public sealed record LedgerStep(LedgerAction Action, int First, int Second, int Amount, bool Flag)
{
    public override string ToString() => $"{Action}({First}, {Second}, {Amount}, {Flag})";
}

public enum LedgerAction
{
    Invoice,
    Quote,
    Close,
    Adjust,
    Receive,
    Pay,
    Refund,
    Reimburse,
    Bond,
    ReleaseBond,
    Allocate,
    AllocateOne,
    AllocateAll,
    Reverse,
    Reopen,
    Delete,
    Deallocate,
    Update,
    Defer,
    Retract,
    Migrate,
    Transfer,
    AllocateAcross,
}

/// <summary>
/// Carries out random operations through the use cases that the endpoints call, each in a transaction of its own on PostgreSQL.
/// </summary>
internal sealed class LedgerSteps(ServerFixture server, IReadOnlyList<string> usns, string currencyCode)
{
    private readonly List<Guid> _charges = [];
    private readonly Currency _currency = server.Stage.Catalogue.Currency(currencyCode);

    /// <returns>False where the operation was refused.</returns>
    public async Task<bool> TryAsync(LedgerStep step)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var holder = scope.ServiceProvider.GetRequiredService<StageSessionHolder>();
        holder.Use(server.Stage, Caller.Server(new Usn("test")));
        var session = holder.Session;
        try
        {
            await ActAsync(scope.ServiceProvider, session, step);
            return true;
        }
        catch (SmileException)
        {
            return false;
        }
    }

    /// <summary>
    /// Reverses whatever can be, and deletes what is open, until nothing more can: newest first, so that nothing hangs on what is reversed.
    /// </summary>
    public async Task ReverseAllAsync()
    {
        foreach (
            var number in await NumbersAsync(
                "state <> 'Deleted' AND reversed_by IS NULL AND referenced_number IS NULL AND type NOT LIKE 'Transferred%' AND type "
                    + "NOT LIKE 'CreditTransfer%'",
                "length(number) DESC, number DESC"
            )
        )
        {
            await using var scope = server.Services.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<StageSessionHolder>().Use(server.Stage, Caller.Server(new Usn("test")));
            if (await server.QueryAsync<string>("SELECT state FROM financial_transaction WHERE number = $1", number) == "Open")
            {
                // Reopened, it may retract a charge of another one still.
                await scope.ServiceProvider.GetRequiredService<TransactionLifecycle>().DeleteAsync(number, CancellationToken.None);
                continue;
            }

            var owner = await server.QueryAsync<string>("SELECT account_usn FROM financial_transaction WHERE number = $1", number);
            await scope
                .ServiceProvider.GetRequiredService<ReverseTransaction>()
                .ExecuteAsync(
                    owner,
                    Reversal(
                        number,
                        DateOnly.FromDateTime(
                            (
                                await server.QueryAsync<DateTime>(
                                    "SELECT greatest(transaction_date, $2)::timestamp FROM financial_transaction WHERE number = $1",
                                    number,
                                    Today
                                )
                            )
                        )
                    ),
                    CancellationToken.None
                );
        }
    }

    private async Task ActAsync(IServiceProvider services, StageSession session, LedgerStep step)
    {
        var usn = usns[step.First % usns.Count];
        var other = usns[(step.First + 1) % usns.Count];
        var amount = Amount(step.Amount);
        var lifecycle = services.GetRequiredService<TransactionLifecycle>();
        switch (step.Action)
        {
            case LedgerAction.Invoice or LedgerAction.Quote:
                await services.GetRequiredService<RaiseInvoice>().ExecuteAsync(usn, Invoice(usn, step), default);
                break;
            case LedgerAction.Close:
                await lifecycle.CloseAsync(await PickAsync("state = 'Open'", step.Second), default);
                break;
            case LedgerAction.Adjust:
                var signed = step.Flag ? -amount : amount;
                await services
                    .GetRequiredService<RaiseAdjustment>()
                    .ExecuteAsync(
                        usn,
                        1,
                        session.Now,
                        signed,
                        _currency.Round(signed / 11m),
                        null,
                        step.Second % 3 == 0 ? new AllocationRequestType { AutoAllocate = true } : null,
                        default
                    );
                break;
            case LedgerAction.Receive:
                await ReceiveAsync(services, session, usn, amount, step.Flag);
                break;
            case LedgerAction.Pay:
                await PayAsync(services, usn, amount, step.Flag);
                break;
            case LedgerAction.Refund:
                await services
                    .GetRequiredService<RefundPayment>()
                    .RefundAsync(
                        await PickPaymentAsync(step.Second),
                        step.Flag ? null
                            : step.Amount % 2 == 0 ? amount
                            : 0.01m,
                        "The customer has changed his mind",
                        default
                    );
                break;
            case LedgerAction.Reimburse:
                await services
                    .GetRequiredService<Reimbursements>()
                    .RaiseAsync(usn, new ReimbursementRequestType { Amount = amount, EffectiveDate = new XmlDate(Today) }, default);
                break;
            case LedgerAction.Bond:
                await services
                    .GetRequiredService<Bonds>()
                    .CreateAsync(
                        new BondRequestType
                        {
                            USN = usn,
                            BondType = "6aecbd7b-cfe4-4b79-9af4-92f5e70564d9",
                            EffectiveDate = new XmlDate(Today),
                            Amount = amount,
                        },
                        default
                    );
                break;
            case LedgerAction.ReleaseBond:
                await services.GetRequiredService<Bonds>().ReleaseAsync(usn, await PickAsync("type = 'Bond'", step.Second), default);
                break;
            case LedgerAction.Allocate:
                await AllocateAsync(
                    services,
                    usn,
                    await PickAsync("state <> 'Deleted'", step.First),
                    await PickAsync("state <> 'Deleted'", step.Second),
                    amount,
                    step.Flag
                );
                break;
            case LedgerAction.AllocateOne:
                await AllocateAsync(
                    services,
                    usn,
                    new AllocationRequestType { TransactionNumber = await PickAsync("state = 'Closed'", step.Second), AutoAllocate = true }
                );
                break;
            case LedgerAction.AllocateAll:
                await AllocateAsync(services, usn, new AllocationRequestType { AutoAllocate = true });
                break;
            case LedgerAction.Reverse:
                await services
                    .GetRequiredService<ReverseTransaction>()
                    .ExecuteAsync(
                        usn,
                        Reversal(await PickAsync("state <> 'Deleted'", step.Second), step.Flag ? Today.AddDays(180) : Today),
                        default
                    );
                break;
            case LedgerAction.Reopen:
                await lifecycle.ReopenAsync(await PickAsync("state = 'Closed'", step.Second), default);
                break;
            case LedgerAction.Delete:
                await lifecycle.DeleteAsync(await PickAsync("state <> 'Deleted'", step.Second), default);
                break;
            case LedgerAction.Deallocate:
                var pair = await PairAsync(step.Second);
                await lifecycle.DeallocateAsync(pair.Debit, pair.Credit, default);
                break;
            case LedgerAction.Update:
                await lifecycle.UpdateAsync(await PickAsync("state = 'Closed'", step.Second), null, "Updated", default);
                break;
            case LedgerAction.Defer:
                _charges.Add(Guid.NewGuid());
                await services
                    .GetRequiredService<DeferredCharges>()
                    .AddAsync(
                        usn,
                        Charge(usn, step, _charges[^1], step.Amount % 3 == 0 ? _charges[step.Second % _charges.Count] : null),
                        default
                    );
                break;
            case LedgerAction.Retract:
                await services
                    .GetRequiredService<RaiseInvoice>()
                    .ExecuteAsync(
                        usn,
                        new NewInvoiceRequestType
                        {
                            ChargeRequest =
                            [
                                Charge(usn, step, null, _charges.Count == 0 ? Guid.NewGuid() : _charges[step.Second % _charges.Count]),
                            ],
                            InvoiceOperation = step.Flag ? InvoiceOperationType.LeaveOpen : InvoiceOperationType.Close,
                        },
                        default
                    );
                break;
            case LedgerAction.Migrate:
                await services
                    .GetRequiredService<MigrateOpenTransaction>()
                    .ExecuteAsync(await PickAsync("state = 'Open'", step.Second), other, default);
                break;
            case LedgerAction.Transfer:
                await lifecycle.TransferAsync(usn, other, step.Flag ? -amount : amount, null, default);
                break;
            case LedgerAction.AllocateAcross:
                await lifecycle.AllocateAcrossAsync(
                    await PickAsync("state = 'Closed' AND amount < 0", step.First),
                    await PickAsync("state = 'Closed' AND amount > 0", step.Second),
                    step.Flag ? null : amount,
                    default
                );
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step.Action, null);
        }
    }

    /// <summary>
    /// A payment by card through the sandbox, which takes AUD. Visa has a surcharge of 1 % and 0.50, at least 1.00, and a tenth of it in
    /// tax.
    /// </summary>
    private static Task PayAsync(IServiceProvider services, string usn, decimal net, bool withSurcharge)
    {
        var exTax = Math.Max(1.00m, Math.Round((net / 100m) + 0.50m, 2, MidpointRounding.AwayFromZero));
        var surcharge = withSurcharge ? exTax + Math.Round(exTax / 10m, 2, MidpointRounding.AwayFromZero) : 0m;
        var details = new PaymentDetailsType
        {
            PaymentType = withSurcharge ? "visa" : "amex",
            AccountName = "Joe Smith",
            AccountNumber = withSurcharge ? PaymentHelp.GoodCard : "378282246310005",
            CVV = withSurcharge ? PaymentHelp.Cvv : null,
            ExpiryDate = "2030-12",
            PaymentAmount = net + surcharge,
            IncludesSurchargeAmount = withSurcharge ? surcharge : null,
        };
        return services
            .GetRequiredService<ProcessPayment>()
            .ProcessAsync(usn, new PaymentRequestType { PaymentDetails = details }, null, default);
    }

    private async Task<string> PickPaymentAsync(int index)
    {
        var numbers = await server.QueryAsync<string[]>(
            "SELECT coalesce(array_agg(number ORDER BY length(number), number), ARRAY[]::text[]) FROM payment WHERE account_usn = ANY ($1)",
            (object)usns.ToArray()
        );
        return numbers.Length == 0 ? "999" : numbers[index % numbers.Length];
    }

    /// <summary>A receipt with its surcharge, as a payment enters them.</summary>
    private static async Task ReceiveAsync(IServiceProvider services, StageSession session, string usn, decimal amount, bool withSurcharge)
    {
        var ledger = services.GetRequiredService<Smile.Receivables.Ledger>();
        var account = await session.BeginOnAccountAsync(usn, default);
        var currency = session.Catalogue.Currency(account.Currency);
        var receipt = await ledger.RaiseAsync(
            account,
            new NewTransaction(TransactionType.Receipt, new DomainMoney(-amount, currency), 0m, session.Now, TransactionSources.Payment),
            default
        );
        var fee = currency.Round(amount / 50m);
        if (withSurcharge && fee > 0m)
        {
            var surcharge = await ledger.RaiseAsync(
                account,
                new NewTransaction(
                    TransactionType.Surcharge,
                    new DomainMoney(fee, currency),
                    currency.Round(fee / 11m),
                    session.Now,
                    TransactionSources.Payment
                ),
                default
            );
            await ledger.AllocateAsync(account, receipt, surcharge, fee, default);
        }

        await ledger.AllocateAutomaticallyAsync(account, receipt, default);
        await session.CommitAsync(default);
    }

    private Task AllocateAsync(IServiceProvider services, string usn, string from, string to, decimal amount, bool whole) =>
        AllocateAsync(
            services,
            usn,
            new AllocationRequestType
            {
                TransactionNumber = from,
                AllocateTo =
                [
                    new AllocateToType
                    {
                        TransactionNumber = to,
                        AllocateAmount = new CurrencyValueType { Value = whole ? amount : _currency.Round(amount / 7m) },
                    },
                ],
            }
        );

    private static Task AllocateAsync(IServiceProvider services, string usn, AllocationRequestType request) =>
        services
            .GetRequiredService<Allocations>()
            .AllocateAsync(usn, new AllocationRequestsType { AllocationRequest = [request] }, default);

    private NewInvoiceRequestType Invoice(string usn, LedgerStep step)
    {
        var id = Guid.NewGuid();
        _charges.Add(id);
        return new NewInvoiceRequestType
        {
            ChargeRequest =
            [
                Charge(usn, step, id, null),
                .. Enumerable
                    .Range(0, step.Second % 3)
                    .Select(index => Charge(usn, step with { Amount = step.Amount / (index + 2), Flag = !step.Flag }, null, null)),
            ],
            InvoiceOperation = step.Action == LedgerAction.Quote ? InvoiceOperationType.LeaveOpen : InvoiceOperationType.Close,
        };
    }

    /// <summary>One in five charges is negative; periods may reach into coming months.</summary>
    private ChargeRequestType Charge(string usn, LedgerStep step, Guid? id, Guid? retracts) =>
        new()
        {
            USN = usn,
            ItemCode = step.Second % 2 == 0 ? "cst" : "hfp",
            StartDate = Today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            EndDate = Today.AddDays(step.Second % 100).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Amount = step.Second % 5 == 0 ? -Amount(step.Amount) : Amount(step.Amount),
            ChargeGst = step.Flag,
            Discount = step.Second % 7 == 0 ? new ChargeDiscountType { DiscountID = 458 } : null,
            ChargeId = id?.ToString(),
            RetractChargeId = retracts?.ToString(),
        };

    private static ReverseTransactionRequestType Reversal(string number, DateOnly day) =>
        new()
        {
            Number = number,
            SalesReportCategory = "rother",
            ReversalDate = new XmlDate(day),
        };

    /// <summary>The accounts' day: other tests move the clock.</summary>
    private DateOnly Today => server.Stage.Catalogue.Zone("Australia/Sydney").DateOf(server.Clock.GetUtcNow());

    private decimal Amount(int units) => units * (decimal)Math.Pow(10, -_currency.Decimals);

    private async Task<string> PickAsync(string condition, int index)
    {
        var numbers = await NumbersAsync(condition, "length(number), number");
        return numbers.Count == 0 ? "999" : numbers[index % numbers.Count];
    }

    private async Task<IReadOnlyList<string>> NumbersAsync(string condition, string order) =>
        await server.QueryAsync<string[]>(
            $"""
            SELECT coalesce(array_agg(number ORDER BY {order}), ARRAY[]::text[]) FROM financial_transaction
            WHERE account_usn = ANY ($1) AND {condition}
            """,
            (object)usns.ToArray()
        );

    private async Task<(string Debit, string Credit)> PairAsync(int index)
    {
        var pairs = await server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(debit_number || ' ' || credit_number ORDER BY id), ARRAY[]::text[]) FROM allocation
            WHERE account_usn = ANY ($1) AND deallocated IS NULL
            """,
            (object)usns.ToArray()
        );
        return pairs.Length == 0 ? ("999", "999") : (pairs[index % pairs.Length].Split(' ')[0], pairs[index % pairs.Length].Split(' ')[1]);
    }
}
