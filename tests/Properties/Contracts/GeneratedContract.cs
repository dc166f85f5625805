using System.Globalization;
using System.Text;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>
/// Writes contracts that are right by construction, with every sentence of the language in them; a seed gives the same
/// contract every time. All members read everything, so that any field may decide.
/// </summary>
internal sealed class GeneratedContract
{
    private static readonly string[] Types = ["money", "integer", "date", "text(35)", "code"];

    private readonly Random random;
    private readonly List<(string Name, string Type, bool Optional)> fields = [];
    private readonly List<string> banks = [];
    private readonly List<string> observers = [];
    private readonly List<string> states = [];
    private readonly StringBuilder text = new();

    private GeneratedContract(int seed) => random = new Random(seed);

    /// <summary>The source of one contract.</summary>
    public static string Source(int seed)
    {
        var writer = new GeneratedContract(seed);
        writer.Write();
        return writer.text.ToString();
    }

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

    private bool Coin() => random.Next(2) == 0;

    private T Any<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    private void Line(string line) => text.Append(line).Append('\n');

    private void Doc()
    {
        for (int i = random.Next(3); i > 0; i--) Line(Any(["\"A \\\"word\\\" of explanation.\"", "\"Zażółć gęślą jaźń 🏦\"", "\"\"", "\"-- no comment\""]));
    }

    private void Write()
    {
        Line(string.Create(CultureInfo.InvariantCulture, $"contract Generated version {random.Next(1, 1000)}"));
        Doc();
        Line("parties");
        for (int i = random.Next(2, 4); i > 0; i--) Declare(banks, "bank_", " bank");
        for (int i = random.Next(0, 3); i > 0; i--) Declare(observers, "observer_", " regulator, observes");
        Line("fields");
        Field("amount", "money", optional: false, parameter: false);
        Field("posting", "text(64)", optional: false, parameter: false);
        for (int i = random.Next(0, 9); i > 0; i--) Field($"field_{i}", Any(Types), Coin(), parameter: false);
        Line("states");
        int count = random.Next(1, 6);
        for (int i = 0; i < count; i++) states.Add($"State{i}");
        Line(string.Join(", ", states.Select(s => $"{s} may rest{(random.Next(4) == 0 ? " \"A state.\"" : "")}")));
        for (int i = 0; i < count; i++) Action($"action_{i}", i == 0 ? [] : [states[i - 1]], states[i]);
        if (Coin()) Action("issue", [.. states.Where(_ => Coin())], states[0]);
    }

    private void Declare(List<string> parties, string prefix, string rest)
    {
        parties.Add(string.Create(CultureInfo.InvariantCulture, $"{prefix}{parties.Count}"));
        Line(parties[^1] + rest);
        Doc();
    }

    private string Field(string name, string type, bool optional, bool parameter)
    {
        string audience = string.Join(", ", banks.Concat(name == "amount" ? observers : observers.Where(_ => Coin())).OrderBy(_ => random.Next()));
        string declaration = $"{name} {type}{(optional ? " optional" : "")} to {audience}{(random.Next(4) == 0 ? $" personal of {Any(banks)}" : "")}";
        fields.Add((name, type, optional));
        if (parameter) return declaration;
        Line(declaration);
        Doc();
        return declaration;
    }

    private void Action(string name, IReadOnlyList<string> when, string next)
    {
        int own = fields.Count;
        string parameters = string.Join(", ", Enumerable.Range(0, random.Next(3)).Select(i => Field(string.Create(CultureInfo.InvariantCulture, $"parameter_{i}"), Any(Types), Coin(), parameter: true)));
        string by = Any(banks);
        string agreed = string.Join(", ", banks.Where(b => b != by && Coin()));
        Line($"on {name}{(parameters.Length > 0 ? $"({parameters})" : "")} by {by}{(agreed.Length > 0 ? $", agreed by {agreed}" : "")}{(when.Count > 0 ? $" when {string.Join(", ", when)}" : "")}");
        Doc();
        for (int i = random.Next(4); i > 0; i--) Line($"require {Condition(3)} else {Any(["AM01", "NARR", "A", "X1"])}");
        if (Coin()) Line($"move amount from {banks[0]} to {banks[1]}");
        if (Coin()) Line($"issue amount to {Any(banks)} citing posting");
        if (fields.FirstOrDefault(f => f.Type == "money" && f.Optional).Name is { } extra)
        {
            Line($"require present({extra}) else XX01");
            Line($"move {extra} from {banks[1]} to {banks[0]}");
        }

        Line($"-> {next}");
        fields.RemoveRange(own, fields.Count - own);
    }

    private string Condition(int depth)
    {
        switch (depth == 0 ? 0 : random.Next(5))
        {
            case 1: return $"{Operand(depth)} and {Operand(depth)}";
            case 2: return $"{Operand(depth)} or {Operand(depth)}";
            case 3: return $"not {Operand(depth)}";
            case 4: return $"({Condition(depth - 1)})";
            default: return Comparison();
        }
    }

    private string Operand(int depth) => Coin() ? Comparison() : $"({Condition(depth - 1)})";

    /// <summary>A comparison of a field, guarded where the field is optional.</summary>
    private string Comparison()
    {
        var (name, type, optional) = Any(fields);
        string sign = Any(["=", "!=", "<", "<=", ">", ">="]);
        string equality = Any(["=", "!="]);
        string comparison = type switch
        {
            "money" => Any([$"{name} {sign} 0", $"0 {sign} {name}", $"{name} {sign} {name} + {name}", $"{name} - amount {sign} amount"]),
            "integer" => Any([$"{name} {sign} {random.Next(-9, 9)}", $"{name} + {name} - 3 {sign} ({name} - -4)", $"{name} + 9223372036854775807 {sign} 0"]),
            "date" => $"{name} {sign} 2026-0{random.Next(1, 10)}-11",
            "code" => $"{name} {equality} \"AB{random.Next(9)}\"",
            _ => $"{name} {equality} \"a \\\\ \\\"b\\\" {random.Next(9)}\"",
        };
        return optional ? Any([$"(present({name}) and {comparison})", $"(not present({name}) or {comparison})"]) : comparison;
    }
}
