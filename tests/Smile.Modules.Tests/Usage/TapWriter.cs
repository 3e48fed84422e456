using System.Formats.Asn1;
using System.Text;

namespace Smile.Modules.Tests.Usage;

/// <summary>Writes files of roaming partners (TAP 3) for tests.</summary>
internal sealed class TapWriter
{
    private readonly AsnWriter _writer = new(AsnEncodingRules.BER);

    public static byte[] Write(int application, Action<TapWriter> content)
    {
        var writer = new TapWriter();
        writer.Group(application, content);
        return writer._writer.Encode();
    }

    public TapWriter Group(int application, Action<TapWriter> content)
    {
        using (_writer.PushSequence(Tag(application)))
        {
            content(this);
        }

        return this;
    }

    public TapWriter Text(int application, string text) => Bytes(application, Encoding.ASCII.GetBytes(text));

    public TapWriter Digits(int application, string digits) =>
        Bytes(application, Convert.FromHexString(digits.Length % 2 == 0 ? digits : digits + "F"));

    public TapWriter Number(int application, long number)
    {
        _writer.WriteInteger(number, Tag(application));
        return this;
    }

    public TapWriter Bytes(int application, byte[] bytes)
    {
        _writer.WriteOctetString(bytes, Tag(application));
        return this;
    }

    /// <summary>Something that is written already.</summary>
    public TapWriter Encoded(byte[] bytes)
    {
        _writer.WriteEncodedValue(bytes);
        return this;
    }

    public TapWriter Control(string sequence, string? fileType = null) =>
        Group(
            4,
            control =>
            {
                control.Text(196, "NZLTM").Text(182, "AUSXX").Text(109, sequence);
                control.Group(108, stamp => stamp.Text(16, "20260301090000").Text(231, "+1300"));
                control.Group(227, stamp => stamp.Text(16, "20260301080000").Text(231, "+1300"));
                control.Number(201, 3).Number(189, 12);
                if (fileType is not null)
                {
                    control.Text(110, fileType);
                }
            }
        );

    /// <summary>Three decimals, special drawing rights at 1.5 dollars.</summary>
    public TapWriter Accounting(int decimals = 3) =>
        Group(
            5,
            accounting =>
                accounting
                    .Text(135, "NZD")
                    .Text(210, "SDR")
                    .Group(80, list => list.Group(106, rate => rate.Number(105, 0).Number(159, 2).Number(104, 150)))
                    .Number(244, decimals)
        );

    public TapWriter Network() =>
        Group(
            6,
            network =>
                network.Group(
                    234,
                    list =>
                        list.Group(233, offset => offset.Number(232, 0).Text(231, "+1300"))
                            .Group(233, offset => offset.Number(232, 1).Text(231, "-0330"))
                )
        );

    public TapWriter Outgoing(
        string imsi,
        string called,
        string local,
        long seconds,
        long charge,
        string service = "11",
        long offset = 0
    ) =>
        Group(
            9,
            call =>
                call.Group(
                        147,
                        basic =>
                            basic
                                .Group(427, chargeable => chargeable.Group(199, sim => sim.Digits(129, imsi).Digits(152, "61400000001")))
                                .Group(89, destination => destination.Digits(407, called).Text(279, "0" + called))
                                .Group(44, stamp => stamp.Text(16, local).Number(232, offset))
                                .Number(223, seconds)
                                .Number(58, 0)
                    )
                    .Group(138, place => place.Group(156, network => network.Number(184, 7).Bytes(45, [0xab, 0x01])))
                    .Group(
                        38,
                        services =>
                            services.Group(
                                39,
                                used => used.Group(36, basic => basic.Group(426, code => code.Text(218, service))).Charges(charge)
                            )
                    )
        );

    public TapWriter Incoming(string imsi, string calling, string local, long seconds, long charge) =>
        Group(
            10,
            call =>
                call.Group(
                        153,
                        basic =>
                            basic
                                .Group(427, chargeable => chargeable.Group(199, sim => sim.Digits(129, imsi).Digits(152, "61400000001")))
                                .Group(41, originator => originator.Digits(405, calling))
                                .Group(44, stamp => stamp.Text(16, local).Number(232, 1))
                                .Number(223, seconds)
                    )
                    .Group(
                        38,
                        services =>
                            services.Group(
                                39,
                                used => used.Group(36, basic => basic.Group(426, code => code.Text(218, "11"))).Charges(charge)
                            )
                    )
        );

    public TapWriter Data(string imsi, string local, long down, long up, long charge, string? part = null) =>
        Group(
            14,
            call =>
                call.Group(
                        114,
                        basic =>
                        {
                            basic.Group(
                                115,
                                subscriber => subscriber.Group(427, chargeable => chargeable.Group(199, sim => sim.Digits(129, imsi)))
                            );
                            basic.Group(116, destination => destination.Text(261, "internet"));
                            basic.Group(44, stamp => stamp.Text(16, local).Number(232, 0)).Number(223, 90);
                            if (part is not null)
                            {
                                basic.Text(166, part);
                            }

                            basic.Number(72, 4711);
                        }
                    )
                    .Group(121, used => used.Number(250, down).Number(251, up).Charges(charge))
        );

    public TapWriter Supplementary(long charge) =>
        Group(
            11,
            supplementary =>
                supplementary.Group(206, used => used.Text(209, "21").Number(208, 0).Group(69, information => Details(information, charge)))
        );

    public TapWriter Audit(long totalCharge, long count) =>
        Group(15, audit => audit.Number(415, totalCharge).Number(226, 0).Number(225, 0).Number(43, count));

    /// <summary>The whole of a charge, and parts of it that are no charges of their own.</summary>
    private TapWriter Charges(long charge) => Group(70, list => list.Group(69, information => Details(information, charge)));

    private static void Details(TapWriter information, long charge) =>
        information
            .Text(66, "D")
            .Number(105, 0)
            .Group(
                64,
                details =>
                    details
                        .Group(63, detail => detail.Text(71, "00").Number(62, charge).Number(65, 60).Number(68, 60))
                        .Group(63, detail => detail.Text(71, "01").Number(62, charge / 2))
            );

    private static Asn1Tag Tag(int application) => new(TagClass.Application, application);
}
