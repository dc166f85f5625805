using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Ledger;
using Settlement.Tests.Bank;
using Settlement.Tests.Simulation;
using Settlement.Wire.Agent;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Agent.Offsets;

/// <summary>A settlement agent and a ledger as they ship, and banks that speak to the agent on the wire and are nothing else. Books are added up after every step.</summary>
internal sealed class OffsetWorld : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private readonly SeededEntropy entropy;
    private readonly SigningKey posting;
    private readonly TestLedger ledger;
    private readonly Dictionary<long, object> replies = [];
    private long calls;
    private byte payments;

    /// <param name="banks">The first letters of their ids.</param>
    public OffsetWorld(params string[] banks)
    {
        entropy = new SeededEntropy(banks.Length);
        SigningKey ledgerKey = SigningKey.Generate(entropy);
        ledger = new TestLedger(TwoBanks.Network, new CheckpointSigner(TwoBanks.Network, ledgerKey), LedgerSettings.Default with { OpeningsPerWindow = 1_000 }, 7, TwoBanks.Start);
        LedgerPin pin = new(new Destination(TwoBanks.IdOf("LEDGDEFFXXX"), new Uri("https://ledger.example"), ledgerKey.PublicKey.Fingerprint), ledgerKey.PublicKey);
        posting = SigningKey.Generate(entropy);
        Agent = new TestNode(TwoBanks.Network, "MARKDEFFXXX", 8, new TestRole("agent", AgentMachine.RecoveryKinds, static _ => [],
            (parts, rows) => new AgentMachine(new AgentParts(parts, posting, []), rows)), pin, new NodeSettings(), TwoBanks.Start, posting);
        Agent.Restart();
        Pass(TimeSpan.FromSeconds(6));
        Banks = [.. banks.Select(static letter => new FakeBank($"{letter}{letter}{letter}{letter}DEFFXXX"))];
    }

    public TestNode Agent { get; }

    public IReadOnlyList<FakeBank> Banks { get; }

    public List<FakeChannel> Channels { get; } = [];

    public DateTimeOffset Now { get; private set; } = TwoBanks.Start;

    /// <summary>Steps that the agent has made.</summary>
    public int Steps { get; private set; }

    /// <summary>Before which of its steps the agent stops and starts: what the ledger answered is lost.</summary>
    public Func<int, bool> Restarts { get; set; } = static _ => false;

    /// <summary>The ledger does not answer the agent.</summary>
    public bool IsLedgerAway { get; set; }

    public FakeBank this[string letter] => Banks.Single(bank => bank.Name[0] == letter[0]);

    public FakeChannel Channel(string one, string other) => Channels.Single(channel => channel.Members.Contains(this[one]) && channel.Members.Contains(this[other]));

    public IReadOnlyList<OffsetStatus> Offsets => Ask<OffsetSummary>(static call => new AgentInput.ListOffsets(call)).Offsets;

    public Books Books => Ask<Books>(static call => new AgentInput.ListBooks(call));

    public long BalanceOf(string letter) => Books.Accounts.Single(account => account.Bank == this[letter].Id).Balance.MinorUnits;

    public OffsetWorld Link(params string[] pairs)
    {
        foreach (string pair in pairs)
        {
            FakeChannel channel = LinkAlone(pair[..1], pair[1..]);
            foreach (Submission submission in channel.Opened(Now)) Assert.Equal("", Submit(submission));
        }

        return this;
    }

    /// <summary>A channel of which the ledger knows nothing.</summary>
    public FakeChannel LinkAlone(string one, string other)
    {
        FakeChannel channel = new(TwoBanks.Network, entropy, this[one], this[other]);
        Channels.Add(channel);
        foreach (FakeBank member in channel.Members) member.Channels.Add(channel);
        return channel;
    }

    /// <summary>A channel of which the ledger has the opening alone.</summary>
    public FakeChannel LinkOpened(string one, string other)
    {
        FakeChannel channel = LinkAlone(one, other);
        Assert.Equal("", Submit(channel.Opened(Now).First()));
        return channel;
    }

    public OffsetWorld Credit(long minorUnits, params string[] letters)
    {
        foreach (string letter in letters)
            Assert.Null(Ask<CreditResult>(call => new AgentInput.Credit(call, $"credit-{call}", this[letter].Id, new Money(TwoBanks.Eur, minorUnits))).Refusal);
        return this;
    }

    /// <summary>A payment that waits, such as "A pays B".</summary>
    public ByteString Queue(string from, string to, long minorUnits, uint priority = 0)
    {
        ByteString name = ByteString.CopyFrom([.. new byte[15], ++payments]);
        FakeBank bank = this[from];
        bank.Waiting.Add(new OfferedPayment { Payment = name, Channel = (uint)bank.Channels.IndexOf(Channel(from, to)), MinorUnits = minorUnits, Priority = priority });
        return name;
    }

    public T Ask<T>(Func<long, Input> input) where T : class
    {
        long call = ++calls;
        Agent.Inbox.Add(input(call));
        Settle();
        return (T)replies[call];
    }

    public OffsetAnswer Say(FakeBank bank, OffsetOffers offers)
    {
        AgentRequest request = new() { Suite = 1, Network = TwoBanks.Network, Offsets = offers };
        return AgentReply.Parser.ParseFrom(Ask<byte[]>(call => new AgentInput.Requested(call, bank.Id, request.ToByteArray()))).Offsets;
    }

    /// <summary>Time passes, half a second at a time, and every second each bank says what it offers.</summary>
    public void Pass(TimeSpan time)
    {
        for (DateTimeOffset end = Now + time; Now < end;)
        {
            Now += Beat;
            Agent.Inbox.Add(new Input.Tick());
            Settle();
            AssertBalanced();
            if (Now.Millisecond != 0 || Banks is null) continue;
            foreach (FakeBank bank in Banks.Where(static bank => !bank.IsSilent)) Poll(bank);
        }
    }

    /// <summary>Time passes until no offset is under way and one has ended since this began.</summary>
    public OffsetStatus PassUntilEnded()
    {
        int before = Offsets.Count(static o => o.Stage != OffsetStage.Deciding);
        for (int i = 0; i < 60 && Offsets.Count(static o => o.Stage != OffsetStage.Deciding) == before; i++) Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(before + 1, Offsets.Count(static o => o.Stage != OffsetStage.Deciding));
        OffsetStatus ended = Offsets.Where(static o => o.Stage != OffsetStage.Deciding).MaxBy(static o => o.OpenedAt)!;
        // Banks are told of it, and another may begin.
        Pass(TimeSpan.FromSeconds(2));
        return ended;
    }

    public void Dispose()
    {
        foreach (FakeChannel channel in Channels) channel.Dispose();
        Agent.Dispose();
        ledger.Dispose();
        posting.Dispose();
    }

    private void Poll(FakeBank bank)
    {
        OffsetAnswer answer = Say(bank, bank.Offers());
        bank.Told.Add(answer);
        Assert.Equal("", answer.Code);
        foreach (OffsetView view in answer.Offsets)
        {
            Assert.True(view.Legs.Count > 0 ^ view.Posting is not null);
            foreach (OffsetLegView said in view.Legs) Join(bank, view.Group, said);
            if (view.Posting is { } posted) See(bank, view.Group, posted);
        }
    }

    /// <summary>A channel sets aside, and reserves, as soon as both members were told.</summary>
    private void Join(FakeBank bank, ByteString group, OffsetLegView said)
    {
        Assert.True(OffsetLeg.TryRead(said.Call, TwoBanks.Network, out OffsetLeg? leg) && leg.IsSignedBy(posting.PublicKey));
        FakeChannel channel = bank.Channels.Single(c => c.Id == leg.Channel);
        Assert.Equal(said.Payments.Count, leg.Payments[channel.Members[0] == bank ? 0 : 1]);
        if (!bank.Joined.TryGetValue(group, out HashSet<ByteString>? own)) bank.Joined.Add(group, own = []);
        // Every one of them waits, and they are told in the order in which they were offered.
        Assert.Equal(said.Payments, bank.Waiting.Select(static p => p.Payment).Where(said.Payments.Contains));
        own.UnionWith(said.Payments);
        if (!channel.Members.All(member => member.Joined.ContainsKey(group)) || bank.SetAside.Contains((group, ByteString.CopyFrom(channel.Id.ToArray())))) return;
        Assert.Equal(leg.Net, channel.Members[0].Waiting.Concat(channel.Members[1].Waiting).Where(p => channel.Members.Any(m => m.Joined[group].Contains(p.Payment)) && IsIn(channel, p))
            .Sum(p => channel.Members[0].Waiting.Contains(p) ? p.MinorUnits : -p.MinorUnits));
        Assert.True(Submit(channel.Reserved(leg.Group)) is "" or LedgerCodes.GroupExpired);
        foreach (FakeBank member in channel.Members) member.SetAside.Add((group, ByteString.CopyFrom(channel.Id.ToArray())));
    }

    private void See(FakeBank bank, ByteString group, CyclePosting posted)
    {
        using VerifyingKey key = new(posting.PublicKey);
        Assert.True(key.Verify(CycleText.Posting(TwoBanks.Network, posted.PostingId.Span, new Digest(group.Span), bank.Id, "EUR", posted.NetMinorUnits), posted.Signature.Span));
        if (!bank.Nets.TryAdd(group, posted.NetMinorUnits)) return;
        if (bank.Joined.Remove(group, out HashSet<ByteString>? own)) bank.Waiting.RemoveAll(p => own.Contains(p.Payment));
    }

    private static bool IsIn(FakeChannel channel, OfferedPayment payment) =>
        channel.Members.Single(member => member.Waiting.Contains(payment)) is { } payer && payer.Channels[(int)payment.Channel] == channel;

    private string Submit(Submission submission)
    {
        LedgerReply reply = ledger.Ask(Now, Agent.Id, new LedgerRequest { Suite = 1, Network = TwoBanks.Network, Submissions = { submission } });
        return Assert.Single(reply.Results).Code;
    }

    private void AssertBalanced()
    {
        Books books = Books;
        Money[] held = [.. books.Accounts.Select(static a => a.Balance), .. books.SetAside.Select(static s => s.Balance)];
        Assert.All(held, static money => Assert.False(money.IsNegative));
        Assert.Equal(books.Issued.Sum(static i => i.MinorUnits), held.Sum(static m => m.MinorUnits));
    }

    private void Settle()
    {
        while (Agent.IsBusy)
        {
            if (Restarts(Steps++))
            {
                List<Input> waiting = [.. Agent.Inbox.Where(static input => input is not (Input.Answered or Input.SendFailed))];
                Agent.Restart();
                Agent.Inbox.AddRange(waiting);
                continue;
            }

            foreach (Effect effect in Agent.Step(Now))
            {
                if (effect is Effect.Reply reply) replies[reply.CallId] = reply.Body;
                else if (effect is Effect.Alarm alarm) Agent.Alarms.Add(alarm.Code);
                else if (effect is Effect.Send { Door: Door.Ledger } send)
                {
                    if (IsLedgerAway)
                    {
                        Agent.Inbox.Add(new Input.SendFailed(send.Token));
                        continue;
                    }

                    ParticipantId? known = ledger.Machine.TryFindRootKey(Agent.Id.ToString(), out _) ? Agent.Id : null;
                    Agent.Inbox.Add(new Input.Answered(send.Token, ledger.Ask(Now, known, LedgerRequest.Parser.ParseFrom(send.Body)).ToByteArray()));
                }
            }
        }
    }
}
