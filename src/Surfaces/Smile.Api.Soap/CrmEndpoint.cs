using Smile.Contracts;
using Smile.Crm;
using Smile.Crm.Appointments;
using Smile.Crm.Attachments;
using Smile.Kernel;

namespace Smile.Api.Soap;

internal sealed class CrmEndpoint(UseCases use) : ICrmEndpoint
{
    public Task<string?> Echo(string? value, CancellationToken cancellation) => Task.FromResult(value);

    public async Task<TicketType?> GetTicket(string ticketNumber, CancellationToken cancellation) =>
        TicketDocuments.Brief(await use.Of<TicketQueries>().GetAsync(ticketNumber, cancellation));

    public async Task<TicketListType?> GetTickets(string usn, CancellationToken cancellation) =>
        new() { StreamedTicket = (await use.Of<TicketQueries>().OfAccountAsync(usn, cancellation)).Select(TicketDocuments.Whole) };

    public async Task<TemplateTicketDescriptionType?> GetTemplateTicketDescription(
        string templateTicketNumber,
        CancellationToken cancellation
    ) => TicketDocuments.Template(await use.Of<TicketQueries>().TemplateAsync(templateTicketNumber, cancellation));

    public async Task<AppointmentAvailabilityType?> GetAppointmentAvailabilities(
        AppointmentAvailabilitiesRequestType appointmentAvailabilitiesRequest,
        CancellationToken cancellation
    )
    {
        var request = appointmentAvailabilitiesRequest;
        var slots = await use.Of<AppointmentSearch>()
            .ExecuteAsync(
                new AppointmentQuestion(
                    request.USN,
                    request.TicketGroupId,
                    request.Start,
                    request.End,
                    request.Duration,
                    request.TravelDuration
                ),
                cancellation
            );
        return new AppointmentAvailabilityType
        {
            Availability =
            [
                .. slots.Select(slot => new AppointmentSlotType
                {
                    USN = slot.OperatorUsn.Value,
                    Start = slot.Start,
                    End = slot.End,
                }),
            ],
        };
    }

    public async Task<TicketType?> RaiseTicket(
        string templateTicketNumber,
        string usn,
        NewTicketRequestType newTicketRequest,
        CancellationToken cancellation
    ) =>
        TicketDocuments.Brief(
            await use.Of<RaiseTicket>()
                .ExecuteAsync(
                    templateTicketNumber,
                    usn,
                    new NewTicket(
                        Fields(newTicketRequest.Properties),
                        newTicketRequest.Subject,
                        newTicketRequest.Body,
                        newTicketRequest.AppointmentRequest is { } wish
                            ? new AppointmentWish(wish.USN, wish.Start, wish.Duration, wish.TravelDuration)
                            : null
                    ),
                    cancellation
                )
        );

    public async Task<TicketType?> RunTicketAction(string ticketNumber, int ticketAction, CancellationToken cancellation) =>
        TicketDocuments.Whole(await use.Of<RunTicketAction>().ExecuteAsync(ticketNumber, ticketAction, cancellation));

    public Task UpdateTicket(string ticketNumber, TicketUpdateType ticketUpdate, CancellationToken cancellation) =>
        use.Of<UpdateTicket>()
            .ExecuteAsync(
                ticketNumber,
                new TicketChange(
                    ticketUpdate.Subject,
                    ticketUpdate.Body,
                    ticketUpdate.USN?.Value,
                    ticketUpdate.USN?.Clear == true,
                    Fields(ticketUpdate.Properties)
                ),
                cancellation
            );

    public Task AddTicketAttachment(string ticketNumber, AttachmentType attachment, CancellationToken cancellation) =>
        use.Of<TicketAttachments>()
            .AddAsync(
                ticketNumber,
                new NewAttachment(
                    attachment.Name,
                    attachment.Description,
                    attachment.Url,
                    attachment.MimeType,
                    attachment.Filename,
                    attachment.Data
                ),
                cancellation
            );

    private static Func<BillingTimeZone, FieldValues>? Fields(PropertiesType? document) =>
        document?.Object is { } fields ? zone => FieldValues.From(fields, zone) : null;
}
