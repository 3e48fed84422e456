using Smile.Server.Tests.Fixture;

namespace Smile.Server.Tests.Usage;

/// <summary>What must hold of what usage is bound by, whatever was done to subscriptions.</summary>
internal static class IdentifierInvariants
{
    /// <summary>
    /// Who is open has the username now that was noted last, nothing was noted that did not change, and no two subscriptions of a service
    /// had one username at a time.
    /// </summary>
    public static async Task RequireAsync(ServerFixture server) =>
        Assert.Equal(
            "",
            await server.QueryAsync<string>(
                """
                WITH spans AS (
                    SELECT i.subscription_usn, s.service_id, i.value, i.start, s.username, s.closed,
                        lead(i.start) OVER line AS next, lag(i.value) OVER line AS before
                    FROM subscription_identifier AS i JOIN subscription AS s ON s.usn = i.subscription_usn
                    WHERE i.field = '' WINDOW line AS (PARTITION BY i.subscription_usn ORDER BY i.start, i.id))
                SELECT concat_ws('; ',
                    (SELECT 'usernames that were not noted: ' || string_agg(usn, ', ') FROM subscription AS s
                        WHERE s.closed IS NULL AND NOT EXISTS (
                            SELECT FROM spans WHERE subscription_usn = s.usn AND next IS NULL AND value = s.username)
                        HAVING count(*) > 0),
                    (SELECT 'noted without a change: ' || string_agg(subscription_usn, ', ') FROM spans WHERE value = before
                        HAVING count(*) > 0),
                    (SELECT 'of two at a time: ' || string_agg(DISTINCT one.value, ', ') FROM spans AS one JOIN spans AS other
                        ON other.service_id = one.service_id AND other.value = one.value AND other.subscription_usn > one.subscription_usn
                        WHERE tstzrange(one.start, least(one.next, one.closed)) && tstzrange(other.start, least(other.next, other.closed))
                        HAVING count(*) > 0))
                """
            )
        );
}
