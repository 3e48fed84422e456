using Smile.Api.Soap;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Soap;

namespace Smile.Server.Tests.Security;

/// <summary>Under which fault a refusal is told.</summary>
public sealed class FaultTests
{
    private static readonly SmileFaultMapper Served = new(new FaultRules(DeclaredOnly: false));
    private static readonly SmileFaultMapper Tested = new(new FaultRules(DeclaredOnly: true));

    public static TheoryData<string, Fault, string> Refusals =>
        new()
        {
            { "orderAccount", Fault.OrderException, "OrderException" },
            // What any use case may refuse is told under the operation's own fault.
            { "orderAccount", Fault.InvalidRequestException, "OrderException" },
            { "orderAccount", Fault.NoSuchItemException, "OrderException" },
            // The guide gives it no other.
            { "addOrderToGroup", Fault.OrderException, "NoSuchItemException" },
            { "allocate", Fault.InvalidRequestException, "InvalidRequestException" },
            { "allocate", Fault.AccessException, "AccessException" },
        };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_refusal_is_told_under_a_fault_that_the_operation_declares(string operation, Fault fault, string expected)
    {
        var refusal = new SmileException(fault, "Because");
        Assert.Equal(expected, Served.Map(refusal, Operation(operation))!.FaultElement);
        Assert.Equal(expected, Tested.Map(refusal, Operation(operation))!.FaultElement);
    }

    /// <summary>A use case that names the fault of another operation is wrong: callers get one that they can read, tests fail.</summary>
    [Fact]
    public void A_fault_that_the_operation_does_not_declare_fails_in_tests()
    {
        var wrong = new SmileException(Fault.SuspendException, "Because");
        Assert.Equal("OrderException", Served.Map(wrong, Operation("orderAccount"))!.FaultElement);
        var failure = Assert.Throws<InvalidOperationException>(() => Tested.Map(wrong, Operation("orderAccount")));
        Assert.Equal("The operation orderAccount does not declare SuspendException: Because", failure.Message);
    }

    [Fact]
    public void Every_fault_of_the_contract_has_a_name()
    {
        var declared = SmileEndpoints.All.SelectMany(endpoint => endpoint.Operations).SelectMany(operation => operation.Faults);
        Assert.All(declared, fault => Assert.True(Enum.TryParse<Fault>(fault, out _), fault));
        Assert.Equal("NoSuchOrderFormException", Missing.OrderForm.Exception());
    }

    private static SoapOperation Operation(string name) =>
        SmileEndpoints.All.SelectMany(endpoint => endpoint.Operations).First(operation => operation.Name == name);
}
