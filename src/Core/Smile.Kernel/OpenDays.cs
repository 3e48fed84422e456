using Smile.Contracts.Faults;
using Smile.Soap.Xml;

namespace Smile.Kernel;

/// <summary>
/// The days from and until which something holds, as requests give them. Clients that have no bound send the first or the last day that
/// they know; that is none here.
/// </summary>
public static class OpenDays
{
    public static DateOnly? From(XmlDate? day, string what, Fault fault = Fault.InvalidRequestException) =>
        day switch
        {
            null or { IsOpenStart: true } => null,
            { IsOpenEnd: true } => throw Refuse.With(fault, what, day, "This day never comes."),
            { } stated => stated.Date,
        };

    public static DateOnly? Until(XmlDate? day, string what, Fault fault = Fault.InvalidRequestException) =>
        day switch
        {
            null or { IsOpenEnd: true } => null,
            { IsOpenStart: true } => throw Refuse.With(fault, what, day, "Nothing was there until that day."),
            { } stated => stated.Date,
        };
}
