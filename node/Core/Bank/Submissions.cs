using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>The messages of the back office: each is kept, and one with an idempotency key is answered alike however often it comes.</summary>
internal sealed class Submissions(NodeContext node, EventStream history)
{
    private const int IdLength = 16;
    private readonly byte[] idempotencyKey = node.Parts.Vault.DeriveKey("idempotency");
    private readonly List<(long CallId, byte[] Body, byte[] MessageKey, byte[] BodyMac)> repeats = [];

    /// <summary>Judges one item of a message: its new id, the message's row key, and its place in the message.</summary>
    public delegate SubmittedInstruction Judge(byte[] id, byte[] messageKey, int index);

    /// <summary>Whether repeated messages wait for their rows.</summary>
    public bool HasRepeats => repeats.Count > 0;

    /// <summary>The row that tells whether a message came before.</summary>
    public IEnumerable<PayloadKey> Needs(string? key) => key is null ? [] : [Idempotency(key)];

    /// <summary>Whether the message's key was used before; it is answered once its row was read: with the same answer for the same body,
    /// with a refusal for another.</summary>
    public bool TryRepeat(long callId, string? key, byte[] body)
    {
        if (key is null || node.Find(Idempotency(key)) is not { } earlier) return false;
        IdempotencyRow row = IdempotencyRow.Parser.ParseFrom(earlier);
        repeats.Add((callId, body, row.Message.ToByteArray(), row.BodyMac.ToByteArray()));
        return true;
    }

    /// <summary>Takes a message that is new; the reply goes out with the commit.</summary>
    /// <param name="group">The group that its items are legs of; null for none.</param>
    public void Accept(long callId, string? key, byte[] body, int items, Judge judge, Digest? group = null)
    {
        byte[] messageKey = Draw();
        byte[] bodyKey = new byte[Digest.Length];
        node.Entropy.Fill(bodyKey);
        MessageRow message = new() { Body = UnsafeByteOperations.UnsafeWrap(body), Key = UnsafeByteOperations.UnsafeWrap(bodyKey) };
        if (group is { } of) message.Group = ByteString.CopyFrom(of.ToArray());
        List<SubmittedInstruction> answers = [];
        for (int i = 0; i < items; i++)
        {
            byte[] id = Draw();
            message.Instructions.Add(ByteString.CopyFrom(id));
            answers.Add(judge(id, messageKey, i));
        }

        node.Write(node.Rows.Insert(PayloadKind.Messages, messageKey, message));
        if (key is not null)
        {
            IdempotencyRow row = new() { Message = ByteString.CopyFrom(messageKey), BodyMac = ByteString.CopyFrom(MacOf(bodyKey, body).ToArray()) };
            node.WriteFact(Idempotency(key), row.ToByteArray());
        }

        history.Note("instructions_received", new { Message = Convert.ToHexStringLower(messageKey), Instructions = answers.Select(a => a.Id).ToArray() });
        Reply(callId, new SubmissionAnswer(Convert.ToHexStringLower(messageKey), answers, null) { Group = group });
    }

    /// <summary>Refuses a message as a whole; nothing of it is kept.</summary>
    public void Refuse(long callId, string code, string? place = null) => Reply(callId, new SubmissionAnswer(null, [], code) { Place = place });

    /// <summary>The rows that answering repeated messages takes.</summary>
    public IEnumerable<PayloadKey> NeedsOfRepeats() => repeats.Select(r => new PayloadKey(PayloadKind.Messages, r.MessageKey));

    /// <summary>Answers messages whose idempotency key was seen before.</summary>
    public void AnswerRepeats()
    {
        foreach ((long callId, byte[] sent, byte[] messageKey, byte[] bodyMac) in repeats.ToList())
        {
            string? refusal = BankCodes.KeyOfAnotherBody;
            List<SubmittedInstruction> instructions = [];
            Digest? group = null;
            if (node.Find(new PayloadKey(PayloadKind.Messages, messageKey)) is { } body)
            {
                MessageRow message = node.Rows.Open(PayloadKind.Messages, messageKey, body, MessageRow.Parser);
                if (bodyMac.AsSpan().SequenceEqual(MacOf(message.Key.Span, sent).ToArray()))
                {
                    refusal = null;
                    group = message.Group.IsEmpty ? null : new Digest(message.Group.Span);
                    instructions.AddRange(message.Instructions.Select(i => new SubmittedInstruction(Convert.ToHexStringLower(i.Span), InstructionStatus.Received, null)));
                }
            }

            Reply(callId, new SubmissionAnswer(refusal is null ? Convert.ToHexStringLower(messageKey) : null, instructions, refusal) { Group = group });
        }

        repeats.Clear();
    }

    private byte[] Draw()
    {
        byte[] id = new byte[IdLength];
        node.Entropy.Fill(id);
        return id;
    }

    private void Reply(long callId, SubmissionAnswer answer) => node.Then(new Effect.Reply(callId, answer));

    private static Digest MacOf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> body) => new HashWriter("settlement/idempotent-body", key).Bytes(body).Finish();

    private PayloadKey Idempotency(string key) => new(PayloadKind.Facts, new HashWriter("settlement/idempotency-key", idempotencyKey).Text(key).Finish().ToArray());
}
