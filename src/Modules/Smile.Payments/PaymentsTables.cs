using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Payments;

/// <summary>Payments, stored details, payment plans and refunds.</summary>
public static class PaymentsTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<Payment> Payments => database.Set<Payment>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<Payment> ReadPayments => database.Set<Payment>().AsNoTracking();

        internal DbSet<PaymentAttempt> PaymentAttempts => database.Set<PaymentAttempt>();

        internal DbSet<PaymentRefund> PaymentRefunds => database.Set<PaymentRefund>();

        internal DbSet<RequestedAllocation> RequestedAllocations => database.Set<RequestedAllocation>();

        internal DbSet<StoredPaymentDetails> StoredPaymentDetails => database.Set<StoredPaymentDetails>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<StoredPaymentDetails> ReadStoredPaymentDetails => database.Set<StoredPaymentDetails>().AsNoTracking();

        internal DbSet<PaymentPlan> PaymentPlans => database.Set<PaymentPlan>();

        internal DbSet<AutoPaymentChoice> AutoPaymentChoices => database.Set<AutoPaymentChoice>();
    }
}
