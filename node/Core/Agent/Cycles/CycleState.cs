using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent.Cycles;

/// <summary>A cycle as the agent keeps it, and what follows from that alone.</summary>
internal sealed class CycleState
{
    public CycleState(CycleRow row, string network)
    {
        Row = row;
        Id = new Digest(row.Cycle.Span);
        Currency = Currency.TryParse(row.Currency, out Currency currency) ? currency : throw new InvalidOperationException("A stored cycle has no currency.");
        if (row.Call is null) return;
        Round = CycleRound.TryRead(row.Call, network, out CycleRound? read) ? read : throw new InvalidOperationException("A stored round does not read.");
        InRound = ChannelsOf(Round);
    }

    /// <summary>As it is stored.</summary>
    public CycleRow Row { get; }

    /// <summary>Its id.</summary>
    public Digest Id { get; }

    /// <summary>What is netted.</summary>
    public Currency Currency { get; }

    /// <summary>The round; null while banks join.</summary>
    public CycleRound? Round { get; private set; }

    /// <summary>Whether something can still become of it.</summary>
    public bool IsUnderWay => Row.Stage is not (CycleStage.Settled or CycleStage.Void);

    /// <summary>The channels of the round, in the order of its group: so they are listed, hashed and confirmed.</summary>
    public IReadOnlyList<CycleChannelRow> InRound { get; private set; } = [];

    /// <summary>The channels that a bank has in the round.</summary>
    public IEnumerable<CycleChannelRow> Of(CycleBankRow bank) => InRound.Where(c => c.Banks.Contains(bank.Bank));

    /// <summary>The banks that have a part in the round.</summary>
    public IEnumerable<CycleBankRow> Banks => Row.Banks.Where(bank => Of(bank).Any());

    /// <summary>A bank that takes part.</summary>
    public bool TryFind(ParticipantId bank, [NotNullWhen(true)] out CycleBankRow? found) => (found = Row.Banks.FirstOrDefault(b => !b.IsExcluded && b.Bank == bank.ToString())) is not null;

    /// <summary>Whether the stage waits for something of the bank.</summary>
    public bool Awaits(CycleBankRow bank) => !bank.IsExcluded && Row.Stage switch
    {
        CycleStage.Joining => !bank.HasJoined,
        CycleStage.Cutting => Of(bank).Any(static c => c.Commitment.IsEmpty),
        CycleStage.Confirming => !bank.IsConfirmed && Of(bank).Any(),
        CycleStage.Opening => (!bank.HasOpened && Of(bank).Any()) || bank.IsShort,
        _ => false,
    };

    /// <summary>As the operator sees it.</summary>
    public CycleStatus Status() => new(Id, Currency, (int)Row.Round, Row.Stage, DateTimeOffset.FromUnixTimeMilliseconds(Row.OpenedUnixMs), Round?.Group.ExpiresAt, InRound.Count,
        [.. Row.Banks.Select(bank => new CycleBank(ParticipantId.TryParse(bank.Bank, out ParticipantId id) ? id : throw new InvalidOperationException("A stored bank has no id."),
            Awaits(bank) || (Row.Stage == CycleStage.Lapsed && !bank.IsExcluded && !bank.IsConfirmed && Of(bank).Any()), bank.IsShort, bank.IsExcluded, bank.HasOpened ? new Money(Currency, bank.NetMinorUnits) : null))],
        Row.Reason.Length > 0 ? Row.Reason : null) { Schedule = Row.Schedule.Length > 0 ? Row.Schedule : null };

    /// <summary>As a bank sees it.</summary>
    public CycleView View(CycleBankRow bank, long balance)
    {
        CycleView view = new()
        {
            Cycle = Row.Cycle, Currency = Row.Currency, Round = Row.Round, Stage = Row.Stage, IsAwaited = Awaits(bank), BalanceMinorUnits = balance, Call = Row.Call,
        };
        if (Row.Stage is CycleStage.Confirming or CycleStage.Opening) view.Cuts.Add(InRound.Select(static c => new ListedCut { Channel = c.Channel, Commitment = c.Commitment }));
        if (Row.Stage == CycleStage.Settled && bank.PostingId.Length > 0) view.Posting = new CyclePosting { PostingId = bank.PostingId, NetMinorUnits = bank.NetMinorUnits, Signature = bank.Signature };
        return view;
    }

    /// <summary>Begins a round: what the one before had found out is void.</summary>
    public void Begin(CycleRound next)
    {
        Round = next;
        InRound = ChannelsOf(next);
        Row.Call = next.Call;
        Row.Round = (uint)next.Number;
        Row.Stage = CycleStage.Cutting;
        Row.Reason = "";
        foreach (CycleChannelRow channel in Row.Channels) channel.Commitment = ByteString.Empty;
        foreach (CycleBankRow bank in Row.Banks) bank.IsConfirmed = bank.IsShort = bank.HasOpened = false;
    }

    private List<CycleChannelRow> ChannelsOf(CycleRound of)
    {
        Dictionary<Digest, CycleChannelRow> joined = Row.Channels.ToDictionary(static c => new Digest(c.Channel.Span));
        return [.. of.Group.Channels.Where(id => id != of.AgentChannel).Select(id => joined[id])];
    }
}
