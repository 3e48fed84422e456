namespace Smile.Modules.Tests.Catalogue.Reading;

/// <summary>What can be wrong with a package, which must fit the services, plans, fields and account that it refers to.</summary>
public sealed class PackageProblemTests
{
    /// <summary>Lines 1 to 4 of each file; what a case adds begins on line 5.</summary>
    private const string Head = "packages:\n  - id: 5\n    name: P\n    company: 1\n";

    private const string Adsl = "    subscriptions: [{ service: 17 }]\n    form: [{ name: username }]\n";

    private const string Account = "    account: { accountType: 1, accountTerms: 1 }\n";

    private const string Contract =
        "itemDescriptions: [{ code: fee, description: Leaving early }]\ncontracts: [{ id: 8, service: 17, name: C, duration: 12, "
        + "validFrom: 2015-01-01, earlyTerminationFee: { itemCode: fee, rate: 10 }, plans: [{ id: 1, plan: Silver }] }]\n";

    public static TheoryData<string, string> Cases =>
        new()
        {
            {
                "",
                "test.yaml(2,5): packages[0].subscriptions: A package creates an account, subscriptions or both; this one creates nothing."
            },
            {
                "    account: { accountType: 9, accountTerms: 1 }",
                "test.yaml(5,29): packages[0].account.accountType: There is no account type 9."
            },
            {
                "    account: { accountType: 1, accountTerms: 9 }",
                "test.yaml(5,46): packages[0].account.accountTerms: There is no account terms 9."
            },
            {
                "    account: { accountType: 1, accountTerms: 1, timeZone: Asia/Tokyo }",
                "test.yaml(5,59): packages[0].account.timeZone: There is no time zone Asia/Tokyo."
            },
            {
                "    account: { accountType: 1, accountTerms: 1, cycleDay: 32 }",
                "test.yaml(5,59): packages[0].account.cycleDay: '32' is out of range: 1 to 31."
            },
            {
                "    account: { accountType: 1, accountTerms: 1, cycleType: Weekly }",
                "test.yaml(5,60): packages[0].account.cycleType: Expected one of Anniversary, Monthly, Custom, but this is 'Weekly'."
            },
            {
                "    subscriptions: [{ service: 99 }]\n    form: [{ name: username }]",
                "test.yaml(5,32): packages[0].subscriptions[0].service: There is no service 99."
            },
            {
                Adsl + "    plans: [{ id: 1, plans: [Goldd] }]",
                "test.yaml(7,30): packages[0].plans[0].plans[0]: There is no plan Goldd. Did you mean 'Gold'?"
            },
            {
                Adsl + "    plans: [{ id: 1, plans: [Gold, voip] }]",
                "test.yaml(7,36): packages[0].plans[0].plans[1]: The plan 'voip' is for service 15, which the package does not have."
            },
            {
                Adsl + "    plans: [{ id: 1, plans: [Gold, Silver] }]",
                "test.yaml(7,36): packages[0].plans[0].plans[1]: The plans 'Gold' and 'Silver' are both for plan schedule type 1 of "
                    + "service 17; a subscription has one at a time."
            },
            {
                Adsl + "    plans: [{ id: 1, plans: [Gold] }, { id: 1, plans: [Silver] }]",
                "test.yaml(7,45): packages[0].plans[1].id: The package already has a plan 1."
            },
            {
                Adsl + "    plans: [{ id: 1, plans: [Gold], contract: 9 }]",
                "test.yaml(7,47): packages[0].plans[0].contract: There is no contract 9."
            },
            {
                Adsl + "    plans: [{ id: 1, plans: [Gold], contract: 8 }]\n" + Contract,
                "test.yaml(7,47): packages[0].plans[0].contract: None of the plans offers contract 8."
            },
            { Adsl + "    plans: [{ id: 1 }]", "test.yaml(7,13): packages[0].plans[0].plans: A choice of plan needs at least one plan." },
            {
                "    subscriptions: [{ service: 17 }]\n    form: [{ name: usrname }]\n",
                "test.yaml(5,21): packages[0].subscriptions[0].usernameField: The order form has no field 'username'. Did you mean "
                    + "'usrname'?|test.yaml(6,12): packages[0].form[0].id: The key 'id' is missing.|test.yaml(6,20): "
                    + "packages[0].form[0].name: No such field 'usrname': neither predefined, nor of the account or a service of this "
                    + "package. Did you mean 'username'?"
            },
            {
                "    subscriptions: [{ service: 17, passwordField: secret }]\n    form: [{ name: username }]",
                "test.yaml(5,51): packages[0].subscriptions[0].passwordField: The order form has no field 'secret'."
            },
            {
                "    subscriptions: [{ service: 17, passwordField: secret }]\n    form: [{ name: username }, { id: 5, name: secret, "
                    + "kind: Integer }]",
                "test.yaml(5,51): packages[0].subscriptions[0].passwordField: The order form's field 'secret' is of kind Integer; "
                    + "usernames and passwords are of kind String."
            },
            {
                "    subscriptions: [{ service: 17, passwordField: emailAddress }]\n    form: [{ name: username }, { id: 5, name: "
                    + "emailAddress }]",
                "test.yaml(5,51): packages[0].subscriptions[0].passwordField: The field 'emailAddress' is stored where anybody can "
                    + "read it. Use a field that holds nothing but the password."
            },
            {
                "    subscriptions: [{ service: 15, passwordField: secret }]\n    form: [{ name: username }, { id: 5, name: secret }]",
                "test.yaml(5,51): packages[0].subscriptions[0].passwordField: The service 15 has no credentials, so the password "
                    + "would be lost."
            },
            {
                Adsl.TrimEnd()[..^1] + ", { name: companyName, id: 103 }]",
                "test.yaml(6,40): packages[0].form[1].name: No such field 'companyName': neither predefined, nor of the account or a "
                    + "service of this package. Did you mean 'companyName'?"
            },
            {
                Adsl.TrimEnd()[..^1] + ", { name: phoneLines, id: 91 }]",
                "test.yaml(6,40): packages[0].form[1].name: No such field 'phoneLines': neither predefined, nor of the account or a "
                    + "service of this package. Did you mean 'phoneLines'?"
            },
            {
                Adsl.TrimEnd()[..^1] + ", { name: speed, kind: Integer }]",
                "test.yaml(6,53): packages[0].form[1].kind: The field 'speed' is defined as Decimal."
            },
            {
                Adsl.TrimEnd()[..^1] + ", { name: username }]",
                "test.yaml(6,40): packages[0].form[1].name: The list already has a field 'username'."
            },
            {
                Account + Adsl.TrimEnd()[..^1] + ", { name: speed }]",
                "test.yaml(7,40): packages[0].form[1].name: The field 'speed' is of different kinds in what this package creates: "
                    + "String, Decimal."
            },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_package_that_does_not_fit_is_reported_at_its_place(string rest, string problems) =>
        Assert.Equal(problems.Split('|'), CatalogueText.Problems(Head + rest));

    [Fact]
    public void Subscriptions_may_share_the_fields_of_their_credentials_and_a_form_may_have_fields_for_nothing_else()
    {
        var content = CatalogueText.Content(
            CatalogueText.Base,
            Head
                + """
                    subscriptions:
                      - { service: 17, usernameField: login, passwordField: secret }
                      - { service: 17, usernameField: login, passwordField: secret }
                    form: [{ id: 5, name: login }, { id: 6, name: secret }]
                """
        );

        Assert.Equal(["secret", "secret"], content.Packages.Single().Subscriptions.Select(subscription => subscription.PasswordField));
    }
}
