using System.Diagnostics.CodeAnalysis;
using System.Net;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Participants;

namespace Settlement.Host.Configuration;

/// <summary>Reads single properties and collects what is wrong with them, so that one start names every fault.</summary>
internal sealed class PropertyReader
{
    /// <summary>The longest text of any property.</summary>
    public const int MaximumTextLength = 1_024;

    public List<ConfigurationFault> Faults { get; } = [];

    public void Missing(string property, string expected) => Faults.Add(new(HostCodes.PropertyMissing, property, $"missing; {expected}"));

    public void Invalid(string property, string expected) => Faults.Add(new(HostCodes.PropertyInvalid, property, expected));

    /// <summary>Refuses a section that the role has no use for: what is written and ignored misleads its reader.</summary>
    public void Unused(string property, object? section, NodeRole role)
    {
        if (section is not null) Faults.Add(new(HostCodes.PropertyUnknown, property, $"a node of the role {role.ToString().ToLowerInvariant()} has no such property; remove it"));
    }

    public string Text(string property, string? value, string expected, bool optional = false)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            if (!optional) Missing(property, expected);
            return "";
        }

        if (value.Length <= MaximumTextLength && !value.Any(char.IsControl)) return value;
        // Nothing of it goes on: a path with a zero in it is not even one that a file can be missing at.
        Invalid(property, expected);
        return "";
    }

    public ParticipantId Participant(string property, string? value)
    {
        const string expected = "a BIC such as BANKDEFFXXX, or a clearing member id such as USABA:011104238";
        if (value is null) Missing(property, expected);
        else if (ParticipantId.TryParse(value, out ParticipantId id)) return id;
        else Invalid(property, $"not {expected}");
        return default;
    }

    public Digest Fingerprint(string property, string? value)
    {
        const string expected = "64 hexadecimal digits";
        if (value is null) Missing(property, expected);
        else if (Digest.TryParse(value, out Digest digest)) return digest;
        else Invalid(property, $"not {expected}");
        return default;
    }

    public PublicKey Key(string property, string? value)
    {
        const string expected = "a point of P-256 in 130 hexadecimal digits";
        if (value is null)
        {
            Missing(property, expected);
            return default;
        }

        Span<byte> bytes = stackalloc byte[PublicKey.Length];
        if (value.Length == PublicKey.Length * 2
            && Convert.FromHexString(value, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            && PublicKey.TryRead(bytes, out PublicKey key)) return key;
        Invalid(property, $"not {expected}");
        return default;
    }

    public IPEndPoint Listen(string property, string? value)
    {
        const string expected = "an address and a port, such as 127.0.0.1:8101";
        if (value is null) Missing(property, expected);
        else if (IPEndPoint.TryParse(value, out IPEndPoint? endpoint) && value.Contains(':', StringComparison.Ordinal)) return endpoint;
        else Invalid(property, $"not {expected}");
        return new IPEndPoint(IPAddress.Loopback, 0);
    }

    public Uri Endpoint(string property, string? value)
    {
        const string expected = "an https address with a port and nothing after it, such as https://127.0.0.1:9101";
        if (value is null) Missing(property, expected);
        else if (TryEndpoint(value, out Uri? uri)) return uri;
        else Invalid(property, $"not {expected}");
        return new Uri("https://127.0.0.1/");
    }

    public int Number(string property, int? value, int least, int most, int otherwise)
    {
        if (value is { } given && (given < least || given > most)) Invalid(property, $"not a whole number from {least} to {most}");
        return value ?? otherwise;
    }

    private static bool TryEndpoint(string value, [NotNullWhen(true)] out Uri? uri) =>
        PeerEndpoint.TryRead(value, out uri) && uri.AbsolutePath is "/"
        && uri.Query.Length == 0 && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0;
}
