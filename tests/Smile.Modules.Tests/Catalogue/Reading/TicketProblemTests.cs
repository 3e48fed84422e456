using Smile.Catalogue;

namespace Smile.Modules.Tests.Catalogue.Reading;

/// <summary>What is found wrong in the support desk's sections, with its place.</summary>
public sealed class TicketProblemTests
{
    private const string Statuses =
        "ticketStatuses: [{ id: 1, name: New }, { id: 2, name: Waiting, kind: Waiting }, { id: 9, name: Done, kind: Closed }]\n";

    private const string People =
        "operators: [{ username: anna }]\n"
        + "ticketGroups: [{ id: 5, name: Desk, timeZone: Australia/Sydney, members: [anna], hours: ['Mon-Fri 09:00-17:00'] }]\n";

    private const string Types =
        "ticketTypes: [{ id: 7, name: Fault, firstStatus: 1, fields: [{ id: 901, name: day, kind: Date }, { id: 902, name: serial }] }]\n";

    private const string Actions =
        "ticketActions:\n"
        + "  - { id: 1, name: Wait, types: [7], from: [1], to: 2 }\n"
        + "  - { id: 2, name: Close, types: [7], from: [1, 2], to: 9 }\n";

    private const string Whole = Statuses + People + Types + Actions;

    [Fact]
    public void A_whole_desk_has_no_problem()
    {
        var content = CatalogueText.Content(CatalogueText.Base, Whole);
        Assert.Equal([new WorkingSpan(DayOfWeek.Monday, 540, 1020)], content.TicketGroups[0].Hours.Take(1));
        Assert.Equal(5, content.TicketGroups[0].Hours.Count);
        Assert.Equal(TicketActor.Staff, content.TicketActions[0].By);
    }

    [Theory]
    [InlineData("{ id: 1, name: Other }", "ticketStatuses[0].id: ticket status id '1' is already used")]
    [InlineData("{ id: 4, name: New }", "ticketStatuses[0].name: ticket status name 'New' is already used")]
    [InlineData("{ id: 4, name: Odd, kind: Shut }", "ticketStatuses[0].kind: Expected one of Open, Waiting, Closed")]
    [InlineData("{ id: 4, name: Nowhere }", "ticketStatuses[0].id: No ticket comes to the status 'Nowhere'.")]
    public void A_problem_of_a_status(string status, string expected) => RequireProblem($"ticketStatuses: [{status}]", expected);

    [Theory]
    [InlineData("{ username: anna }", "operators[0].username: operator username 'anna' is already used")]
    [InlineData("{ username: ben, hours: ['Mon 09:00-08:00'] }", "operators[0].hours[0]: 'Mon 09:00-08:00' are no hours")]
    [InlineData("{ username: ben, hours: ['Mo 09:00-17:00'] }", "operators[0].hours[0]: 'Mo 09:00-17:00' are no hours")]
    [InlineData("{ username: ben, hours: ['Mon 09:60-17:00'] }", "operators[0].hours[0]: 'Mon 09:60-17:00' are no hours")]
    [InlineData("{ username: ben, hours: ['Mon 09:00-24:01'] }", "operators[0].hours[0]: 'Mon 09:00-24:01' are no hours")]
    [InlineData(
        "{ username: ben, hours: ['Fri-Mon 09:00-17:00', 'Sun 16:00-18:00'] }",
        "operators[0].hours[1]: 'Sun 16:00-18:00' overlaps hours that the list already has."
    )]
    [InlineData("{ username: ben, leave: [{ from: 2015-02-02, to: 2015-02-01 }] }", "operators[0].leave[0].to: Leave ends on its first")]
    [InlineData("{ username: ben, skills: ['a b'] }", "operators[0].skills[0]: 'a b' is not a code")]
    public void A_problem_of_an_operator(string person, string expected) => RequireProblem($"operators: [{person}]", expected);

    [Theory]
    [InlineData("hours: ['Mon 09:00-17:00'], members: [ann]", "ticketGroups[0].members[0]: There is no operator ann. Did you mean 'anna'?")]
    [InlineData("hours: ['Mon 09:00-17:00'], members: [anna, anna]", "ticketGroups[0].members[1]: The list already has anna.")]
    [InlineData("members: [anna]", "ticketGroups[0].hours: A group needs hours")]
    [InlineData("hours: ['Mon 09:00-17:00'], emailAddress: nobody", "ticketGroups[0].emailAddress: Mail cannot be sent to 'nobody'.")]
    public void A_problem_of_a_group(string group, string expected) =>
        RequireProblem($"ticketGroups: [{{ id: 6, name: Six, timeZone: Australia/Sydney, {group} }}]", expected);

    [Theory]
    [InlineData("timeZone: Mars/Base, id: 6", "ticketGroups[0].timeZone: There is no time zone Mars/Base.")]
    [InlineData("timeZone: Australia/Sydney, id: 5", "ticketGroups[0].id: ticket group id '5' is already used")]
    public void A_problem_of_a_groups_place(string group, string expected) =>
        RequireProblem($"ticketGroups: [{{ name: Six, hours: ['Mon 09:00-17:00'], {group} }}]", expected);

    [Theory]
    [InlineData("id: 8, firstStatus: 3", "ticketTypes[0].firstStatus: There is no ticket status 3.")]
    [InlineData("id: 8, firstStatus: 9", "ticketTypes[0].firstStatus: A new ticket cannot have the status 'Done', which is a closed one.")]
    [InlineData("id: 7, firstStatus: 1", "ticketTypes[0].id: ticket type id '7' is already used")]
    [InlineData("id: 8, firstStatus: 1", "ticketTypes[0].id: No action leads on from the status 'New'")]
    [InlineData("id: 8, firstStatus: 1, company: 4", "ticketTypes[0].company: There is no company 4.")]
    [InlineData(
        "id: 8, firstStatus: 1, escalations: [{ afterMinutes: 5, toGroup: 6 }]",
        "ticketTypes[0].escalations[0].toGroup: There is no ticket group 6."
    )]
    public void A_problem_of_a_type(string type, string expected) => RequireProblem($"ticketTypes: [{{ name: Other, {type} }}]", expected);

    [Theory]
    [InlineData("number: 1, type: 8, subject: S", "templateTickets[0].type: There is no ticket type 8.")]
    [InlineData("number: 100000, type: 7, subject: S", "templateTickets[0].number: '100000' is out of range: 1 to 99999.")]
    [InlineData("number: 1, type: 7, subject: S, status: 9", "templateTickets[0].status: A new ticket cannot have the status 'Done'")]
    [InlineData("number: 1, type: 7, subject: S, group: 6", "templateTickets[0].group: There is no ticket group 6.")]
    [InlineData("number: 1, type: 7, subject: S, values: { seral: x }", "templateTickets[0].values: Tickets of type 'Fault' have no field")]
    [InlineData("number: 1, type: 7, subject: S, values: { serial: 5 }", "templateTickets[0].values: The field 'serial' holds a String")]
    [InlineData(
        "number: 1, type: 7, subject: 'S {{ nam }}'",
        "templateTickets[0].subject: There is no place '{{ nam }}'. Did you mean 'name'?"
    )]
    [InlineData("number: 1, type: 7, subject: S, body: ['{{ field.x }}']", "templateTickets[0].body: There is no place '{{ field.x }}'.")]
    public void A_problem_of_a_template(string template, string expected) =>
        RequireProblem($"templateTickets: [{{ {template} }}]", expected);

    [Theory]
    [InlineData("id: 2, types: [7], from: [1]", "ticketActions[0].id: ticket action id '2' is already used")]
    [InlineData("id: 3, types: [8], from: [1]", "ticketActions[0].types[0]: There is no ticket type 8.")]
    [InlineData("id: 3, types: [7], from: [4]", "ticketActions[0].from[0]: There is no ticket status 4.")]
    [InlineData("id: 3, types: [7]", "ticketActions[0].from: Name at least one.")]
    [InlineData("id: 3, types: [7], from: [1], to: 4", "ticketActions[0].to: There is no ticket status 4.")]
    [InlineData("id: 3, types: [7], from: [1], steps: [{}]", "ticketActions[0].steps[0].steps: A step has one of: mailCustomer")]
    [InlineData(
        "id: 3, types: [7], from: [1], steps: [{ note: a, customerNote: b }]",
        "ticketActions[0].steps[0].customerNote: A step has one of: mailCustomer"
    )]
    [InlineData(
        "id: 3, types: [7], from: [1], steps: [{ mailCustomer: { subject: '{{ acount }}', text: [x] } }]",
        "ticketActions[0].steps[0].mailCustomer.subject: There is no place '{{ acount }}'. Did you mean 'account'?"
    )]
    [InlineData(
        "id: 3, types: [7], from: [1], steps: [{ mailGroup: { subject: S } }]",
        "ticketActions[0].steps[0].mailGroup.text: A mail needs a text"
    )]
    [InlineData(
        "id: 3, types: [7], from: [1], steps: [{ note: '{{ field.seral }}' }]",
        "ticketActions[0].steps[0].note: There is no place '{{ field.seral }}'. Did you mean 'field.serial'?"
    )]
    [InlineData(
        "id: 3, types: [7], from: [1], steps: [{ assign: { group: 5, operator: anna } }]",
        "ticketActions[0].steps[0].assign.group: A ticket is assigned to a group or to an operator."
    )]
    [InlineData(
        "id: 3, types: [7], from: [1], steps: [{ assign: { operator: ben } }]",
        "ticketActions[0].steps[0].assign.operator: There is no operator ben."
    )]
    [InlineData(
        "id: 3, types: [7], from: [1], steps: [{ subscription: Close }]",
        "ticketActions[0].steps[0].subscription: Expected one of Suspend, Resume, Cancel"
    )]
    [InlineData(
        "id: 3, types: [7], from: [1], steps: [{ wait: { field: days, then: 2 } }]",
        "ticketActions[0].steps[0].wait.field: There is no field of all types days. Did you mean 'day'?"
    )]
    [InlineData(
        "id: 3, types: [7], from: [1], steps: [{ wait: { field: serial, then: 2 } }]",
        "ticketActions[0].steps: The field 'serial' is waited for, so it must hold a Date."
    )]
    [InlineData(
        "id: 3, types: [7], from: [1], steps: [{ wait: { field: day, then: 4 } }]",
        "ticketActions[0].steps: There is no ticket action 4."
    )]
    public void A_problem_of_an_action(string action, string expected) =>
        RequireProblem($"ticketActions: [{{ name: Third, {action} }}]", expected);

    [Theory]
    [InlineData(
        "1",
        "templateTickets: [{ number: 2, type: 7, subject: S }]",
        "accountTerms[0].treatmentLevels[0].actions[0].ticket: There is no"
    )]
    [InlineData(
        "2",
        "templateTickets: [{ number: 2, type: 8, subject: S }]\n"
            + "ticketTypes: [{ id: 8, name: Other, firstStatus: 1, fields: [{ id: 902, name: serial, required: true }] }]",
        "accountTerms[0].treatmentLevels[0].actions[0].ticket: The field 'serial' is required, and the template 2 has no value for it."
    )]
    [InlineData("2, notice: x", "", "accountTerms[0].treatmentLevels[0].actions[0]")]
    public void A_problem_of_credit_controls_tickets(string template, string others, string expected) =>
        RequireProblem(
            "accountTerms: [{ id: 2, name: Strict, treatmentLevels: "
                + $"[{{ name: Late, overdueDays: 1, actions: [{{ ticket: {template} }}] }}] }}]\n{others}",
            expected
        );

    /// <summary>A note may come by mail, and mail from anybody.</summary>
    [Theory]
    [InlineData("from: [1]", "ticketActions[0].onCustomerNote: An action that a note sets off is by Customer or Server.")]
    [InlineData("from: [1], by: Staff", "ticketActions[0].onCustomerNote: An action that a note sets off is by Customer or Server.")]
    [InlineData("from: [1], by: Customer, to: 9", "ticketActions[0].to: A note of the customer closes no ticket, and 'Done' is a closed")]
    [InlineData(
        "from: [1], by: Server, steps: [{ subscription: Cancel }]",
        "ticketActions[0].steps: An action that a note sets off neither"
    )]
    [InlineData(
        "from: [1], by: Server, steps: [{ subscription: Resume }]",
        "ticketActions[0].steps: An action that a note sets off neither"
    )]
    [InlineData(
        "from: [1], by: Server, steps: [{ wait: { field: day, then: 2 } }]",
        "ticketActions[0].steps: An action that a note sets off"
    )]
    [InlineData(
        "from: [2, 1], by: Server }, { id: 4, name: Fourth, types: [7], from: [1], by: Customer, onCustomerNote: true",
        "ticketActions[1].onCustomerNote: A note sets off one action, and in status 1 of type 7 that is 3 already."
    )]
    public void A_problem_of_what_a_note_sets_off(string action, string expected) =>
        RequireProblem($"ticketActions: [{{ id: 3, name: Third, types: [7], onCustomerNote: true, {action} }}]", expected);

    [Theory]
    [InlineData(
        "templateTickets: [{ number: 1, type: 7, subject: S, forMail: true }, { number: 2, type: 7, subject: S, forMail: true }]",
        "templateTickets[1].forMail: Mail becomes tickets of one template for each company, and 1 is one already."
    )]
    [InlineData(
        "templateTickets: [{ number: 2, type: 8, subject: S, forMail: true }]\n"
            + "ticketTypes: [{ id: 8, name: Other, firstStatus: 1, fields: [{ id: 902, name: serial, required: true }] }]",
        "templateTickets[0].forMail: The field 'serial' is required, and the template 2 has no value for it."
    )]
    [InlineData("templateTickets: [{ number: 1, type: 7, subject: S, forMail: yes please }]", "templateTickets[0].forMail: ")]
    public void A_problem_of_the_template_for_mail(string text, string expected) => RequireProblem(text, expected);

    [Fact]
    public void A_status_that_no_ticket_comes_to_and_one_that_none_leaves_are_found()
    {
        var problems = CatalogueText.Problems(
            Statuses
                + People
                + Types
                + "ticketActions:\n"
                + "  - { id: 1, name: Wait, types: [7], from: [1], to: 2 }\n"
                + "  - { id: 2, name: Close, types: [7], from: [9], to: 9 }\n"
        );
        Assert.Contains(
            problems,
            problem => problem.Contains("No ticket of type 'Fault' comes to the status 'Done'", StringComparison.Ordinal)
        );
        Assert.Contains(problems, problem => problem.Contains("No action leads on from the status 'Waiting'", StringComparison.Ordinal));
    }

    private static void RequireProblem(string text, string expected)
    {
        var problems = CatalogueText
            .Read(CatalogueText.Base, Whole, text)
            .Problems.Where(problem => problem.File == "3.yaml")
            .Select(problem => $"{problem.Path}: {problem.Message}")
            .ToList();
        Assert.True(
            problems.Any(problem => problem.StartsWith(expected, StringComparison.Ordinal)),
            $"{expected}\nis none of\n{string.Join('\n', problems)}"
        );
    }
}
