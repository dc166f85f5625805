using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Wire.Ledger;

namespace Settlement.Ledger;

/// <summary>A record as it was read: its fields are bounded, its signatures are for <see cref="LedgerRules.Verify"/>.</summary>
internal abstract record LedgerRecord
{
    private LedgerRecord() { }

    /// <summary>A participant about itself.</summary>
    public sealed record Participant(SignedListing Value) : LedgerRecord;

    /// <summary>A channel's opening.</summary>
    public sealed record Opening(SignedOpening Value) : LedgerRecord;

    /// <summary>A channel's head.</summary>
    public sealed record Head(EndorsedHead Value) : LedgerRecord;

    /// <summary>A takeover of a channel.</summary>
    public sealed record Takeover(SignedTakeover Value) : LedgerRecord;

    /// <summary>A channel has set its leg of a group aside.</summary>
    public sealed record Reservation(SignedReservation Value) : LedgerRecord;

    /// <summary>What became of a group.</summary>
    public sealed record Decision(DecidedGroup Value) : LedgerRecord;

    /// <summary>A member ends a channel.</summary>
    public sealed record Close(SignedClose Value) : LedgerRecord;

    /// <summary>The channel the record speaks of, if it speaks of one.</summary>
    public Digest? Channel => this switch
    {
        Opening opening => opening.Value.Channel.Id,
        Head head => head.Value.Fields.Channel,
        Takeover takeover => takeover.Value.Channel,
        Reservation reservation => reservation.Value.Channel,
        Close close => close.Value.Channel,
        _ => null,
    };

    /// <summary>The most signatures that verifying it takes.</summary>
    public int Signatures => this switch
    {
        Participant participant => participant.Value.Signatures,
        Opening opening => opening.Value.Signatures,
        Head head => head.Value.Signatures,
        Reservation reservation => reservation.Value.Signatures.Count,
        Decision => 0,
        _ => 1,
    };

    /// <summary>What the record counts for in its submitter's quota: one for each two signatures, and for each sixteen channels that it names,
    /// since its leaf is kept.</summary>
    public int Weight => Math.Max(1, (Signatures + 1) / 2) + (Named?.Channels.Count ?? 0) / ChannelsPerWeight;

    private ChannelGroup? Named => this switch
    {
        Reservation reservation => reservation.Value.Group,
        Decision decision => decision.Value.Body,
        _ => null,
    };

    private const int ChannelsPerWeight = 16;

    /// <summary>Reads a submitted record.</summary>
    public static bool TryRead(Submission submission, string network, [NotNullWhen(true)] out LedgerRecord? record, out string code)
    {
        record = null;
        code = LedgerCodes.UnknownKind;
        switch (submission.RecordCase)
        {
            case Submission.RecordOneofCase.Participant:
                if (SignedListing.TryRead(submission.Participant, network, out SignedListing? listing, out code)) record = new Participant(listing);
                break;
            case Submission.RecordOneofCase.Opening:
                if (SignedOpening.TryRead(submission.Opening, network, out SignedOpening? opening, out code)) record = new Opening(opening);
                break;
            case Submission.RecordOneofCase.Head:
                code = LedgerCodes.Malformed;
                if (EndorsedHead.TryRead(submission.Head, out EndorsedHead? head)) record = new Head(head);
                break;
            case Submission.RecordOneofCase.Takeover:
                code = LedgerCodes.Malformed;
                if (SignedTakeover.TryRead(submission.Takeover, out SignedTakeover? takeover)) record = new Takeover(takeover);
                break;
            case Submission.RecordOneofCase.Reserve:
                if (SignedReservation.TryRead(submission.Reserve, network, out SignedReservation? reservation, out code)) record = new Reservation(reservation);
                break;
            case Submission.RecordOneofCase.Decided:
                if (DecidedGroup.TryRead(submission.Decided, network, out DecidedGroup? decided, out code)) record = new Decision(decided);
                break;
            case Submission.RecordOneofCase.Close:
                code = LedgerCodes.Malformed;
                if (SignedClose.TryRead(submission.Close, out SignedClose? close)) record = new Close(close);
                break;
        }

        if (record is not null) code = "";
        return record is not null;
    }

    /// <summary>The same record as it stands in a leaf.</summary>
    public static Submission OfLeaf(Leaf leaf) => leaf.RecordCase switch
    {
        Leaf.RecordOneofCase.Participant => new Submission { Participant = leaf.Participant },
        Leaf.RecordOneofCase.Opening => new Submission { Opening = leaf.Opening },
        Leaf.RecordOneofCase.Head => new Submission { Head = leaf.Head },
        Leaf.RecordOneofCase.Takeover => new Submission { Takeover = leaf.Takeover },
        Leaf.RecordOneofCase.Reserve => new Submission { Reserve = leaf.Reserve },
        Leaf.RecordOneofCase.Decided => new Submission { Decided = leaf.Decided },
        Leaf.RecordOneofCase.Close => new Submission { Close = leaf.Close },
        _ => new Submission(),
    };

    /// <summary>The leaf that holds a submitted record.</summary>
    public static Leaf ToLeaf(Submission submission, string network, long index, DateTimeOffset time)
    {
        var leaf = new Leaf { Suite = Suite.Current, Network = network, Index = (ulong)index, TimeUnixMs = time.ToUnixTimeMilliseconds() };
        switch (submission.RecordCase)
        {
            case Submission.RecordOneofCase.Participant: leaf.Participant = submission.Participant; break;
            case Submission.RecordOneofCase.Opening: leaf.Opening = submission.Opening; break;
            case Submission.RecordOneofCase.Head: leaf.Head = submission.Head; break;
            case Submission.RecordOneofCase.Takeover: leaf.Takeover = submission.Takeover; break;
            case Submission.RecordOneofCase.Reserve: leaf.Reserve = submission.Reserve; break;
            case Submission.RecordOneofCase.Decided: leaf.Decided = submission.Decided; break;
            case Submission.RecordOneofCase.Close: leaf.Close = submission.Close; break;
            default: throw new InvalidOperationException($"A submission of kind {submission.RecordCase} has no leaf.");
        }

        return leaf;
    }
}
