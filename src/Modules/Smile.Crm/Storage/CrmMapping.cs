using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Crm.Appointments;
using Smile.Crm.Attachments;
using Smile.Crm.Mail;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;

namespace Smile.Crm.Storage;

internal sealed class TicketMapping : IEntityTypeConfiguration<Ticket>
{
    public void Configure(EntityTypeBuilder<Ticket> builder)
    {
        builder.ToTable("ticket").HasKey(row => row.Number);
        builder.Property(row => row.Number).ValueGeneratedNever();
        builder.Ignore(row => row.NumberText);
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.OperatorUsn);
    }
}

internal sealed class TicketNoteMapping : IEntityTypeConfiguration<TicketNote>
{
    public void Configure(EntityTypeBuilder<TicketNote> builder)
    {
        builder.ToTable("ticket_note");
        builder.Property(row => row.Id).UseIdentityAlwaysColumn();
        builder.HasOne<Ticket>().WithMany().HasForeignKey(row => row.TicketNumber);
    }
}

internal sealed class TicketAttachmentMapping : IEntityTypeConfiguration<TicketAttachment>
{
    public void Configure(EntityTypeBuilder<TicketAttachment> builder)
    {
        builder.ToTable("ticket_attachment");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.HasOne<Ticket>().WithMany().HasForeignKey(row => row.TicketNumber);
    }
}

internal sealed class TicketFileMapping : IEntityTypeConfiguration<TicketFile>
{
    public void Configure(EntityTypeBuilder<TicketFile> builder)
    {
        builder.ToTable("ticket_file").HasKey(row => row.AttachmentId);
        builder.Property(row => row.AttachmentId).ValueGeneratedNever();
        builder.HasOne<TicketAttachment>().WithOne().HasForeignKey<TicketFile>(row => row.AttachmentId);
    }
}

internal sealed class TicketMailMapping : IEntityTypeConfiguration<TicketMail>
{
    public void Configure(EntityTypeBuilder<TicketMail> builder)
    {
        builder.ToTable("ticket_mail").HasKey(row => row.Fingerprint);
        builder.HasOne<Ticket>().WithMany().HasForeignKey(row => row.TicketNumber);
    }
}

internal sealed class AppointmentCalendarMapping : IEntityTypeConfiguration<AppointmentCalendar>
{
    public void Configure(EntityTypeBuilder<AppointmentCalendar> builder)
    {
        builder.ToTable("appointment_calendar").HasKey(row => row.Number);
        builder.Property(row => row.Number).UseIdentityAlwaysColumn();
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.OperatorUsn);
    }
}

internal sealed class AppointmentMapping : IEntityTypeConfiguration<Appointment>
{
    public void Configure(EntityTypeBuilder<Appointment> builder)
    {
        builder.ToTable("appointment");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.HasOne<AppointmentCalendar>().WithMany().HasForeignKey(row => row.Calendar);
        builder.HasOne<Ticket>().WithMany().HasForeignKey(row => row.TicketNumber);
    }
}
