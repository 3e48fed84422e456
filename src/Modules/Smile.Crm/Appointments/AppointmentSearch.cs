using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Crm.Appointments;

/// <summary>When to look for whose free time (guide, line 17102).</summary>
public sealed record AppointmentQuestion(
    string? OperatorUsn,
    int? GroupId,
    XmlTimestamp Start,
    XmlTimestamp? End,
    long Duration,
    long? Travel
);

/// <summary>getAppointmentAvailabilities() (guide, line 17074).</summary>
[UseCase]
public sealed class AppointmentSearch(StageSession session, Operators operators, FreeTime times)
{
    /// <summary>How far a search goes that names no end.</summary>
    private const int UsualDays = 14;

    private const int MostDays = 62;

    /// <returns>The earliest first, at least one.</returns>
    public async Task<IReadOnlyList<AppointmentSlot>> ExecuteAsync(AppointmentQuestion question, CancellationToken cancellation)
    {
        if (question.OperatorUsn is not { Length: > 0 } && question.GroupId is null)
        {
            throw Refuse.Invalid("USN", "", "Give the USN of an operator, a TicketGroupId, or both.");
        }

        var lengths = AppointmentLengths.Of(question.Duration, question.Travel);
        if (question.Start.IsOpenStart || question.Start.IsOpenEnd)
        {
            throw Refuse.Invalid("Start", question.Start, "Give the time from which on to search.");
        }

        var people = await PeopleAsync(question, cancellation);
        var search = SearchOf(question, people.Count > 0 ? people[0].Calendar.Zone : session.Catalogue.LocalZone);
        var free = await times.OfAsync(people, new Period(Later(search.From - lengths.Travel, session.Now), search.To), cancellation);
        var slots = free.SelectMany(person =>
                FreeTime
                    .Slots(person.Free, search, lengths)
                    .Select(slot => new AppointmentSlot(
                        person.OperatorUsn,
                        person.Calendar.Zone.At(slot.From),
                        person.Calendar.Zone.At(slot.To)
                    ))
            )
            .OrderBy(slot => slot.Start)
            .ThenBy(slot => slot.OperatorUsn)
            .ToList();
        return slots.Count > 0
            ? slots
            : throw Refuse.NotFound(
                "Start",
                question.Start,
                "Nobody is free for such an appointment. Search a longer time, or ask for a shorter one.",
                Missing.Availability
            );
    }

    private static Period SearchOf(AppointmentQuestion question, BillingTimeZone zone)
    {
        var start = zone.Instant(question.Start);
        var end = question.End is { IsOpenEnd: false } stated ? zone.Instant(stated) : start.AddDays(UsualDays);
        if (end < start)
        {
            throw Refuse.Invalid("End", question.End, "The end must not be before the start.");
        }

        return end - start <= TimeSpan.FromDays(MostDays)
            ? new Period(start, end)
            : throw Refuse.Invalid("End", question.End, $"A search goes over {MostDays} days at most.");
    }

    /// <summary>The operators who are asked for, with their working time.</summary>
    private async Task<IReadOnlyList<(Usn OperatorUsn, WorkCalendar Calendar)>> PeopleAsync(
        AppointmentQuestion question,
        CancellationToken cancellation
    )
    {
        var group = question.GroupId is { } id
            ? session.Catalogue.TicketGroup(id)
                ?? throw Refuse.NotFound("TicketGroupId", id, "There is no such group.", Missing.TicketGroup)
            : null;
        if (question.OperatorUsn is not { Length: > 0 } usn)
        {
            var members = await operators.NamedAsync(group!.Members, cancellation);
            return [.. members.Select(member => (member.Usn, WorkCalendar.Of(session.Catalogue, group, member.Item)))];
        }

        var person = await operators.OfLoginAsync(new Usn(usn), cancellation);
        if (person is null && !await operators.IsActiveSubscriptionAsync(new Usn(usn), cancellation))
        {
            throw Refuse.NotFound("USN", usn, "There is no such active subscription.", Missing.ActiveSubscription);
        }

        if (group is not null && (person is null || !group.Members.Contains(person.Item.Username)))
        {
            throw Refuse.Invalid("USN", usn, $"It is no member of the group {group.Name}.");
        }

        return (group ?? person?.Group) is { } hours && person is not null
            ? [(person.Usn, WorkCalendar.Of(session.Catalogue, hours, person.Item))]
            : [];
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
