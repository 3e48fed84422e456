using System.Collections.Concurrent;
using MailKit;

namespace Smile.Hosting.Background;

/// <summary>How this server gets on with the mailboxes of its stages.</summary>
public sealed class TicketMailStates
{
    private readonly ConcurrentDictionary<string, TicketMailState> _states = new(StringComparer.OrdinalIgnoreCase);

    public TicketMailState Of(string stage) => _states.GetOrAdd(stage, _ => new TicketMailState());
}

/// <summary>How this server gets on with the mailbox of a stage. What it forgets when it ends is asked again by the next.</summary>
public sealed class TicketMailState
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<UniqueId, (DateTimeOffset Until, string Sender)> _postponed = [];
    private DateTimeOffset _next = DateTimeOffset.MinValue;
    private DateTimeOffset? _failingSince;
    private string? _trouble;
    private int _failures;
    private uint _validity;

    /// <summary>Why the mailbox cannot be read, and since when; null where it could.</summary>
    public (string Why, DateTimeOffset Since)? Trouble
    {
        get
        {
            lock (_lock)
            {
                return _failingSince is { } since ? (_trouble!, since) : null;
            }
        }
    }

    /// <summary>Whether it is time to look into the mailbox. Where it is, the next time is an interval later.</summary>
    internal bool Begin(DateTimeOffset now, TimeSpan interval)
    {
        lock (_lock)
        {
            if (now < _next)
            {
                return false;
            }

            _next = now + interval;
            return true;
        }
    }

    /// <summary>Notes that the mailbox could be read.</summary>
    /// <returns>Whether it could not before.</returns>
    internal bool Succeed()
    {
        lock (_lock)
        {
            var before = _failingSince is not null;
            (_failingSince, _trouble, _failures) = (null, null, 0);
            return before;
        }
    }

    /// <summary>Notes a failure: the pause before the next try doubles.</summary>
    /// <returns>Whether it is another one than before, so that one that lasts is told once.</returns>
    internal bool Fail(string why, DateTimeOffset now, TimeSpan interval)
    {
        lock (_lock)
        {
            var isNew = _trouble != why;
            (_failingSince, _trouble) = (_failingSince ?? now, why);
            var longest = interval > LongestPause ? interval : LongestPause;
            var pause = interval * Math.Pow(2, Math.Min(_failures++, 10));
            _next = now + (pause < longest ? pause : longest);
            return isNew;
        }
    }

    /// <summary>Forgets what it knows of mails where their numbers are new.</summary>
    internal void Open(uint validity)
    {
        lock (_lock)
        {
            if (_validity != validity)
            {
                _postponed.Clear();
                _validity = validity;
            }
        }
    }

    /// <summary>Leaves a mail where it is for a while.</summary>
    /// <returns>How many of the sender's wait.</returns>
    internal int Postpone(UniqueId mail, string sender, DateTimeOffset until)
    {
        lock (_lock)
        {
            _postponed[mail] = (until, sender);
            return _postponed.Values.Count(waiting => waiting.Sender == sender);
        }
    }

    internal bool IsPostponed(UniqueId mail, DateTimeOffset now)
    {
        lock (_lock)
        {
            return _postponed.TryGetValue(mail, out var waiting) && waiting.Until > now;
        }
    }

    /// <summary>Forgets mails that lie there no more.</summary>
    internal void Keep(IReadOnlyCollection<UniqueId> present)
    {
        lock (_lock)
        {
            foreach (var gone in _postponed.Keys.Except(present).ToList())
            {
                _postponed.Remove(gone);
            }
        }
    }

    internal void Forget(UniqueId mail)
    {
        lock (_lock)
        {
            _postponed.Remove(mail);
        }
    }
}
