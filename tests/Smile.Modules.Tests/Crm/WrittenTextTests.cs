using Smile.Crm.Mail;

namespace Smile.Modules.Tests.Crm;

/// <summary>What somebody has written in a mail, and what is only the mail that he answers.</summary>
public sealed class WrittenTextTests
{
    public static TheoryData<string, string> Answers =>
        new()
        {
            // Gmail, Apple Mail and Thunderbird, with the line broken or not.
            { "Yes.\n\nOn Wed, Jan 14, 2015 at 10:00 AM Desk <support@desk.example.com>\nwrote:\n\n> Is it?\n> Really?\n", "Yes." },
            { "Yes.\n\nOn 14 Jan 2015, at 10:00, Desk <support@desk.example.com> wrote:\n\nIs it?\nReally?\n", "Yes." },
            { "Ja.\n\nAm 14.01.15 um 10:00 schrieb Desk:\n> Ist es so?\n", "Ja." },
            { "Oui.\n\nLe mer. 14 janv. 2015 à 10:00, Desk <support@desk.example.com> a écrit :\n> Alors ?\n", "Oui." },
            { "Sí.\n\nEl 14/01/2015 a las 10:00, Desk escribió:\n> ¿Sí?\n", "Sí." },
            // Outlook.
            { "Yes.\n\n-----Original Message-----\nFrom: Desk\nSent: Wednesday\n\nIs it?", "Yes." },
            { "Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Desk\n\nIst es so?", "Ja." },
            { "Yes.\n\n________________________________\nFrom: Desk <support@desk.example.com>\nSent: Wednesday\n\nIs it?", "Yes." },
            { "Yes.\n\n*From:* Desk\n*Sent:* Wednesday\n*To:* Joe\n*Subject:* [Ticket 100000]\n\nIs it?", "Yes." },
            { "Ja.\n\nVon: Desk\nGesendet: Mittwoch\nAn: Joe\nBetreff: [Ticket 100000]\n\nIst es so?", "Ja." },
            // Who answers below, or between.
            { "On Wed, Jan 14, 2015 at 10:00 AM Desk wrote:\n> Is it?\nYes.\n> Really?\nNo.\n", "Yes.\nNo." },
            { "> Is it?\n\nYes.", "Yes." },
            // Nothing of his own.
            { "On Wed, Jan 14, 2015 at 10:00 AM Desk wrote:\n> Is it?\n", "" },
            { "", "" },
            // What only looks like it.
            { "On the phone he wrote:\ncall back at 10.\n", "On the phone he wrote:\ncall back at 10." },
            { "On Monday at 10:00 it broke, and I saw this:\nError 7\n", "On Monday at 10:00 it broke, and I saw this:\nError 7" },
            { "From: the cellar\nthe line comes up.", "From: the cellar\nthe line comes up." },
            { "__________\nA drawing", "__________\nA drawing" },
            {
                "-----Original Message-----\nFrom: a friend\n\nForwarded to you.",
                "-----Original Message-----\nFrom: a friend\n\nForwarded to you."
            },
            // Lines and characters.
            { "a\r\nb\rc   \n\n\n\n\nd", "a\nb\nc\n\nd" },
            { "a\u0000\u0007\u001b[31mb\ud800c\ud83d\ude00\udc00", "a[31mb\ufffdc\ud83d\ude00\ufffd" },
        };

    [Theory]
    [MemberData(nameof(Answers))]
    public void What_was_answered_is_cut_off(string mail, string written) => Assert.Equal(written, WrittenText.Of(mail));

    /// <summary>Whoever writes the mail chooses it: the time grows with its length alone.</summary>
    [Theory]
    [InlineData("On 10:00 ")]
    [InlineData("On 1 2 3 schrieb schrieb schrieb\n")]
    [InlineData("_______________\n\n\n")]
    [InlineData("From: a\n")]
    [InlineData("> ")]
    [InlineData("-----Original ")]
    public async Task Long_texts_take_no_long_time(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 2_000_000 / piece.Length));
        Assert.InRange((await Task.Run(() => WrittenText.Of(text)).WaitAsync(TimeSpan.FromSeconds(20))).Length, 0, 200_000);
    }

    [Theory]
    [InlineData("Re: [Ticket 100000] Support call", "100000")]
    [InlineData("AW: WG: [ticket  123456] [Ticket 7]", "123456")]
    [InlineData("[Ticket 12345678901234567890]", null)]
    [InlineData("[Ticket ١٢٣٤٥٦]", null)]
    [InlineData("Ticket 100000", null)]
    [InlineData("[Ticket]", null)]
    [InlineData("", null)]
    public void A_subject_names_its_ticket(string subject, string? number) => Assert.Equal(number, MailSubjects.TicketOf(subject));
}
