using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Payments;

/// <summary>Payments, stored details, payment plans and refunds.</summary>
public static class PaymentsTables
{
    extension(IStageDatabase database)
    {
        public DbSet<Payment> Payments => database.Set<Payment>();

        public DbSet<PaymentAttempt> PaymentAttempts => database.Set<PaymentAttempt>();

        public DbSet<PaymentRefund> PaymentRefunds => database.Set<PaymentRefund>();

        public DbSet<WantedAllocation> WantedAllocations => database.Set<WantedAllocation>();

        public DbSet<StoredPaymentDetails> StoredPaymentDetails => database.Set<StoredPaymentDetails>();

        public DbSet<PaymentPlan> PaymentPlans => database.Set<PaymentPlan>();

        public DbSet<AutoPaymentChoice> AutoPaymentChoices => database.Set<AutoPaymentChoice>();
    }
}
