using Microsoft.EntityFrameworkCore;
using Smile.Crm.Appointments;
using Smile.Crm.Attachments;
using Smile.Crm.Mail;
using Smile.Session;

namespace Smile.Crm;

/// <summary>Tickets, what belongs to them, and the appointments of operators.</summary>
internal static class CrmTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<Ticket> Tickets => database.Set<Ticket>();

        internal DbSet<TicketNote> TicketNotes => database.Set<TicketNote>();

        internal DbSet<TicketAttachment> TicketAttachments => database.Set<TicketAttachment>();

        internal DbSet<TicketFile> TicketFiles => database.Set<TicketFile>();

        internal DbSet<TicketMail> TicketMails => database.Set<TicketMail>();

        internal DbSet<AppointmentCalendar> AppointmentCalendars => database.Set<AppointmentCalendar>();

        internal DbSet<Appointment> Appointments => database.Set<Appointment>();
    }
}
