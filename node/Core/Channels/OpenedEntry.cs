using System.Runtime.CompilerServices;
using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>An entry whose structure was checked, and whose envelopes were opened as far as the reader may.</summary>
/// <param name="Sealed">As this participant holds it: whole where it sealed it, else as it was received.</param>
/// <param name="Id">The entry's random id.</param>
/// <param name="Plan">Its contract.</param>
/// <param name="Action">Its action.</param>
/// <param name="Parties">Participant number of each party.</param>
/// <param name="Root">The root of its tree.</param>
/// <param name="Values">Every field and parameter: its value where it is read and present, else null.</param>
/// <param name="ContentKeys">The content key of each envelope, in order; null where the reader is not in the audience.</param>
/// <param name="TimeUnixMs">When its member sealed it.</param>
public sealed record OpenedEntry(
    SealedEntry Sealed, EntryId Id, ContractPlan Plan, ContractAction Action, IReadOnlyList<uint> Parties, Digest Root,
    IReadOnlyList<Value?> Values, IReadOnlyList<ContentKey?> ContentKeys, long TimeUnixMs)
{
    private SealedEntry? shared;

    /// <summary>As the members exchange it: without the envelopes that its actor alone reads. It is <see cref="Sealed"/> itself, at no
    /// cost, where both read all of it.</summary>
    public SealedEntry Shared => Plan.IsSharedWhole(Action) ? Sealed : shared ??= SharedEntry.With(Sealed, 1 - Actor);

    /// <summary>What links it to the entry before; null where it creates the instance.</summary>
    public InstanceLink? Link { get; init; }

    /// <summary>The instance as it stood before, once whoever runs the entry has looked it up; null where it creates it, or where
    /// there is no such instance.</summary>
    public Instance? Before { get; set; }

    /// <summary>The group whose leg in this channel the entry is; null where it stands for itself.</summary>
    public ChannelGroup? Group { get; init; }

    /// <summary>The call for the offset in which it settles; null where it is no such payment.</summary>
    public OffsetLeg? Offset { get; init; }

    /// <summary>The id of the entry that created its instance.</summary>
    public EntryId Instance => Link?.Instance ?? Id;

    /// <summary>The how many-eth entry of its instance it is.</summary>
    public int Generation => Link?.Generation ?? InstanceLink.FirstGeneration;

    /// <summary>The row that makes its payment unique, once a member has computed its key; a box with null where there is none.</summary>
    internal StrongBox<PayloadKey?>? Reference { get; set; }

    /// <summary>The member that acted, where the action's `by` names no party; else null.</summary>
    public int? NamedActor { get; init; }

    /// <summary>The ids of the postings that it may cite, in hexadecimal, as the fields name them that it leaves behind. Whoever judges it looks
    /// them up beforehand, so it can cite no other.</summary>
    public IEnumerable<string> Cited
    {
        get
        {
            foreach (Field cited in Action.Cited)
            {
                if (Values[cited.Index] is TextValue posting && PostingText.TryRead(posting.Text, out byte[]? id, out _)) yield return Convert.ToHexStringLower(id);
            }
        }
    }

    /// <summary>The participant number of the member that acted.</summary>
    public int Actor => NamedActor ?? (int)Parties[Action.By.Party!.Index];

    /// <summary>The party that acted.</summary>
    public Seat Seat => new(Action.By.Party?.Index ?? ContractPlan.PartyOf(Parties, Actor));

    /// <summary>Whether the participant may ever take the instance out of the state that the entry led to.</summary>
    public bool CanBeLeftBy(int participant, State next)
    {
        for (int party = 0; party < Parties.Count; party++)
        {
            if (Parties[party] == participant && Plan.CanLeave(next, party)) return true;
        }

        return false;
    }

    /// <summary>The values of the contract's fields.</summary>
    public IReadOnlyList<Value?> Fields => [.. Values.Take(Plan.Contract.Fields.Count)];

    /// <summary>The values of the action's parameters.</summary>
    public IReadOnlyList<Value?> Arguments => [.. Values.Skip(Plan.Contract.Fields.Count)];

    /// <summary>Whether the participant belongs to the audience of a field.</summary>
    public bool IsReadBy(Field field, int participant) => field.Audience.Any(p => Parties[p.Index] == participant);
}
