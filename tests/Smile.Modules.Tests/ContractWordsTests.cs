using Smile.Contracts;
using Smile.Customers;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Ordering.Provisioning;
using Smile.Payments;
using Smile.Receivables;

namespace Smile.Modules.Tests;

/// <summary>What the modules store has its word in the contract, and the contract knows no other.</summary>
public sealed class ContractWordsTests
{
    [Fact]
    public void Each_state_has_its_word_in_the_contract()
    {
        Agree<TransactionType, TransactionTypeType>(value => value.ToDocument());
        Agree<PaymentStatus, PaymentStatusType>(value => value.ToDocument());
        Agree<ProvisionStatus, ProvisionStatusType>(value => value.ToDocument());
        Agree<SuspendStatus, SuspendStatusType>(value => value.ToDocument());
        Agree<ActivateStatus, ActivateStatusType>(value => value.ToDocument());
        Agree<EnableStatus, EnableStatusType>(value => value.ToDocument());
        Agree<ProvisionResult, ProvisionRequestStatusType>(value => value.ToDocument());
        Agree<ProvisionRequestStatusType, ProvisionResult>(value => value.ToResult());
    }

    private static void Agree<TFrom, TTo>(Func<TFrom, TTo> map)
        where TFrom : struct, Enum
        where TTo : struct, Enum
    {
        Assert.All(Enum.GetValues<TFrom>(), value => Assert.Equal(value.ToString(), map(value).ToString()));
        Assert.Equal(Enum.GetNames<TTo>().Length, Enum.GetNames<TFrom>().Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => map((TFrom)Enum.ToObject(typeof(TFrom), 1000)));
    }
}
