using System.Xml;
using System.Xml.Linq;
using Smile.Contracts;
using Smile.Soap.Xml;

namespace Smile.Soap.Tests.Xml;

/// <summary>Documents read with an ordinary XML reader, as message bodies are.</summary>
public sealed class ContractDocumentTests
{
    private const string Common =
        "<version>2.0</version><transactionType>Invoice</transactionType><company>1</company><usn>1</usn>"
        + "<transactionNumber>2</transactionNumber>"
        + "<currency>AUD</currency><amount>1.00</amount><accountType>1</accountType><gstAmount>0.09</gstAmount>"
        + "<entryTimestamp>2015-01-13T09:37:25.855+11:00</entryTimestamp>";

    [Fact]
    public void A_derived_type_is_taken_where_its_base_is_declared()
    {
        var list = Read(
            $"<transaction xsi:type='p:ItemisedTransactionDetailType' xmlns:p='http://xml.inomial.com/smile/2.xsd'>{Common}</transaction>"
        );

        Assert.IsType<ItemisedTransactionDetailType>(Assert.Single(list.Transaction));
        Assert.Contains(
            "<transaction xsi:type=\"ItemisedTransactionDetailType\">",
            SmileDocuments.TransactionList.Write(list),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("xsi:type='TransactionDetailType'")]
    public void The_base_type_is_taken_stated_or_not_and_written_stated(string stated)
    {
        var list = Read($"<transaction {stated}>{Common}</transaction>");

        Assert.IsType<TransactionDetailType>(Assert.Single(list.Transaction));
        Assert.Contains(
            "<transaction xsi:type=\"TransactionDetailType\">",
            SmileDocuments.TransactionList.Write(list),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_type_of_the_contract_that_is_not_derived_is_refused()
    {
        var refusal = Assert.Throws<ContractReadException>(() => Read($"<transaction xsi:type='OrderType'>{Common}</transaction>"));

        Assert.Equal(
            "The xsi:type 'OrderType' on <TransactionList/transaction> is not a type of this contract: use 'TransactionDetailType' or "
                + "leave xsi:type out.",
            refusal.Message
        );
    }

    [Fact]
    public void A_nil_in_a_list_of_values_is_refused()
    {
        using var reader = XElement
            .Parse(
                "<UsnList xmlns='http://xml.inomial.com/smile/2.xsd' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><Usn "
                    + "xsi:nil='true'/></UsnList>"
            )
            .CreateReader();

        Assert.Equal(
            "The element <UsnList/Usn> is nil: leave it out.",
            Assert.Throws<ContractReadException>(() => SmileDocuments.UsnList.Read(reader)).Message
        );
    }

    [Fact]
    public void What_is_missing_deep_in_a_document_is_named_with_its_path()
    {
        using var reader = XElement
            .Parse(
                "<OrderForm xmlns='http://xml.inomial.com/smile/2.xsd'><Package>1</Package><PackagePlans><PackagePlan>"
                    + "<PackagePlan>2</PackagePlan></PackagePlan></PackagePlans></OrderForm>"
            )
            .CreateReader();

        var refusal = Assert.Throws<ContractReadException>(() => SmileDocuments.OrderForm.Read(reader));

        Assert.Equal("The element <OrderForm/PackagePlans/PackagePlan/Name> is required and was not specified.", refusal.Message);
        Assert.True(refusal.AboutDocument);
    }

    [Fact]
    public void A_document_that_breaks_off_is_refused()
    {
        using var reader = XmlReader.Create(new StringReader("<TransactionList xmlns='http://xml.inomial.com/smile/2.xsd'><transaction>"));

        Assert.ThrowsAny<Exception>(() => SmileDocuments.TransactionList.Read(reader));
    }

    [Fact]
    public void Another_root_is_refused()
    {
        using var reader = new XElement("Order").CreateReader();

        Assert.Equal(
            "The root element must be <TransactionList>.",
            Assert.Throws<ContractReadException>(() => SmileDocuments.TransactionList.Read(reader)).Message
        );
    }

    private static TransactionListType Read(string content)
    {
        using var reader = XElement
            .Parse(
                $"<TransactionList xmlns='http://xml.inomial.com/smile/2.xsd' "
                    + $"xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>{content}</TransactionList>"
            )
            .CreateReader();
        return SmileDocuments.TransactionList.Read(reader);
    }
}
