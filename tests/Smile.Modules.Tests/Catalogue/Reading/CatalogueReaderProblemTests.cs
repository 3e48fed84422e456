namespace Smile.Modules.Tests.Catalogue.Reading;

/// <summary>What the reader finds wrong, and that it says exactly where.</summary>
public sealed class CatalogueReaderProblemTests
{
    public static TheoryData<string, string> WrongValues =>
        new()
        {
            {
                "plans:\n  - id: 9\n    code: Platinum\n    servce: 17\n    service: 17",
                "test.yaml(4,5): plans[0].servce: Unknown key 'servce'. Did you mean 'service'?"
            },
            { "plans:\n  - id: 9\n    service: 17", "test.yaml(2,5): plans[0].code: The key 'code' is missing." },
            { "plns: []", "test.yaml(1,1): plns: Unknown key 'plns'. Did you mean 'plans'?" },
            { "zebras: []", "test.yaml(1,1): zebras: Unknown key 'zebras'." },
            {
                "plans:\n  - { id: nine, code: P, service: 17 }",
                "test.yaml(2,11): plans[0].id: Expected a whole number, but this is 'nine'."
            },
            {
                "plans:\n  - { id: \"9\", code: P, service: 17 }",
                "test.yaml(2,11): plans[0].id: Expected a whole number, but this is '9'."
            },
            { "plans:\n  - { id: 0, code: P, service: 17 }", "test.yaml(2,11): plans[0].id: '0' is out of range: 1 to 2147483647." },
            {
                "plans:\n  - { id: 99999999999, code: P, service: 17 }",
                "test.yaml(2,11): plans[0].id: '99999999999' is out of range: 1 to 2147483647."
            },
            {
                "plans:\n  - { id: 9, code: P Q, service: 17 }",
                "test.yaml(2,20): plans[0].code: 'P Q' is not a code: 1 to 60 letters, digits, '_', '-' and '.'."
            },
            { "plans:\n  - { id: 9, code: [P], service: 17 }", "test.yaml(2,20): plans[0].code: Expected a text, but this is a list." },
            { "plans:\n  - { id: 9, code: , service: 17 }", "test.yaml(2,20): plans[0].code: Expected a text, but this is nothing." },
            { "plans: { id: 9 }", "test.yaml(1,8): plans: Expected a list, but this is a mapping." },
            { "plans: [Gold]", "test.yaml(1,9): plans[0]: Expected a mapping, but this is 'Gold'." },
            { "- plans", "test.yaml(1,1): : Expected a mapping of sections, but this is a list." },
            {
                "timeZones:\n  - id: 20\n    name: Australia/Sidney",
                "test.yaml(3,11): timeZones[0].name: There is no time zone 'Australia/Sidney' on this machine. Did you mean "
                    + "'Australia/Sydney'?"
            },
            { "currencies: [{ code: usd }]", "test.yaml(1,22): currencies[0].code: 'usd' is not an ISO 4217 code: three capital letters." },
            {
                "currencies: [{ code: JPY, decimals: 0, cashUnit: 0.5 }]",
                "test.yaml(1,50): currencies[0].cashUnit: '0.5' is out of range: numbers with at most 0 decimals."
            },
            {
                "currencies: [{ code: JPY, cashUnit: 1e3 }]",
                "test.yaml(1,37): currencies[0].cashUnit: Expected a decimal number, but this is '1e3'."
            },
            {
                "accountTerms: [{ id: 2, name: T, dueDays: -1 }]",
                "test.yaml(1,43): accountTerms[0].dueDays: '-1' is out of range: 0 to 366."
            },
            {
                "gstSchedules: [{ code: g, rates: [] }]",
                "test.yaml(1,34): gstSchedules[0].rates: The list 'rates' needs at least one item."
            },
            {
                "gstSchedules: [{ code: g, rates: [{ from: 1 July 2000, percent: 10 }] }]",
                "test.yaml(1,43): gstSchedules[0].rates[0].from: Expected a date such as 2000-07-01, but this is '1 July 2000'."
            },
            {
                "gstSchedules: [{ code: g, rates: [{ from: 2000-07-01, percent: 110 }] }]",
                "test.yaml(1,64): gstSchedules[0].rates[0].percent: '110' is out of range: 0 to 100."
            },
            {
                "services: [{ id: 9, name: S, provisioning: external }]",
                "test.yaml(1,44): services[0].provisioning: Expected one of Automatic, External, but this is 'external'. Did you mean "
                    + "'External'?"
            },
            {
                "services: [{ id: 9, name: S, hasCredentials: yes }]",
                "test.yaml(1,46): services[0].hasCredentials: Expected true or false, but this is 'yes'."
            },
            {
                "services: [{ id: 9, name: S, provisioningAttempts: 0 }]",
                "test.yaml(1,52): services[0].provisioningAttempts: '0' is out of range: 1 to 100."
            },
            {
                "services: [{ id: 9, name: S, usnPrefix: \"C N\" }]",
                "test.yaml(1,41): services[0].usnPrefix: A USN is prefixed or suffixed with at most 10 letters, digits and '-'."
            },
            {
                "services: [{ id: 9, name: S, subservices: { usernamePattern: \"0[\" } }]",
                "test.yaml(1,62): services[0].subservices.usernamePattern: This is no regular expression."
            },
            {
                "services: [{ id: 9, name: S, subservices: { usernamePattern: \"(?=0).*\" } }]",
                "test.yaml(1,62): services[0].subservices.usernamePattern: The pattern cannot look around or back at what it has matched."
            },
            {
                "services: [{ id: 9, name: S, subservices: { most: 0 } }]",
                "test.yaml(1,51): services[0].subservices.most: '0' is out of range: 1 to 10000."
            },
            {
                "services: [{ id: 9, name: S, subservices: { fields: [{ id: 901, name: type }] } }]",
                "test.yaml(1,53): services[0].subservices.fields: The field 'type' says which type a subservice is: name this "
                    + "one otherwise."
            },
            {
                "services: [{ id: 9, name: S, subservices: { fields: [{ id: 901, name: aa }], types: [{ code: t, fields: [{ "
                    + "id: 901, name: aa }] }] } }]",
                "test.yaml(1,105): services[0].subservices.types[0].fields: The subservices of all types have a field 'aa' already."
            },
            {
                "services: [{ id: 9, name: S, subservices: { types: [{ code: t }, { code: t }] } }]",
                "test.yaml(1,74): services[0].subservices.types[1].code: The list already has a type 't'."
            },
            {
                "services: [{ id: 9, name: S, steps: [Provision, Enable] }]",
                "test.yaml(1,37): services[0].steps: The steps are Provision, Enable, Activate, each once, in the order wanted."
            },
            {
                "services: [{ id: 9, name: S, steps: [Provision, Enable, Activat] }]",
                "test.yaml(1,57): services[0].steps[2]: Expected one of Provision, Enable, Activate, but this is 'Activat'. Did you "
                    + "mean 'Activate'?"
            },
            {
                "services: [{ id: 9, name: S, isCatAccess: true, hasCredentials: false }]",
                "test.yaml(1,65): services[0].hasCredentials: A login to the API (isCatAccess) needs credentials."
            },
            {
                "services: [{ id: 9, name: S, qualifier: { kind: http, address: somewhere } }]",
                "test.yaml(1,64): services[0].qualifier.address: An http qualifier needs an address that begins with http:// or https://."
            },
            {
                "services: [{ id: 9, name: S, qualifier: { kind: table } }]",
                "test.yaml(1,41): services[0].qualifier.rows: A table qualifier needs at least one row."
            },
            {
                "services: [{ id: 9, name: S, qualifier: { kind: oracle } }]",
                "test.yaml(1,49): services[0].qualifier.kind: Expected http or table, but this is 'oracle'."
            },
            {
                "services: [{ id: 9, name: S, properties: { a: [1] } }]",
                "test.yaml(1,42): services[0].properties: 'a' cannot be a field: a name has 1 to 100 letters, digits, '_', '-' and "
                    + "'.', a value is a text, a number, a date, true, false or a mapping of such."
            },
            {
                "paymentTypes: [{ code: c, name: C, kind: Card }]",
                "test.yaml(1,16): paymentTypes[0].labels: A payment type of kind Card needs the label 'number'."
            },
            {
                "paymentTypes: [{ code: c, name: C, kind: Card, gateway: batch, labels: { number: N } }]",
                "test.yaml(1,57): paymentTypes[0].gateway: Card numbers do not go into files: 'batch' is for payment types of kind "
                    + "BankAccount."
            },
            {
                "paymentTypes: [{ code: c, name: C, labels: { nam: A } }]",
                "test.yaml(1,46): paymentTypes[0].labels.nam: Unknown key 'nam'. Did you mean 'name'?"
            },
            {
                "paymentTypes: [{ code: c, name: C, minimumAmount: 5, maximumAmount: 4 }]",
                "test.yaml(1,69): paymentTypes[0].maximumAmount: The largest amount is less than the least one."
            },
            {
                "paymentTypes: [{ code: c, name: C, currency: AUD, minimumAmount: 0.005 }]",
                "test.yaml(1,66): paymentTypes[0].minimumAmount: '0.005' is out of range: numbers with at most 2 decimals."
            },
            {
                "itemDescriptions: [{ code: c, description: D, unitSize: 0 }]",
                "test.yaml(1,57): itemDescriptions[0].unitSize: A rate is for more than zero units."
            },
            {
                "itemDescriptions: [{ code: c, description: D, rate: 0.123456 }]",
                "test.yaml(1,53): itemDescriptions[0].rate: '0.123456' is out of range: numbers with at most 5 decimals."
            },
            // M11: a rate in no currency would be $99.00 for one company and ¥99 for another.
            {
                "currencies: [{ code: JPY, decimals: 0 }]\ncompanies: [{ id: 2, name: N, currency: JPY, timeZone: Australia/Sydney "
                    + "}]\nitemDescriptions: [{ code: c, description: D, rate: 99 }]",
                "test.yaml(3,53): itemDescriptions[0].rate: The companies have different currencies: name the rate's currency with "
                    + "'currency', or the item's company with 'company'."
            },
            {
                "bondTypes: [{ id: modem, company: 1, name: M, amount: 50 }]",
                "test.yaml(1,19): bondTypes[0].id: 'modem' is not a UUID such as 6aecbd7b-cfe4-4b79-9af4-92f5e70564d9."
            },
            {
                "bondTypes: [{ id: 6aecbd7b-cfe4-4b79-9af4-92f5e70564d9, company: 1, name: M, amount: 0.005 }]",
                "test.yaml(1,86): bondTypes[0].amount: '0.005' is out of range: numbers with at most 2 decimals."
            },
            {
                "itemDescriptions: [{ code: c, description: D }]\nchargeTypes: [{ id: 1, name: N }]\ninvoiceGroupings: [{ id: "
                    + "6aecbd7b-cfe4-4b79-9af4-92f5e70564d9, company: 1, name: M, itemCode: c, chargeTypes: [1, one] }]",
                "test.yaml(3,115): invoiceGroupings[0].chargeTypes[1]: Expected a whole number of 0 to 2147483647, but this is 'one'."
            },
            {
                "accountFields: [{ id: 5, name: dob, kind: Date }]",
                "test.yaml(1,43): accountFields[0].kind: 'dob' is a predefined field and holds a Timestamp (guide, \"Existing field "
                    + "names\")."
            },
            { "accountFields: [{ name: nickname }]", "test.yaml(1,17): accountFields[0].id: The key 'id' is missing." },
            {
                "accountFields: [{ id: 103, name: nickname }]",
                "test.yaml(1,23): accountFields[0].id: The field id 103 already means 'companyName' at base.yaml(10)."
            },
            {
                "accountFields: [{ id: 5, name: contact, kind: Object }]",
                "test.yaml(1,17): accountFields[0].members: A compound field (kind Object) needs members."
            },
            {
                "accountFields: [{ id: 5, name: contact, members: [{ id: 6, name: a }] }]",
                "test.yaml(1,50): accountFields[0].members: Only a compound field (kind Object) has members."
            },
            {
                "accountFields: [{ id: 5, name: modem, kind: Boolean, collection: modems }]",
                "test.yaml(1,66): accountFields[0].collection: A field of kind Boolean cannot take its values from a collection."
            },
        };

    public static TheoryData<string, string> Duplicates =>
        new()
        {
            {
                "companies: [{ id: 1, name: Other, currency: AUD, timeZone: Australia/Sydney }]",
                "test.yaml(1,19): companies[0].id: company id '1' is already used at base.yaml(3)."
            },
            {
                "companies: [{ id: 2, name: Example Telecom, currency: AUD, timeZone: Australia/Sydney }]",
                "test.yaml(1,28): companies[0].name: company name 'Example Telecom' is already used at base.yaml(3)."
            },
            { "currencies: [{ code: AUD }]", "test.yaml(1,22): currencies[0].code: currency code 'AUD' is already used at base.yaml(1)." },
            {
                "plans: [{ id: 9, code: Gold, service: 17 }]",
                "test.yaml(1,24): plans[0].code: plan code 'Gold' is already used at base.yaml(16)."
            },
            {
                "bondTypes:\n  - { id: 6aecbd7b-cfe4-4b79-9af4-92f5e70564d9, company: 1, name: M, amount: 1 }\n  - { id: "
                    + "6aecbd7b-cfe4-4b79-9af4-92f5e70564d9, company: 1, name: N, amount: 1 }",
                "test.yaml(3,11): bondTypes[1].id: bond type id '6aecbd7b-cfe4-4b79-9af4-92f5e70564d9' is already used at test.yaml(2)."
            },
            {
                "itemDescriptions:\n  - { code: c, company: 1, description: D }\n  - { code: c, description: D }\n  - { code: c, "
                    + "company: 1, description: E }",
                "test.yaml(4,13): itemDescriptions[2].code: item description of company 1 code 'c' is already used at test.yaml(2)."
            },
            {
                "accountFields: [{ id: 103, name: companyName }]",
                "test.yaml(1,34): accountFields[0].name: account field name 'companyName' is already used at base.yaml(10)."
            },
            {
                "customCollections: [{ code: c, entries: [{ code: a }, { code: a }] }]",
                "test.yaml(1,63): customCollections[0].entries[1].code: The collection already has an entry 'a'."
            },
            {
                "gstSchedules: [{ code: g, rates: [{ from: 2000-07-01, percent: 1 }, { from: 2000-07-01, percent: 2 }] }]",
                "test.yaml(1,77): gstSchedules[0].rates[1].from: Another rate of this schedule holds from the same date."
            },
            {
                "services: [{ id: 9, name: S, fields: [{ id: 5, name: a }, { id: 5, name: a }] }]",
                "test.yaml(1,74): services[0].fields[1].name: The list already has a field 'a'."
            },
            { "plans: [{ id: 9, id: 10, code: P, service: 17 }]", "test.yaml(1,18): : The key 'id' is given more than once." },
        };

    public static TheoryData<string, string> DanglingReferences =>
        new()
        {
            {
                "companies: [{ id: 2, name: C, currency: AUX, timeZone: Australia/Sydney }]",
                "test.yaml(1,41): companies[0].currency: There is no currency AUX. Did you mean 'AUD'?"
            },
            {
                "companies: [{ id: 2, name: C, currency: AUD, timeZone: Asia/Tokyo }]",
                "test.yaml(1,56): companies[0].timeZone: There is no time zone Asia/Tokyo."
            },
            {
                "accountTypes: [{ id: 2, name: T, gstSchedule: vat }]",
                "test.yaml(1,47): accountTypes[0].gstSchedule: There is no GST schedule vat."
            },
            {
                "accountFields: [{ id: 5, name: modem, collection: modem }]",
                "test.yaml(1,51): accountFields[0].collection: There is no custom collection modem. Did you mean 'modems'?"
            },
            {
                "paymentTypes: [{ code: c, name: C, currency: AUX }]",
                "test.yaml(1,46): paymentTypes[0].currency: There is no currency AUX. Did you mean 'AUD'?"
            },
            { "paymentTypes: [{ code: c, name: C, company: 2 }]", "test.yaml(1,45): paymentTypes[0].company: There is no company 2." },
            {
                "itemDescriptions: [{ code: c, description: D, reportingCategory: ps }]",
                "test.yaml(1,66): itemDescriptions[0].reportingCategory: There is no reporting category ps."
            },
            {
                "itemDescriptions: [{ code: c, description: D }]\ninvoiceGroupings: [{ id: 6aecbd7b-cfe4-4b79-9af4-92f5e70564d9, "
                    + "company: 1, name: M, itemCode: cc }]",
                "test.yaml(2,95): invoiceGroupings[0].itemCode: There is no item description cc. Did you mean 'c'?"
            },
            {
                "itemDescriptions: [{ code: c, description: D }]\ninvoiceGroupings: [{ id: 6aecbd7b-cfe4-4b79-9af4-92f5e70564d9, "
                    + "company: 1, name: M, itemCode: c, chargeTypes: [7] }]",
                "test.yaml(2,112): invoiceGroupings[0].chargeTypes[0]: There is no charge type 7."
            },
            { "plans: [{ id: 9, code: P, service: 99 }]", "test.yaml(1,36): plans[0].service: There is no service 99." },
            { "features: [{ id: 9, name: F, service: 123456 }]", "test.yaml(1,39): features[0].service: There is no service 123456." },
        };

    [Theory]
    [MemberData(nameof(WrongValues))]
    [MemberData(nameof(Duplicates))]
    [MemberData(nameof(DanglingReferences))]
    public void A_problem_is_reported_at_its_place(string text, string problem) => Assert.Equal([problem], CatalogueText.Problems(text));

    [Fact]
    public void Every_problem_of_every_file_is_reported_in_order()
    {
        var result = CatalogueText.Read(
            CatalogueText.Base,
            "plans:\n  - { id: x, code: P }\n  - { id: 10, code: Q, service: 99999, nam: Q }",
            "packages:\n  - id: 5\n    company: 7\naccountTerms:\n  - { id: 1, name: Default terms, dueDays: soon }"
        );

        Assert.Equal(
            [
                "2.yaml(2,5): plans[0].service: The key 'service' is missing.",
                "2.yaml(2,11): plans[0].id: Expected a whole number, but this is 'x'.",
                "2.yaml(3,33): plans[1].service: There is no service 99999.",
                "2.yaml(3,40): plans[1].nam: Unknown key 'nam'. Did you mean 'name'?",
                "3.yaml(2,5): packages[0].name: The key 'name' is missing.",
                "3.yaml(2,5): packages[0].subscriptions: A package creates an account, subscriptions or both; this one creates nothing.",
                "3.yaml(3,14): packages[0].company: There is no company 7.",
                "3.yaml(5,11): accountTerms[0].id: account terms id '1' is already used at 1.yaml(6).",
                "3.yaml(5,20): accountTerms[0].name: account terms name 'Default terms' is already used at 1.yaml(6).",
                "3.yaml(5,44): accountTerms[0].dueDays: Expected a whole number, but this is 'soon'.",
            ],
            result.Problems.Select(problem => problem.ToString())
        );
        Assert.Null(result.Content);
    }

    [Fact]
    public void What_cannot_be_read_is_reported_once_and_not_again_by_what_it_would_have_been_checked_against()
    {
        var problems = CatalogueText.Problems(
            "packages:\n  - id: 5\n    name: P\n    company: [1]\n    subscriptions: [{ service: ADSL }]\n    form: [{ name: username }]"
        );

        Assert.Equal(
            [
                "test.yaml(4,14): packages[0].company: Expected a whole number, but this is a list.",
                "test.yaml(5,32): packages[0].subscriptions[0].service: Expected a whole number, but this is 'ADSL'.",
            ],
            problems
        );
    }
}
