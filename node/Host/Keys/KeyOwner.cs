using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Host.Keys;

/// <summary>Whose keys a folder holds, so that a mistaken configuration cannot sign with them as somebody else.</summary>
internal sealed record KeyOwner(string Network, ParticipantId Participant)
{
    public string ToJson() =>
        JsonSerializer.Serialize(new KeyOwnerText(Network, Participant.ToString()), KeyJson.Default.KeyOwnerText) + "\n";

    public static bool TryRead(string json, [NotNullWhen(true)] out KeyOwner? owner)
    {
        owner = null;
        try
        {
            KeyOwnerText? text = JsonSerializer.Deserialize(json, KeyJson.Default.KeyOwnerText);
            if (text?.Network is null || !ParticipantId.TryParse(text.Participant, out ParticipantId participant)) return false;
            owner = new KeyOwner(text.Network, participant);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>The public facts of a node's keys, which others pin.</summary>
internal sealed record KeyFacts(ParticipantId Participant, Digest RootFingerprint, Digest TlsFingerprint, PublicKey? Checkpoint, PublicKey? Posting)
{
    public string ToJson() => JsonSerializer.Serialize(
        new KeyFactsText(Participant.ToString(), RootFingerprint.ToString(), TlsFingerprint.ToString(), Checkpoint?.ToString(), Posting?.ToString()),
        KeyJson.Default.KeyFactsText);
}

internal sealed record KeyOwnerText(string? Network, string? Participant);

internal sealed record KeyFactsText(string Participant, string RootFingerprint, string TlsFingerprint, string? CheckpointKey, string? PostingKey);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeyOwnerText))]
[JsonSerializable(typeof(KeyFactsText))]
internal sealed partial class KeyJson : JsonSerializerContext;
