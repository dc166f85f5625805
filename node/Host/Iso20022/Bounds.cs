namespace Settlement.Host.Iso20022;

/// <summary>How large a message may be. Beyond any of these it is refused as a whole with FF01.</summary>
internal static class Bounds
{
    /// <summary>Bytes of an XML document: 10,000 full transfers fit.</summary>
    public const int MaxDocumentBytes = 32 * 1024 * 1024;

    /// <summary>Bytes of a JSON document, which holds one transfer.</summary>
    public const int MaxJsonBytes = 64 * 1024;

    /// <summary>Transfers in one message.</summary>
    public const int MaxTransactions = 10_000;

    /// <summary>Elements inside each other, wrappers included. ISO 20022's own nesting stays below 20.</summary>
    public const int MaxDepth = 64;

    /// <summary>Objects inside each other in JSON.</summary>
    public const int MaxJsonDepth = 4;

    /// <summary>Attributes of one element, namespace declarations included.</summary>
    public const int MaxAttributes = 32;

    /// <summary>Elements that are read in one transfer or one group header; those in parts that are passed over do not count.</summary>
    public const int MaxElementsInPart = 2_000;

    /// <summary>Characters of one text that is read; the longest that the schemas allow there is 2,048.</summary>
    public const int MaxTextCharacters = 8_192;

    /// <summary>Characters of a decimal number, zeros without meaning included.</summary>
    public const int MaxNumberCharacters = 64;

    /// <summary>Characters of a foreign name that an answer repeats.</summary>
    public const int MaxShownCharacters = 64;

    /// <summary>Characters of what the platform's parser says of a document; it repeats names as long as they come.</summary>
    public const int MaxReasonCharacters = 200;
}
