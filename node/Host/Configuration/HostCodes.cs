namespace Settlement.Host.Configuration;

/// <summary>The stable codes of the host; each has a page of its name in ops/runbooks.</summary>
internal static class HostCodes
{
    /// <summary>The configuration file cannot be read, or is not JSON of the expected form.</summary>
    public const string ConfigurationUnreadable = "HO001";

    /// <summary>A property that the role needs is missing.</summary>
    public const string PropertyMissing = "HO002";

    /// <summary>A property's value cannot be used.</summary>
    public const string PropertyInvalid = "HO003";

    /// <summary>A property that the role does not know.</summary>
    public const string PropertyUnknown = "HO004";

    /// <summary>The API would listen beyond this machine without a certificate.</summary>
    public const string ListenBeyondLoopback = "HO005";

    /// <summary>A key file is missing or cannot be read.</summary>
    public const string KeyMissing = "HO006";

    /// <summary>A key file may be read by others.</summary>
    public const string KeyExposed = "HO007";

    /// <summary>A key file does not hold a key.</summary>
    public const string KeyMalformed = "HO008";

    /// <summary>Keys exist where new ones were to be created.</summary>
    public const string KeysExist = "HO009";

    /// <summary>The keys belong to another participant or network.</summary>
    public const string KeysOfAnother = "HO010";

    /// <summary>A listen address is taken or cannot be bound.</summary>
    public const string ListenFailed = "HO011";

    /// <summary>The node stopped itself: its machine failed, or its vault refused or lost a commit.</summary>
    public const string Stopped = "HO012";

    /// <summary>The vault holds more than the node may load at its start.</summary>
    public const string RecoveryTooLarge = "HO013";

    /// <summary>A file named on the command line cannot be read.</summary>
    public const string FileUnreadable = "HO014";

    /// <summary>A ledger cannot be reached to be verified.</summary>
    public const string LedgerUnreachable = "HO015";

    /// <summary>A verb ended by an error that it does not know: a bug.</summary>
    public const string Unexpected = "HO016";

    /// <summary>A file named on the command line cannot be written, or is there already.</summary>
    public const string FileUnwritable = "HO017";

    /// <summary>The schedule of cycles cannot be kept in the database.</summary>
    public const string ScheduleUnusable = "HO018";

    /// <summary>No token, or one that this node does not know.</summary>
    public const string TokenRefused = "HO101";

    /// <summary>The token lacks the role that the request needs.</summary>
    public const string RoleMissing = "HO102";

    /// <summary>There is no such thing here, or the caller may not know of it.</summary>
    public const string NotFound = "HO103";

    /// <summary>The request's body or parameters cannot be read.</summary>
    public const string RequestMalformed = "HO104";

    /// <summary>The body is larger than this door takes.</summary>
    public const string BodyTooLarge = "HO105";

    /// <summary>The body's content type is not one that this door reads.</summary>
    public const string ContentTypeUnknown = "HO106";

    /// <summary>Too many requests in a short time.</summary>
    public const string TooManyRequests = "HO107";

    /// <summary>The node has more to do than it may hold; the same request may be sent again.</summary>
    public const string Busy = "HO108";

    /// <summary>The idempotency key is not 1 to 128 visible ASCII characters.</summary>
    public const string IdempotencyKeyInvalid = "HO109";

    /// <summary>The path exists, with another method.</summary>
    public const string MethodUnknown = "HO110";

    /// <summary>The node is stopping; the outcome of the request is found by asking again.</summary>
    public const string Stopping = "HO111";

    /// <summary>The node waited as long as it may, and the outcome is not known yet.</summary>
    public const string OutcomeUnknown = "HO112";

    /// <summary>The contracts do not grant this observer all that their outcome depends on, so it cannot run them again.</summary>
    public const string ReExecutionNotGranted = "HO113";

    /// <summary>A body did not come in within its time.</summary>
    public const string BodyTooSlow = "HO114";

    /// <summary>A participant has more requests at a door than it may have at once.</summary>
    public const string TooManyAtOnce = "HO115";

    /// <summary>Where a participant's node should answer, somebody presents another key.</summary>
    public const string AnotherKey = "HO116";
}
