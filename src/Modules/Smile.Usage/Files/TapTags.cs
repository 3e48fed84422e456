namespace Smile.Usage.Files;

/// <summary>How an item of TAP is written.</summary>
internal enum TapItem
{
    /// <summary>Characters.</summary>
    Text,

    /// <summary>Two digits in a byte, with a filler behind an odd number of them.</summary>
    Digits,

    Number,

    /// <summary>Bytes that nobody reads, shown as hexadecimal digits.</summary>
    Bytes,

    /// <summary>A time of the place, with the code of its offset.</summary>
    Time,

    /// <summary>A time of the place, with its offset.</summary>
    LongTime,

    /// <summary>Other items.</summary>
    Group,
}

/// <summary>Tags of TAP 3.12 that are read, all of the class "application"; what has another is passed over.</summary>
internal static class TapTags
{
    public const int TransferBatch = 1;
    public const int Notification = 2;
    public const int CallEventDetails = 3;
    public const int BatchControlInfo = 4;
    public const int AccountingInfo = 5;
    public const int NetworkInfo = 6;
    public const int AuditControlInfo = 15;
    public const int LocalTimeStamp = 16;
    public const int CallEventDetailsCount = 43;
    public const int Charge = 62;
    public const int ChargeDetail = 63;
    public const int ChargeType = 71;
    public const int CurrencyConversionList = 80;
    public const int ExchangeRate = 104;
    public const int ExchangeRateCode = 105;
    public const int LocalCurrency = 135;
    public const int NumberOfDecimalPlaces = 159;
    public const int TapCurrency = 210;
    public const int UtcTimeOffset = 231;
    public const int UtcTimeOffsetCode = 232;
    public const int UtcTimeOffsetInfoList = 234;
    public const int TapDecimalPlaces = 244;
    public const int TotalCharge = 415;
    public const int CamelInvocationFee = 422;

    private static readonly Dictionary<int, string> Events = new()
    {
        [9] = "mobileOriginatedCall",
        [10] = "mobileTerminatedCall",
        [11] = "supplServiceEvent",
        [12] = "serviceCentreUsage",
        [14] = "gprsCall",
        [17] = "contentTransaction",
        [297] = "locationService",
        [433] = "messagingEvent",
        [434] = "mobileSession",
    };

    /// <summary>What says whose a file is.</summary>
    public static IReadOnlyDictionary<int, (string Name, TapItem Item)> OfFile { get; } =
        new Dictionary<int, (string, TapItem)>
        {
            [107] = ("fileAvailableTimeStamp", TapItem.LongTime),
            [108] = ("fileCreationTimeStamp", TapItem.LongTime),
            [109] = ("fileSequenceNumber", TapItem.Text),
            [110] = ("fileTypeIndicator", TapItem.Text),
            [182] = ("recipient", TapItem.Text),
            [189] = ("releaseVersionNumber", TapItem.Number),
            [196] = ("sender", TapItem.Text),
            [201] = ("specificationVersionNumber", TapItem.Number),
            [227] = ("transferCutOffTimeStamp", TapItem.LongTime),
        };

    /// <summary>What is read of an event, and the groups in which it stands.</summary>
    public static IReadOnlyDictionary<int, (string Name, TapItem Item)> OfEvent { get; } =
        new Dictionary<int, (string, TapItem)>
        {
            [36] = ("basicService", TapItem.Group),
            [38] = ("basicServiceUsedList", TapItem.Group),
            [39] = ("basicServiceUsed", TapItem.Group),
            [40] = ("bearerServiceCode", TapItem.Text),
            [41] = ("callOriginator", TapItem.Group),
            [42] = ("calledPlace", TapItem.Text),
            [44] = ("callEventStartTimeStamp", TapItem.Time),
            [45] = ("callReference", TapItem.Bytes),
            [69] = ("chargeInformation", TapItem.Group),
            [70] = ("chargeInformationList", TapItem.Group),
            [72] = ("chargingId", TapItem.Number),
            [89] = ("destination", TapItem.Group),
            [105] = ("exchangeRateCode", TapItem.Number),
            [113] = ("geographicalLocation", TapItem.Group),
            [114] = ("gprsBasicCallInformation", TapItem.Group),
            [115] = ("gprsChargeableSubscriber", TapItem.Group),
            [116] = ("gprsDestination", TapItem.Group),
            [117] = ("gprsLocationInformation", TapItem.Group),
            [121] = ("gprsServiceUsed", TapItem.Group),
            [129] = ("imsi", TapItem.Digits),
            [138] = ("locationInformation", TapItem.Group),
            [147] = ("moBasicCallInformation", TapItem.Group),
            [152] = ("msisdn", TapItem.Digits),
            [153] = ("mtBasicCallInformation", TapItem.Group),
            [156] = ("networkLocation", TapItem.Group),
            [166] = ("partialTypeIndicator", TapItem.Text),
            [167] = ("pdpAddress", TapItem.Text),
            [195] = ("servingNetwork", TapItem.Text),
            [199] = ("simChargeableSubscriber", TapItem.Group),
            [209] = ("supplServiceCode", TapItem.Text),
            [218] = ("teleServiceCode", TapItem.Text),
            [223] = ("totalCallEventDuration", TapItem.Number),
            [250] = ("dataVolumeIncoming", TapItem.Number),
            [251] = ("dataVolumeOutgoing", TapItem.Number),
            [261] = ("accessPointNameNI", TapItem.Text),
            [279] = ("dialledDigits", TapItem.Text),
            [405] = ("callingNumber", TapItem.Digits),
            [407] = ("calledNumber", TapItem.Digits),
            [419] = ("sMSDestinationNumber", TapItem.Text),
            [425] = ("sMSOriginator", TapItem.Text),
            [426] = ("serviceCode", TapItem.Group),
            [427] = ("chargeableSubscriber", TapItem.Group),
        };

    public static string NameOf(int application) => Events.GetValueOrDefault(application, "unknown");
}
