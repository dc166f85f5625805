using System.Diagnostics.CodeAnalysis;
using Settlement.Contracts;

namespace Settlement.Core.Channels;

/// <summary>Fields of one entry that share an audience and a data subject, and so an envelope.</summary>
/// <param name="Audience">The party indexes that read the group.</param>
/// <param name="Subject">The party whose personal data it is, or -1.</param>
/// <param name="Fields">The fields, by index; parameters follow the contract's fields.</param>
/// <param name="PaddedLength">Every envelope of the group has a plaintext of this length, so that it tells nothing.</param>
public sealed record EnvelopeGroup(IReadOnlyList<int> Audience, int Subject, IReadOnlyList<Field> Fields, int PaddedLength);

/// <summary>A contract as a channel uses it: which fields travel together, and to whom.</summary>
public sealed class ContractPlan
{
    private readonly IReadOnlyList<IReadOnlyList<EnvelopeGroup>> groupsByAction;
    private readonly IReadOnlyList<bool> isSharedWhole;
    // By state and party.
    private readonly bool[,] leaves;

    private ContractPlan(Contract contract)
    {
        Contract = contract;
        Banks = [.. contract.Parties.Where(p => !p.Observes).Select(p => p.Index)];
        Observers = [.. contract.Parties.Where(p => p.Observes).Select(p => p.Index)];
        groupsByAction = [.. contract.Actions.Select(a => Group(FieldsOf(a)))];
        isSharedWhole = [.. contract.Actions.Select(a => a.Parameters.All(p => IsReadByMembers(contract, p)))];
        Audiences = [.. Enumerate().Distinct()];
        leaves = new bool[contract.States.Count, contract.Parties.Count];
        foreach (ContractAction action in contract.Actions)
        {
            foreach (State state in action.When)
            {
                foreach (Party party in contract.Members.Where(p => action.By.Party is null || action.By.Party.Index == p.Index)) leaves[state.Index, party.Index] = true;
            }
        }
    }

    /// <summary>The compiled contract.</summary>
    public Contract Contract { get; }

    /// <summary>Every set of readers that an entry of the contract can have in this channel.</summary>
    public IReadOnlyList<AudienceMask> Audiences { get; }

    /// <summary>The parties that act.</summary>
    public IReadOnlyList<int> Banks { get; }

    /// <summary>The parties that observe.</summary>
    public IReadOnlyList<int> Observers { get; }

    /// <summary>
    /// Fits when the contract's acting parties are the members, each of whom can evaluate it, and its observers are among the
    /// channel's observers. Both members read every field, because every entry of an instance seals all fields again, whoever
    /// acts. A parameter they both read, or the party alone that takes the action: then its envelope stays in that member's
    /// vault. One that the other member does not read and an observer does is refused: it would have to travel around the
    /// member, through whose hands everything goes that observers get.
    /// </summary>
    public static bool TryCreate(Contract contract, int participantCount, [NotNullWhen(true)] out ContractPlan? plan)
    {
        int observers = contract.Parties.Count(p => p.Observes);
        plan = contract.Parties.Count - observers == ChannelTerms.MemberCount && observers <= participantCount - ChannelTerms.MemberCount
            && contract.Members.All(contract.CanReExecute) && contract.Actions.All(IsWithinReach) && contract.Parties.All(p => !p.IsSeveral)
            && contract.Fields.All(f => IsReadByMembers(contract, f))
            && contract.Actions.All(a => a.Parameters.All(p => IsReadByMembers(contract, p) || IsOfActorAlone(a, p)))
            ? new ContractPlan(contract)
            : null;
        // An envelope that could not be sealed would stop the member that tries.
        if (plan?.groupsByAction.Any(groups => groups.Any(g => g.PaddedLength > Envelopes.EnvelopePlaintext.MaximumLength)) == true) plan = null;
        return plan is not null;
    }

    /// <summary>What a member of a channel runs an action with: one participant plays each party.</summary>
    /// <param name="actor">Who takes it.</param>
    /// <param name="timeUnixMs">The head's time.</param>
    public static Occasion Occasion(Seat actor, long timeUnixMs) =>
        // Members can sign any number as a time; beyond the calendar all nodes take its end.
        new(DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(timeUnixMs, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())), BusinessCalendar.Weekdays, actor);

    /// <summary>The same for an action that a party takes.</summary>
    public static Occasion Occasion(ContractAction action, long timeUnixMs) => Occasion(new Seat(action.By.Party!.Index), timeUnixMs);

    /// <summary>The party that a participant plays.</summary>
    public static int PartyOf(IReadOnlyList<uint> parties, int participant)
    {
        for (int party = 0; party < parties.Count; party++)
        {
            if (parties[party] == participant) return party;
        }

        throw new ArgumentException("The participant plays no party.", nameof(participant));
    }

    /// <summary>The envelopes of an entry of this action, in their order.</summary>
    public IReadOnlyList<EnvelopeGroup> GroupsOf(ContractAction action) => groupsByAction[action.Index];

    /// <summary>Whether an entry of this action goes to the other member as it was sealed. Else its actor alone reads a parameter, and
    /// the entry is shared without it.</summary>
    public bool IsSharedWhole(ContractAction action) => isSharedWhole[action.Index];

    /// <summary>The fields that an entry of this action commits to: all of the contract's, as they are after it, and its
    /// parameters.</summary>
    public IEnumerable<Field> FieldsOf(ContractAction action) => Contract.Fields.Concat(action.Parameters);

    /// <summary>Participant numbers of the parties when <paramref name="actor"/> acts: the actor is the action's `by`, the
    /// other member the other bank, observers follow in order.</summary>
    public IReadOnlyList<uint> PartiesFor(ContractAction action, int actor) => Assign(action.By.Party!.Index, actor);

    /// <summary>The same for an action that creates an instance, and may say in one of its fields who acts. Null where the field names
    /// nobody who could.</summary>
    public IReadOnlyList<uint>? PartiesFor(ContractAction action, IReadOnlyList<Value?> values, int actor)
    {
        if (action.By.Party is { } by) return Assign(by.Index, actor);
        return action.By.Field is { } field && values[field.Index] is PartyValue value && Contract.FindParty(value.Party) is { Observes: false } party ? Assign(party.Index, actor) : null;
    }

    /// <summary>Every way in which the channel's participants can play the parties.</summary>
    public IEnumerable<IReadOnlyList<uint>> Assignments => Enumerable.Range(0, ChannelTerms.MemberCount).Select(first => Assign(Banks[0], first));

    /// <summary>Whether the members are the banks, each one of them, and the observers follow in order.</summary>
    public bool IsAssignment(IReadOnlyList<uint> parties) =>
        parties.Count == Contract.Parties.Count && parties[Banks[0]] < ChannelTerms.MemberCount && parties.SequenceEqual(Assign(Banks[0], (int)parties[Banks[0]]));

    private uint[] Assign(int by, int actor)
    {
        uint[] numbers = new uint[Contract.Parties.Count];
        int observer = ChannelTerms.MemberCount;
        foreach (Party party in Contract.Parties) numbers[party.Index] = party.Observes ? (uint)observer++ : (uint)(party.Index == by ? actor : 1 - actor);
        return numbers;
    }

    /// <summary>The readers of a group under an assignment of parties to participants.</summary>
    public static AudienceMask MaskOf(EnvelopeGroup group, IReadOnlyList<uint> parties)
    {
        AudienceMask mask = default;
        foreach (int party in group.Audience) mask = mask.With((int)parties[party]);
        return mask;
    }

    /// <summary>Whether the party may ever take an instance out of the state.</summary>
    public bool CanLeave(State state, int party) => leaves[state.Index, party];

    /// <summary>Whether the observer reads everything that the outcome of every action depends on.</summary>
    public bool CanReExecute(int participant)
    {
        int place = participant - ChannelTerms.MemberCount;
        return place < Observers.Count && Contract.CanReExecute(Contract.Parties[Observers[place]]);
    }

    /// <summary>
    /// What entries cannot carry yet is refused when a channel would open, not when an entry would need it: calendars, which terms do
    /// not have, values that depend on the time of a head that is not known when they are sealed, and redemptions that are more than
    /// an entry of their own: the agent is shown one entry, and pays what that says without its history.
    /// </summary>
    private static bool IsWithinReach(ContractAction action) => action is { By.Any: false, UsesCalendar: false, SetsByTime: false }
        && (!action.Redeems || action.Redemption is not null);

    private static bool IsReadByMembers(Contract contract, Field field) => contract.Members.All(field.IsReadBy);

    private static bool IsOfActorAlone(ContractAction action, Field parameter) => action.By.Party is { } by && parameter.Audience is [var only] && only.Index == by.Index;

    private IEnumerable<AudienceMask> Enumerate()
    {
        foreach (IReadOnlyList<uint> parties in Assignments)
        {
            foreach (EnvelopeGroup group in groupsByAction.SelectMany(static groups => groups)) yield return MaskOf(group, parties);
        }
    }

    private static List<EnvelopeGroup> Group(IEnumerable<Field> fields) =>
    [
        .. fields
            .GroupBy(f => (Audience: string.Join(',', f.Audience.Select(p => p.Index)), Subject: f.PersonalOf?.Index ?? -1))
            .Select(g => new EnvelopeGroup([.. g.First().Audience.Select(p => p.Index)], g.Key.Subject, [.. g],
                Envelopes.EnvelopePlaintext.LengthFor(g.Select(f => f.Type.MaxCanonicalLength)))),
    ];
}
