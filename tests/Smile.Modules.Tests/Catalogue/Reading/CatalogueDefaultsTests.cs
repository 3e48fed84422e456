using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Modules.Tests.Catalogue.Reading;

public sealed class CatalogueDefaultsTests
{
    [Fact]
    public void A_service_is_provisioned_at_once_in_the_usual_order_without_credentials()
    {
        var service = CatalogueText.Content("services: [{ id: 9, name: S }]").Services.Single();

        Assert.Equal(
            ("", "", ProvisioningMode.Automatic, 1),
            (service.UsnPrefix, service.UsnSuffix, service.Provisioning, service.ProvisioningAttempts)
        );
        Assert.Equal([FulfilmentStep.Provision, FulfilmentStep.Enable, FulfilmentStep.Activate], service.Steps);
        Assert.Equal((false, false, null), (service.HasCredentials, service.IsCatAccess, service.AuthenticationServiceType));
        Assert.Empty(service.Fields);
        Assert.Empty(service.Properties);
        Assert.Null(service.Qualifier);
    }

    [Fact]
    public void A_login_to_the_api_has_credentials_of_service_type_2()
    {
        var service = CatalogueText.Content("services: [{ id: 9, name: S, isCatAccess: true }]").Services.Single();

        Assert.Equal((true, 2), (service.HasCredentials, service.AuthenticationServiceType));
    }

    [Fact]
    public void Names_and_labels_default_to_codes()
    {
        var content = CatalogueText.Content(CatalogueText.Base);

        Assert.Equal("Gold", content.Plans[0].Name);
        Assert.Equal(1, content.Plans[0].PlanScheduleType);
        Assert.Equal("gst", content.GstSchedules.Single().Name);
        Assert.Equal("modems", content.CustomCollections.Single().Name);
        Assert.Equal("acme", content.CustomCollections.Single().Entries.Single().Label);
        Assert.Equal(14, content.AccountTerms.Single().DueDays);
    }

    [Fact]
    public void A_currency_has_two_decimals_no_cash_rounding_and_its_code_for_a_symbol()
    {
        var currency = CatalogueText.Content("currencies: [{ code: CHF }]").Currencies.Single();

        Assert.Equal((2, "CHF ", 0m), (currency.Decimals, currency.Symbol, currency.CashUnit));
    }

    [Fact]
    public void A_payment_type_has_no_surcharge_and_an_item_is_subject_to_gst_without_a_ledger_code()
    {
        var content = CatalogueText.Content(
            "paymentTypes: [{ code: cash, name: Cash }]\nitemDescriptions: [{ code: 031640, description: D }]"
        );

        var type = content.PaymentTypes.Single();
        Assert.Equal(new PaymentTypeItem("cash", "Cash", 0m, 0m, 0m) { RetryDays = type.RetryDays }, type);
        Assert.Empty(type.RetryDays);
        var item = content.ItemDescriptions.Single();
        Assert.Equal(("031640", "D", null, true, 1m), (item.Code, item.Description, item.GlCode, item.ChargeGst, item.UnitSize));
        Assert.Equal((null, null, null, null, null), (item.Id, item.Company, item.Rate, item.Currency, item.ReportingCategory));
        Assert.Empty(item.Properties);
    }

    [Fact]
    public void A_bond_type_is_in_the_companys_currency_and_an_invoice_grouping_is_active_and_rolls_up_all_charge_types_under_its_name()
    {
        var content = CatalogueText.Content(
            CatalogueText.Base,
            """
            itemDescriptions: [{ code: rollup, description: D }]
            bondTypes: [{ id: 6aecbd7b-cfe4-4b79-9af4-92f5e70564d9, company: 1, name: ADSL modem, amount: 50 }]
            invoiceGroupings: [{ id: 58ac9ef6-bad2-4584-b5c2-3eb2639cd5ed, name: All, company: 1, itemCode: rollup }]
            reportingCategories: [{ id: 10, code: ps }]
            """
        );

        Assert.Equal(
            new BondTypeItem(Guid.Parse("6aecbd7b-cfe4-4b79-9af4-92f5e70564d9"), 1, "ADSL modem", null, "AUD", 50m),
            content.BondTypes.Single()
        );
        var grouping = content.InvoiceGroupings.Single();
        Assert.Equal(("All", "rollup", "All", true), (grouping.Name, grouping.ItemCode, grouping.RollupDescription, grouping.Active));
        Assert.Empty(grouping.ChargeTypes);
        Assert.Equal(new ReportingCategory(10, "ps", "ps", null), content.ReportingCategories.Single());
    }

    [Fact]
    public void A_field_is_an_optional_editable_text_with_its_name_for_a_label_and_a_predefined_one_has_its_kind()
    {
        var fields = CatalogueText.Content("accountFields: [{ id: 1, name: nickname }, { id: 2, name: dob }]").AccountFields;

        Assert.Equal(
            ("nickname", FieldKind.String, false, FieldVisibility.VisibleAndEditable, null),
            (fields[0].Label, fields[0].Kind, fields[0].Required, fields[0].Visibility, fields[0].Collection)
        );
        Assert.Equal(FieldKind.Timestamp, fields[1].Kind);
    }

    [Fact]
    public void A_package_is_unpublished_needs_no_approval_and_takes_the_companys_time_zone()
    {
        var package = CatalogueText
            .Content(
                CatalogueText.Base,
                """
                packages:
                  - id: 5
                    name: Broadband
                    company: 1
                    account: { accountType: 1, accountTerms: 1 }
                    subscriptions: [{ service: 17 }]
                    plans: [{ id: 1, plans: [Gold] }]
                    form: [{ name: username, required: true }]
                """
            )
            .Packages.Single();

        Assert.Equal((false, false, "Broadband - Order Form"), (package.Published, package.RequiresApproval, package.FormName));
        Assert.Equal(new PackageAccount(1, 1, "Australia/Sydney", CycleType.Anniversary, null), package.Account);
        var subscription = package.Subscriptions.Single();
        Assert.Equal((17, "username", null), (subscription.Service, subscription.UsernameField, subscription.PasswordField));
        Assert.Empty(subscription.Numbers);
        Assert.Empty(subscription.Subservices);
        Assert.Equal("Gold", package.Plans.Single().Name);
    }

    [Fact]
    public void A_field_of_an_order_form_takes_what_it_leaves_out_from_the_field_that_it_names()
    {
        var form = CatalogueText
            .Content(
                CatalogueText.Base,
                """
                packages:
                  - id: 5
                    name: Broadband
                    company: 1
                    subscriptions: [{ service: 17 }, { service: 15 }]
                    form:
                      - { name: username, required: true }
                      - { name: phoneLines, label: How many lines?, visibility: Visible }
                      - { name: speed }
                """
            )
            .Packages.Single()
            .Form;

        Assert.Equal(
            [
                "92 username Username String True VisibleAndEditable",
                "91 phoneLines How many lines? Integer False Visible",
                "112 speed speed Decimal False VisibleAndEditable",
            ],
            form.Select(field => $"{field.Id} {field.Name} {field.Label} {field.Kind} {field.Required} {field.Visibility}")
        );
    }

    [Fact]
    public void Sections_of_several_files_are_put_together_in_whatever_order_they_come()
    {
        var content = CatalogueText.Content(
            "plans: [{ id: 9, code: Platinum, service: 17 }]",
            "# nothing but a comment",
            CatalogueText.Base
        );

        Assert.Equal(["Platinum", "Gold", "Silver", "voip"], content.Plans.Select(plan => plan.Code));
    }
}
