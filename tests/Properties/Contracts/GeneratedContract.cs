using System.Globalization;
using System.Text;
using Settlement.Contracts;
using Settlement.Tests.Properties.Contracts.Generation;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>
/// Writes contracts that are right by construction, with every sentence of the language in them; a seed gives the same
/// contract every time. It knows who reads what, and so many fields are hidden from somebody: from members too.
/// </summary>
internal sealed class GeneratedContract
{
    private readonly ContractDraft draft;
    private int held = -1;
    private List<string> reserves = [], releases = [];

    private GeneratedContract(int seed, int leaks, bool forChannel = false) => draft = new ContractDraft(new Dice(seed), leaks, forChannel);

    private GeneratedContract(ContractDraft draft) => this.draft = draft;

    private Dice Dice => draft.Dice;

    /// <summary>The source of one contract.</summary>
    public static string Source(int seed) => new GeneratedContract(seed, leaks: 0).Write();

    /// <summary>Right in all but this: one of so many statements in a hundred depends on what somebody may not know.</summary>
    public static string Leaky(int seed, int percent = 30) => new GeneratedContract(seed, percent).Write();

    /// <summary>Right in all but this: what an action requires may be decided by somebody who neither takes it nor agrees to it.</summary>
    public static string Careless(int seed) => new GeneratedContract(new ContractDraft(new Dice(seed), 0, forChannel: false) { IsCareless = true }).Write();

    /// <summary>Right in all but this: that a value which is set does not fit may tell what somebody may not know.</summary>
    public static string RefusalsTell(int seed) => new GeneratedContract(new ContractDraft(new Dice(seed), 0, forChannel: false) { RefusalsTell = true }).Write();

    /// <summary>Right in all but this: what a member takes as others say may be set again, so that it is not the last.</summary>
    public static string SetsAgain(int seed) => new GeneratedContract(new ContractDraft(new Dice(seed), 0, forChannel: false) { SetsAgain = true }).Write();

    /// <summary>Right in all but this: its actions leak something in one way.</summary>
    public static string Planted(int seed, Leak leak)
    {
        ContractDraft planted = new(new Dice(seed), 0, forChannel: false);
        planted.Leak = new PlantedLeak(planted, leak);
        return new GeneratedContract(planted).Write();
    }

    /// <summary>One of which most can run in a channel of two banks.</summary>
    public static string ForChannel(int seed, int leaks = 0) => new GeneratedContract(seed, leaks, forChannel: true).Write();

    /// <summary>The same words with other white space and with comments.</summary>
    public static string Respaced(string source, int seed)
    {
        Random dice = new(seed);
        StringBuilder spaced = new();
        bool quoted = false;
        for (int i = 0; i < source.Length; i++)
        {
            char c = source[i];
            if (c == '"' && source[i - 1] != '\\') quoted = !quoted;
            if (c == '\n') spaced.Append(dice.Next(4) == 0 ? " -- said \"aside\"" : "").Append(dice.Next(2) == 0 ? "\r\n" : "\n\n").Append(' ', dice.Next(5));
            else if (c == ' ' && !quoted) spaced.Append(dice.Next(3) == 0 ? "\t " : " ");
            else if (c == ',' && !quoted) spaced.Append(dice.Next(3) == 0 ? " ,\n" : ",");
            else spaced.Append(c);
        }

        return spaced.ToString();
    }

    private string Write()
    {
        Declare();
        List<string> lines = [string.Create(CultureInfo.InvariantCulture, $"contract Generated version {Dice.From(2, 999)}{(Dice.Coin() ? " replaces 1" : "")}"), .. draft.Docs()];
        Section(lines, "units", draft.Units.Select(u => u.Name));
        Section(lines, "codes", draft.CodeSets.Select(c => $"{c.Name} = {(c.External is null ? string.Join(", ", c.Codes.Order(StringComparer.Ordinal)) : "iso " + c.External)}"));
        Section(lines, "parties", draft.Parties.Select(Declared));
        Section(lines, "fields", draft.Fields.Select(draft.Declared));
        lines.Add("states");
        lines.Add(string.Join(", ", draft.States.Select((s, i) => $"{s}{(MayRest(i) ? " may rest" : "")}{(Dice.Percent(15) ? " \"A state.\"" : "")}")));
        foreach (ActionPlan plan in Plans()) lines.AddRange(new ActionWriter(draft, plan).Write());
        return string.Join('\n', lines) + '\n';
    }

    private void Section(List<string> lines, string name, IEnumerable<string> declarations)
    {
        string[] declared = [.. declarations];
        if (declared.Length == 0) return;
        lines.Add(name);
        foreach (string declaration in declared)
        {
            lines.Add(declaration);
            lines.AddRange(draft.Docs());
        }
    }

    private static string Declared(Party party) =>
        $"{party.Name} {(party.Kind == PartyKind.Bank ? "bank" : "regulator")}{(party.IsSeveral ? $", several({party.Most.ToString(CultureInfo.InvariantCulture)})" : "")}{(party.Observes ? ", observes" : "")}";

    private bool MayRest(int state) => state == draft.States.Count - 1 || (state != held && state % 2 == 0);

    private void Declare()
    {
        for (int i = Dice.From(0, 2); i > 0; i--) draft.Units.Add(new Unit(draft.Units.Count, $"unit{i}"));
        if (Dice.Coin()) draft.CodeSets.Add(new CodeSet("Kind", null, new HashSet<string>(["GOODS", "SERVICE", "A1"])));
        if (Dice.Percent(30)) draft.CodeSets.Add(new CodeSet("Reason", "ExternalReturnReason1", new HashSet<string>()));
        for (int i = 0; i < 2; i++) Party("bank_", PartyKind.Bank, observes: false);
        if (draft.ForChannel) Party("observer_", PartyKind.Regulator, observes: true);
        else OtherParties();
        Field(new MoneyType(), draft.AllReaders, isFixed: true);
        Field(new TextType(35), draft.AllReaders, isFixed: true);
        draft.Leak?.Declare();
        for (int i = Dice.From(3, 10); i > 0; i--) Field(draft.AnyType(), Dice.Percent(35) ? draft.AllReaders : Audience(), isFixed: false);
        Party? several = draft.Banks.FirstOrDefault(p => p.IsSeveral);
        if (several is not null && Dice.Coin()) Field(new EachType(new MoneyType(), several), draft.AllReaders, isFixed: true);
        for (int i = Dice.From(1, 5); i > 0; i--) draft.States.Add($"State{draft.States.Count.ToString(CultureInfo.InvariantCulture)}");
        Reservation();
    }

    private void OtherParties()
    {
        if (Dice.Percent(40)) Party("lender_", PartyKind.Bank, observes: false, most: Dice.From(2, 4));
        if (Dice.Percent(30) || draft.Leak is not null) Party("bank_", PartyKind.Bank, observes: false);
        if (Dice.Percent(20)) Party("authority_", PartyKind.Regulator, observes: false);
        for (int i = Dice.From(draft.Leak is null ? 0 : 1, 2); i > 0; i--) Party("observer_", Dice.Percent(80) ? PartyKind.Regulator : PartyKind.Bank, observes: true);
    }

    private void Party(string prefix, PartyKind kind, bool observes, int most = 1)
    {
        int index = draft.Parties.Count;
        draft.Parties.Add(new Party(index, prefix + index.ToString(CultureInfo.InvariantCulture), kind, observes, most));
    }

    private ulong Audience()
    {
        if (draft.ForChannel || Dice.Percent(40)) return draft.MemberReaders;
        List<Party> some = Dice.Some(draft.Parties);
        if (some.All(p => p.Observes)) some.Add(Dice.Any([.. draft.Members]));
        return ContractDraft.Bits(some);
    }

    private void Field(FieldType type, ulong readers, bool isFixed)
    {
        // What a creator does not read and cannot write as a literal, nobody has to supply.
        bool optional = !isFixed && (Dice.Percent(35) || (readers != draft.AllReaders && !ActionWriter.HasLiteral(type)));
        Party? personal = !isFixed && Dice.Percent(10) ? draft.Banks.FirstOrDefault(b => (readers >> b.Index & 1) != 0) : null;
        string name = $"{ContractDraft.KindOf(type)}{(optional ? "o" : "")}_{draft.Fields.Count.ToString(CultureInfo.InvariantCulture)}";
        draft.Fields.Add(new Item(name, type, optional, readers, personal, IsParameter: false) { Fixed = isFixed });
    }

    /// <summary>A chain through all states, so that each is reached and left, and some ways more.</summary>
    private List<ActionPlan> Plans()
    {
        List<string> states = draft.States;
        List<ActionPlan> plans = [new ActionPlan("action_0", [], [states[0]], Reserves(0), [], LeadsOn: false)];
        for (int i = 1; i < states.Count; i++)
        {
            List<string> outcomes = [states[i]];
            int other = Dice.From(0, states.Count - 1);
            if (Dice.Percent(40) && other != held && other != i && i != held) outcomes.Add(states[other]);
            plans.Add(new ActionPlan(Name(i), [states[i - 1]], outcomes, Reserves(i), i - 1 == held ? releases : [], LeadsOn: !MayRest(i - 1)));
        }

        for (int i = Dice.From(0, 3); i > 0; i--)
        {
            List<string> when = [.. Dice.Some(states).Where(s => states.IndexOf(s) != held)];
            int next = Dice.From(0, states.Count - 1);
            if (when.Count > 0 && next != held) plans.Add(new ActionPlan($"more_{i.ToString(CultureInfo.InvariantCulture)}", when, [states[next]], [], [], LeadsOn: false));
        }

        return plans;
    }

    /// <summary>Some actions are cases of one name.</summary>
    private string Name(int i) => Dice.Percent(30) ? "step" : "action_" + i.ToString(CultureInfo.InvariantCulture);

    private List<string> Reserves(int state) => state == held ? reserves : [];

    /// <summary>In one state something is reserved: the fixed amount of a bank, or each lender's share.</summary>
    private void Reservation()
    {
        if (draft.States.Count < 2 || Dice.Coin()) return;
        held = Dice.From(0, draft.States.Count - 2);
        Item amount = draft.Fields[0];
        string bank = draft.Banks.First().Name;
        reserves = [$"reserve {amount.Name} from {bank}"];
        releases = [$"release {amount.Name} to {bank}"];
        if (draft.Fields.Find(f => f is { Fixed: true, Type: EachType }) is not { Type: EachType each } shares) return;
        reserves.AddRange([$"for each {each.Party.Name}", $"reserve {shares.Name} from {each.Party.Name}", "end"]);
        releases.AddRange([$"for each {each.Party.Name}", $"release {shares.Name} to {each.Party.Name}", "end"]);
    }
}
