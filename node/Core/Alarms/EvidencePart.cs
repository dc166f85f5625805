using Google.Protobuf;

namespace Settlement.Core.Alarms;

/// <summary>Something that shows what happened. Its bytes are asked for only when the piece is kept.</summary>
/// <param name="Name">What it is, for example <c>checkpoint known</c>.</param>
/// <param name="Bytes">As they came, or as they were signed.</param>
/// <param name="IsKept">False where size and SHA-256 say as much, because nobody signed the bytes and nobody can read them.</param>
public readonly record struct EvidencePart(string Name, Func<byte[]> Bytes, bool IsKept = true)
{
    /// <summary>What somebody signed of it and proves as much, where the whole is larger than what is kept; null where nothing of it is
    /// signed.</summary>
    public Func<EvidencePart?>? Signed { get; init; }

    /// <summary>A message as it is serialized.</summary>
    public static EvidencePart Of(string name, IMessage message) => new(name, message.ToByteArray);

    /// <summary>A message that is made when it is asked for.</summary>
    public static EvidencePart Of(string name, Func<IMessage> message) => new(name, () => message().ToByteArray());

    /// <summary>A text.</summary>
    public static EvidencePart Of(string name, string text) => new(name, () => System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Bytes that are no message of any kind.</summary>
    public static EvidencePart OfGarbage(byte[] body) => OfGarbage(() => body);

    /// <summary>The same, of bytes that are made when they are asked for.</summary>
    public static EvidencePart OfGarbage(Func<byte[]> body) => new("body", body, IsKept: false);
}
