using Smile.Catalogue;

namespace Smile.Modules.Tests.Catalogue;

public sealed class CatalogueDifferenceTests
{
    private static readonly CatalogueContent Current = ExampleCatalogue.Content;

    [Fact]
    public void A_catalogue_does_not_differ_from_itself()
    {
        var difference = CatalogueDifference.Between(Current, Current);

        Assert.True(difference.IsEmpty);
        Assert.Empty(difference.Lines());
    }

    [Fact]
    public void Everything_is_added_to_nothing()
    {
        var difference = CatalogueDifference.Between(null, Current);

        Assert.Empty(difference.Changed);
        Assert.Empty(difference.Removed);
        Assert.Contains(new CatalogueItemReference(CatalogueItemKind.Package, "192", "ADSL With VOIP Lines"), difference.Added);
        Assert.Equal(Enum.GetValues<CatalogueItemKind>(), difference.Added.Select(item => item.Kind).Distinct().Order());
    }

    [Fact]
    public void Added_changed_and_removed_items_are_listed_with_what_changed()
    {
        var next = Current with
        {
            Plans = [.. Current.Plans.Where(plan => plan.Code != "Gold").Append(new Plan(9, "Platinum", "Platinum", 17, 1))],
            AccountTerms = [.. Current.AccountTerms.Select(terms => terms.Id == 1 ? terms with { DueDays = 21 } : terms)],
            Packages = [.. Current.Packages.Select(package => package.Id == 61 ? Relabelled(package) : package)],
        };

        var difference = CatalogueDifference.Between(Current, next);

        Assert.Equal(
            [
                "+ Plan Platinum",
                "~ AccountTerms 1 (Default terms)",
                "    dueDays: 14 → 21",
                "~ Package 61 (ADSL)",
                "    published: true → false",
                "    plans[36].name: Test Plan → Trial Plan",
                "    form[username].label: Username → Login",
                "- Plan Gold",
            ],
            difference.Lines()
        );
    }

    [Fact]
    public void The_keys_of_what_is_removed_are_told_kind_by_kind()
    {
        var difference = CatalogueDifference.Between(
            Current,
            Current with
            {
                Plans = [],
                Features = [.. Current.Features.Where(feature => feature.Id != 812)],
            }
        );

        Assert.Equal(Current.Plans.Select(plan => plan.Code), difference.RemovedKeys(CatalogueItemKind.Plan));
        Assert.Equal(["812"], difference.RemovedKeys(CatalogueItemKind.Feature));
        Assert.Empty(difference.RemovedKeys(CatalogueItemKind.Service));
    }

    [Fact]
    public void What_is_charged_and_how_it_is_paid_is_compared_item_by_item()
    {
        var next = Current with
        {
            PaymentTypes =
            [
                .. Current.PaymentTypes.Select(type =>
                    type.Code == "payway" ? type with { Currency = "USD", Labels = type.Labels with { Cvv = null } } : type
                ),
            ],
            ItemDescriptions =
            [
                .. Current.ItemDescriptions.Select(item => item.Code == "misc1234" ? item with { Rate = 0.75m } : item),
                new ItemDescription("round", "Own rounding", null, true) { Company = 1 },
            ],
            BondTypes = [.. Current.BondTypes.Where(type => type.Name != "ADSL modem")],
        };

        Assert.Equal(
            [
                "+ ItemDescription 1/round (Own rounding)",
                "~ PaymentType payway (Westpac PayWay)",
                "    currency: (none) → USD",
                "    labels.cvv: CVV → (none)",
                "~ ItemDescription 1/misc1234 (Example Company Pty Ltd: Professional services)",
                "    rate: 0.5 → 0.75",
                "- BondType 6aecbd7b-cfe4-4b79-9af4-92f5e70564d9 (ADSL modem)",
            ],
            CatalogueDifference.Between(Current, next).Lines()
        );
    }

    [Fact]
    public void A_form_in_another_order_is_a_change()
    {
        var next = Current with
        {
            Packages =
            [
                .. Current.Packages.Select(package => package.Id == 303 ? package with { Form = [.. package.Form.Reverse()] } : package),
            ],
        };

        Assert.Equal(
            ["~ Package 303 (API user)", "    form (order): username, password → password, username"],
            CatalogueDifference.Between(Current, next).Lines()
        );
    }

    [Fact]
    public void Values_that_come_and_go_are_shown_and_long_ones_are_cut()
    {
        var next = Current with
        {
            Services =
            [
                .. Current.Services.Select(service =>
                    service.Id == 20 ? service with { Qualifier = null, AuthenticationServiceType = null } : service
                ),
            ],
        };

        Assert.Equal(
            [
                "~ Service 20 (Fibre)",
                "    authenticationServiceType: 1 → (none)",
                "    qualifier: {\"kind\":\"http\",\"address\":\"http://127.0.0.1:8089/qualify\",\"ro… → (none)",
            ],
            CatalogueDifference.Between(Current, next).Lines()
        );
    }

    /// <summary>What is the same before and behind is left out: cut at their ends alone, both would look alike.</summary>
    [Fact]
    public void Long_values_are_shown_where_they_differ()
    {
        const string Long = "Questions about this invoice? Call 1300 000 000 on weekdays from 8 am to 8 pm, or write to ";
        var lines = Enumerable.Range(1, 9).Select(index => $"{index} Example Street, Sydney").ToArray();
        string[] moved = [.. lines[..4], "PO Box 5", .. lines[5..]];

        AssertFooter(
            Long + "billing@example.com.",
            Long + "accounts@example.com, or come to 100 Example Street, Sydney, on weekdays.",
            "…o 8 pm, or write to billing@example.com. → …o 8 pm, or write to accounts@example.com, or come to 100 Exa…"
        );
        AssertFooter(Long, Long + "us.", "…o 8 pm, or write to  → …o 8 pm, or write to us.");
        AssertFooter("Call us.", Long, "Call us. → Questions about this invoice? Call 1300 000 000 on weekdays …");
        var phones = string.Concat(Enumerable.Repeat("📞", 40));
        AssertFooter(phones + "1", phones + "2", "…📞📞📞📞📞📞📞📞📞📞1 → …📞📞📞📞📞📞📞📞📞📞2");

        AssertHeader(lines, moved, "[4]: 5 Example Street, Sydney → PO Box 5");
        AssertHeader(lines, [.. lines, "Australia"], "[9]: (none) → Australia");
        AssertHeader(lines, [.. lines[..2], .. lines[4..]], "[2…]: 3 Example Street, Sydney, 4 Example Street, Sydney → (none)");
        AssertHeader(
            lines,
            [.. lines[..7], lines[8], lines[7]],
            "[7]: 8 Example Street, Sydney → 9 Example Street, Sydney",
            "[8]: 9 Example Street, Sydney → 8 Example Street, Sydney"
        );
        AssertHeader(["one", "two"], ["one", "three"], """: ["one","two"] → ["one","three"]""");

        static void AssertFooter(string old, string next, string expected) =>
            AssertStationery(item => item with { FooterText = old }, item => item with { FooterText = next }, "footerText: " + expected);

        static void AssertHeader(string[] old, string[] next, params string[] expected) =>
            AssertStationery(
                item => item with { HeaderLines = old },
                item => item with { HeaderLines = next },
                [.. expected.Select(line => "headerLines" + line)]
            );
    }

    [Fact]
    public void A_long_form_in_another_order_is_shown_where_it_begins_to_differ()
    {
        var form = Current.Packages.Single(package => package.Id == 192).Form;
        var fields = Enumerable.Range(10, 20).Select(index => form[0] with { Name = $"field{index}" }).ToArray();
        Assert.Equal(
            ["~ Package 192 (ADSL With VOIP Lines)", "    form (order): …d26, field27, field28, field29 → …d26, field27, field29, field28"],
            CatalogueDifference.Between(WithForm(fields), WithForm([.. fields[..18], fields[19], fields[18]])).Lines()
        );

        static CatalogueContent WithForm(FieldDefinition[] form) =>
            Current with
            {
                Packages = [.. Current.Packages.Select(each => each.Id == 192 ? each with { Form = form } : each)],
            };
    }

    private static void AssertStationery(Func<Stationery, Stationery> old, Func<Stationery, Stationery> next, params string[] expected)
    {
        Assert.Equal(
            [$"~ Stationery invoices ({Current.Stationery[0].Name})", .. expected.Select(line => "    " + line)],
            CatalogueDifference.Between(With(old), With(next)).Lines()
        );

        static CatalogueContent With(Func<Stationery, Stationery> change) =>
            Current with
            {
                Stationery = [change(Current.Stationery[0]), .. Current.Stationery.Skip(1)],
            };
    }

    private static Package Relabelled(Package package) =>
        package with
        {
            Published = false,
            Plans = [.. package.Plans.Select(plan => plan.Id == 36 ? plan with { Name = "Trial Plan" } : plan)],
            Form = [.. package.Form.Select(field => field.Name == "username" ? field with { Label = "Login" } : field)],
        };

    /// <summary>A change of prices that nobody is shown is worse than none: every section of the catalogue is compared.</summary>
    [Fact]
    public void Every_section_is_compared()
    {
        var sections = typeof(CatalogueContent)
            .GetProperties()
            .Where(property =>
                property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            )
            .Select(property => property.Name)
            .ToList();
        var compared = Enum.GetNames<CatalogueItemKind>()
            .Select(kind =>
                kind switch
                {
                    nameof(CatalogueItemKind.Stationery)
                    or nameof(CatalogueItemKind.AccountTerms)
                    or nameof(CatalogueItemKind.ResponsiveTerms) => kind,
                    _ when kind.EndsWith("us", StringComparison.Ordinal) => kind + "es",
                    _ when kind.EndsWith('y') => kind[..^1] + "ies",
                    _ => kind + "s",
                }
            );
        Assert.Equal(sections.Order(StringComparer.Ordinal), compared.Order(StringComparer.Ordinal));
    }
}
