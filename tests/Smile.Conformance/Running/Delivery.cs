namespace Smile.Conformance.Running;

/// <summary>What the bus promises of all messages together.</summary>
internal static class Delivery
{
    /// <summary>
    /// Every announced message arrived; what arrived twice has its id and number from the first time; on each topic, the first arrivals of
    /// an account's messages are in the order of their numbers; and an account's numbers count from 1 without a gap over all topics.
    /// </summary>
    public static void AssertComplete(IReadOnlyCollection<AnnouncedMessage> announced, IReadOnlyCollection<HeardMessage> heard)
    {
        Assert.Equal(announced.Select(message => message.Id).Order(), heard.Select(message => message.Id).Distinct().Order());
        var byId = announced.ToDictionary(message => message.Id);
        Assert.All(heard, message => Assert.Equal(byId[message.Id], message.Announced));
        foreach (var account in heard.DistinctBy(message => message.Id).GroupBy(message => message.Group))
        {
            Assert.Equal(
                Enumerable.Range(1, account.Count()).Select(number => (long)number),
                account.Select(message => message.Sequence).Order()
            );
            foreach (var topic in account.GroupBy(message => message.Topic))
            {
                Assert.Equal(topic.Select(message => message.Sequence).Order(), topic.Select(message => message.Sequence));
            }
        }
    }
}
