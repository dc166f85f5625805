using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Tests.Agent;
using Settlement.Tests.Bank;
using Settlement.Tests.Simulation;
using Settlement.Wire.Agent;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Hostile;

/// <summary>What anybody can do to the settlement agent, what strangers can do, and what reaches a member through the ledger.</summary>
internal static class OtherCases
{
    public static IEnumerable<HostileCase> All { get; } =
    [
        new("garbage", "bank to agent", AgentCodes.Malformed, "body", Proof.Body(static body => !Core.Participants.Parsing.TryParse(AgentRequest.Parser, body, out AgentRequest? _)), Afterwards.GoesOn, static world =>
        {
            for (int i = 0; i < HostileWorld.Storm; i++) world.Banks.Ask<byte[]>(world.Banks.Agent, call => new AgentInput.Requested(call, world.Alpha.Id, [0xff]));
        })
        {
            Victim = static world => world.Banks.Agent,
        },
        new("a storm of requests that cannot be granted", "bank to agent", AgentCodes.TooManyRefusals, "request", Proof.Said(FundRequest.Parser, static (world, request) => request.Channel.Equals(world.Channel) && request.Acknowledgements.Count == 0), Afterwards.GoesOn, static world =>
        {
            int postings = world.Once(() => world.Banks.Agent.Vault.Scan(PayloadKind.Postings).Count);
            for (int i = 0; i < 12; i++)
            {
                AgentRequest request = new() { Suite = 1, Network = TwoBanks.Network };
                request.Funds.Add(Enumerable.Range(0, 100).Select(n =>
                {
                    FundRequest fund = AgentTests.Request(world.Banks, 1_00, 0);
                    fund.Acknowledgements.Clear();
                    fund.RequestId = ByteString.CopyFrom(Digest.Of([(byte)i, (byte)n]).ToArray());
                    return fund;
                }));
                world.Banks.Ask<byte[]>(world.Banks.Agent, call => new AgentInput.Requested(call, world.Alpha.Id, request.ToByteArray()));
            }

            Assert.Equal(RefusalBudget.Burst, world.Banks.Agent.Vault.Scan(PayloadKind.Postings).Count - postings);
        })
        {
            Victim = static world => world.Banks.Agent, IsBetaLate = true, Cost = new Cost(Written: RefusalBudget.Burst + 10, Rows: RefusalBudget.Burst + 6, Kilobytes: 200, Sends: 0, Checks: 0),
        },
        new("acknowledgements that no supervisor signed", "bank to agent", AgentCodes.NotAcknowledged, "request", Proof.Said(FundRequest.Parser, static (world, request) => request.Channel.Equals(world.Channel) && request.Acknowledgements.Count == SupervisedChannels.MaxAcknowledgements), Afterwards.GoesOn, static world =>
        {
            // What the account does not cover is refused before anything is verified.
            world.Banks.Credit(world.Alpha, new Money(TwoBanks.Eur, 1));
            AgentRequest request = new() { Suite = 1, Network = TwoBanks.Network };
            request.Funds.Add(Enumerable.Range(0, HostileWorld.Storm).Select(n =>
            {
                FundRequest fund = AgentTests.Request(world.Banks, 1, 0);
                while (fund.Acknowledgements.Count < SupervisedChannels.MaxAcknowledgements) fund.Acknowledgements.Add(fund.Acknowledgements[0].Clone());
                foreach (Settlement.Wire.Channels.ObserverAcknowledgement acknowledgement in fund.Acknowledgements) acknowledgement.Signature = Channels.Lies.Flipped(acknowledgement.Signature, 0);
                fund.RequestId = ByteString.CopyFrom(Digest.Of([1, 2, 3, (byte)n]).ToArray());
                return fund;
            }));
            world.Banks.Ask<byte[]>(world.Banks.Agent, call => new AgentInput.Requested(call, world.Alpha.Id, request.ToByteArray()));
        })
        {
            Victim = static world => world.Banks.Agent, IsBetaLate = true, IsCommon = true, Cost = new Cost(Written: HostileWorld.Storm + 10, Rows: HostileWorld.Storm + 6, Kilobytes: 60, Sends: 0, Checks: 2 * HostileWorld.Storm),
        },
        new("pools for channels that nobody opened", "bank to agent", AgentCodes.ChannelNotListed, "request", Proof.Said(FundRequest.Parser, static (world, request) => !request.Channel.Equals(world.Channel)), Afterwards.GoesOn, static world =>
        {
            int pools = AgentTests.Balances(world.Banks).Pools.Count;
            world.Banks.Credit(world.Alpha, new Money(TwoBanks.Eur, HostileWorld.Storm));
            AgentReply reply = Fund(world, HostileWorld.Storm, fund =>
            {
                // The acknowledgement is of the terms, and true; the keys are nobody's.
                OpeningBody body = OpeningBody.Parser.ParseFrom(fund.OpeningBody);
                body.MemberKeys[1] = NewId(world);
                fund.OpeningBody = body.ToByteString();
                fund.Channel = HostileWorld.Bytes(RecordHashes.Channel(fund.OpeningBody.Span));
            });
            Assert.All(reply.Funds, static result => Assert.Equal(AgentCodes.ChannelNotListed, result.Code));
            Assert.Equal(pools, AgentTests.Balances(world.Banks).Pools.Count);
        })
        {
            Victim = static world => world.Banks.Agent, IsBetaLate = true, Times = HostileWorld.Storm,
            Cost = new Cost(Written: HostileWorld.Storm + 16, Rows: HostileWorld.Storm + 10, Kilobytes: 60, Sends: 2, Checks: 2 * HostileWorld.Storm + 4),
        },
        new("money moved in cents without end", "bank to agent", AgentCodes.TooManyFundings, "request", Proof.Said(FundRequest.Parser, static (world, request) => request.Channel.Equals(world.Channel) && request.MinorUnits == 1), Afterwards.GoesOn, static world =>
        {
            world.Once(() =>
            {
                world.Banks.Credit(world.Alpha, new Money(TwoBanks.Eur, 2 * FundingBudget.Burst));
                int[] granted = [.. Enumerable.Range(0, FundingBudget.Burst / AgentMachine.MaxRequests).Select(_ => Fund(world, AgentMachine.MaxRequests, static _ => { }).Funds.Count(static result => result.Code.Length == 0))];
                Assert.Equal(FundingBudget.Burst, granted.Sum());
                return (object)granted;
            });
            Assert.All(Fund(world, HostileWorld.Storm, static _ => { }).Funds, static result => Assert.Equal(AgentCodes.TooManyFundings, result.Code));
        })
        {
            Victim = static world => world.Banks.Agent, IsBetaLate = true, Times = HostileWorld.Storm,
            Cost = new Cost(Written: 2 * FundingBudget.Burst + 100, Rows: FundingBudget.Burst + 100, Kilobytes: 500, Sends: 2, Checks: 2 * (FundingBudget.Burst + HostileWorld.Storm)),
        },
        new("knocking", "stranger to bank", NodeCodes.Stranger, "", Proof.None, Afterwards.GoesOn, static world =>
        {
            for (int i = 0; i < HostileWorld.Storm; i++)
            {
                world.Alpha.Inbox.Add(new Input.StrangerKnocked());
                world.Banks.Settle();
            }
        })
        {
            Victim = static world => world.Alpha, Party = static _ => AlarmParties.Strangers, IsCommon = true, Cost = Cost.Words.And(HostileWorld.Storm, written: 1, sends: 1, checks: 1),
        },
        new("a takeover without need", "member to member", ChannelCodes.TakenOver, "leaf", Proof.Of(static (world, piece) =>
        {
            Leaf leaf = Leaf.Parser.ParseFrom(piece.Parts[0].Body);
            Assert.True(SignedTakeover.TryRead(leaf.Takeover, out SignedTakeover? takeover));
            using SigningKey key = world.Banks.ChannelKey(world.Beta);
            using VerifyingKey beta = new(key.PublicKey);
            Assert.True(takeover.IsSignedBy(TwoBanks.Network, beta));
        }), Afterwards.GoesOn, static world =>
        {
            world.Banks.AskLedger(world.Beta, new LedgerRequest { Suite = 1, Network = TwoBanks.Network, Submissions = { Takeover(world, world.Beta, 2) } });
            world.Say(world.Beta, world.Alpha, new Settlement.Wire.Channels.PeerMessage { Finality = new Settlement.Wire.Channels.FinalityNotice { Channel = world.Channel, Sequence = 99 } });
        })
        {
            Victim = static world => world.Alpha, Party = static world => world.Beta.Id.ToString(), IsCommon = true,
            Cost = Cost.Words.And(HostileWorld.Storm, written: 1, sends: 1, checks: 1),
        },
    ];

    /// <summary>Alpha asks for cents in the attacked channel, each by a request of its own.</summary>
    private static AgentReply Fund(HostileWorld world, int times, Action<FundRequest> change)
    {
        AgentRequest request = new() { Suite = 1, Network = TwoBanks.Network };
        for (int i = 0; i < times; i++)
        {
            FundRequest fund = AgentTests.Request(world.Banks, 1, 0);
            fund.RequestId = NewId(world);
            change(fund);
            request.Funds.Add(fund);
        }

        return AgentReply.Parser.ParseFrom(world.Banks.Ask<byte[]>(world.Banks.Agent, call => new AgentInput.Requested(call, world.Alpha.Id, request.ToByteArray())));
    }

    private static ByteString NewId(HostileWorld world)
    {
        byte[] id = new byte[Digest.Length];
        world.Entropy.Fill(id);
        return ByteString.CopyFrom(id);
    }

    /// <summary>A member's takeover at the newest head.</summary>
    public static Submission Takeover(HostileWorld world, TestNode member, ulong term)
    {
        Digest head = world.Banks.View(member).Head;
        using SigningKey key = world.Banks.ChannelKey(member);
        return new Submission
        {
            Takeover = new TakeoverRecord
            {
                Channel = world.Channel, Head = HostileWorld.Bytes(head), NewTerm = term, Member = member == world.Alpha ? 0u : 1u,
                Signature = ByteString.CopyFrom(key.Sign(RecordHashes.Takeover(TwoBanks.Network, world.Banks.Channel, head, (long)term))),
            },
        };
    }

    /// <summary>The opening of a channel whose two members are one, which only the ledger's quota bounds.</summary>
    public static Submission Opening(int number)
    {
        SeededEntropy entropy = new(5_000 + number);
        using SigningKey first = SigningKey.Generate(entropy), second = SigningKey.Generate(entropy);
        OpeningBody body = new() { Suite = 1, Network = TwoBanks.Network, TermsHash = ByteString.CopyFrom(new byte[32]), EpochHash = ByteString.CopyFrom(new byte[32]) };
        body.MemberKeys.Add([ByteString.CopyFrom(first.PublicKey.ToArray()), ByteString.CopyFrom(second.PublicKey.ToArray())]);
        Digest id = RecordHashes.Channel(body.ToByteArray());
        OpeningRecord record = new() { Body = body.ToByteString() };
        record.Signatures.Add([ByteString.CopyFrom(first.Sign(id)), ByteString.CopyFrom(second.Sign(id))]);
        return new Submission { Opening = record };
    }
}
