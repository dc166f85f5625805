using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Notarisation;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Bank;

/// <summary>What waits in a channel's mailbox.</summary>
internal abstract class Command
{
    /// <summary>Whether it acts on an instance that is there, and does not create one.</summary>
    public abstract bool ActsOnInstance { get; }

    /// <summary>An action of this bank: an instruction, or money of the agent on its way into the channel or back.</summary>
    /// <param name="workKey">The key of the work's row in the vault.</param>
    /// <param name="plan">The contract.</param>
    /// <param name="action">The action.</param>
    /// <param name="values">Its values.</param>
    /// <param name="reserved">What a payment takes from the own position; null where nothing is.</param>
    public sealed class Own(byte[] workKey, ContractPlan plan, ContractAction action, IReadOnlyList<Value?> values, AmountValue? reserved) : Command
    {
        /// <inheritdoc/>
        public override bool ActsOnInstance => Before is not null;

        public byte[] WorkKey { get; } = workKey;

        public ContractPlan Plan { get; } = plan;

        public ContractAction Action { get; } = action;

        public IReadOnlyList<Value?> Values { get; } = values;

        public AmountValue? Reserved { get; } = reserved;

        /// <summary>Set where the work is money on its way, not an instruction.</summary>
        public FundingRow? Funding { get; init; }

        /// <summary>Set where the work is money on its way back to the agent, not an instruction.</summary>
        public RedemptionRow? Redemption { get; init; }

        /// <summary>What is taken from it beside; where an action takes of several currencies or units.</summary>
        public IReadOnlyList<AmountValue> AlsoReserved { get; init; } = [];

        /// <summary>Whether the back office named the action and its values, and not a transfer.</summary>
        public bool IsAct { get; init; }

        /// <summary>Whether it is a transfer of the back office.</summary>
        public bool IsPayment => !IsAct && Funding is null && Redemption is null;

        /// <summary>The instance that the action acts on; null where it creates one.</summary>
        public Instance? Before { get; init; }

        /// <summary>The group whose leg it is; null where it stands for itself.</summary>
        public ChannelGroup? Group { get; init; }

        /// <summary>The agent's call for the offset in which it is to settle; null while it is in none. Set before the payment leaves the queue.</summary>
        public OffsetLeg? Offset { get; set; }

        /// <summary>The legs of others that the bank expects of the group.</summary>
        public IReadOnlyList<ExpectedLeg> Expects { get; init; } = [];

        /// <summary>Whether a newer entry of the instance became final since.</summary>
        public bool IsOvertaken { get; set; }

        /// <summary>The place in the order in which work was accepted, which a restart keeps; 0 before it is in a mailbox.</summary>
        public long Order { get; set; }

        /// <summary>Set once sealed. From then on the same bytes are used, whoever proposes them.</summary>
        public OpenedEntry? Entry { get; set; }

        /// <summary>Seals it, unless it is sealed.</summary>
        public OpenedEntry Seal(ChannelContext context, DateTimeOffset now, IEntropy entropy) =>
            Entry ??= EntrySealer.Seal(context, Plan, Action, Values, now, entropy, Before, Group?.Body, Offset);

        /// <summary>Whether its amount is reserved of the position.</summary>
        public bool IsReserved { get; set; }

        /// <summary>Whether it is on its way together with what covers it; alone it goes back to the queue.</summary>
        public bool IsOffset { get; set; }

        /// <summary>With what priority it left the queue for that.</summary>
        public Priority OffsetPriority { get; set; }

        /// <summary>How often it was refused for want of cover and waited again.</summary>
        public int Returns { get; set; }

        /// <summary>Whether it was offered and is offered no more: held, cancelled, or refused.</summary>
        public bool IsWithdrawn { get; set; }

        /// <summary>Whether the sealed bytes are in the vault and were handed to the sequencer.</summary>
        public bool IsHanded { get; set; }
    }

    /// <summary>An entry that the other member handed to this one, the sequencer.</summary>
    /// <param name="entry">As opened.</param>
    /// <param name="since">When it arrived; facts were looked up then.</param>
    public sealed class Peer(OpenedEntry entry, DateTimeOffset since) : Command
    {
        /// <inheritdoc/>
        public override bool ActsOnInstance => Entry.Link is not null;

        public OpenedEntry Entry { get; } = entry;

        public DateTimeOffset Since { get; } = since;

        /// <summary>Whether it was only offered: not covered, it leaves the batch, and its owner offers it again.</summary>
        public bool IsOffset { get; init; }
    }
}

/// <summary>What becomes of this bank's own work in a channel.</summary>
internal interface IOwnWork
{
    /// <summary>The entry is final.</summary>
    void Settled(ChannelSide channel, Command.Own command, long sequence);

    /// <summary>The entry was refused, finally.</summary>
    void Refused(ChannelSide channel, Command.Own command, string code, long sequence);
}
