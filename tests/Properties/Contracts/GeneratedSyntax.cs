using System.Globalization;
using System.Text;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>
/// Writes files that follow the grammar, with every sentence of it in them, whether or not they mean anything; a seed
/// gives the same file every time. <see cref="Spread"/> writes the same words with other white space and with comments.
/// </summary>
internal sealed class GeneratedSyntax
{
    /// <summary>A place where a space may also be the end of a line.</summary>
    private const char Break = '\u0001';

    /// <summary>An expression that has so many operands grows no further.</summary>
    private const int MostParts = 60;

    private static readonly string[] Names =
        ["amount", "fee", "days", "cut", "up", "half", "bank", "money", "currency", "sum", "business", "A", "EUR", "_x", "Name_9", "list", "hours", "agent", "offers"];

    private readonly Random random;
    private readonly StringBuilder text = new();
    private int parentheses;
    private int parts;

    private GeneratedSyntax(int seed) => random = new Random(seed);

    /// <summary>The file as somebody tidy writes it.</summary>
    public static string Source(int seed) => Marked(seed).Replace(Break, ' ');

    /// <summary>The file as somebody untidy writes it.</summary>
    public static string Spread(int seed)
    {
        Random dice = new(seed);
        StringBuilder spread = new();
        bool quoted = false;
        int comments = 0;
        string Comment() => string.Create(CultureInfo.InvariantCulture, $"-- {comments++}: said \"aside\", ({(dice.Next(2) == 0 ? "zażółć 🏦" : "if x then")}{(dice.Next(4) == 0 ? "  \t" : "")}");
        string End() => dice.Next(4) == 0 ? "\r\n" : "\n";
        string Line() => dice.Next(6) switch
        {
            0 => $" {Comment()}{End()}",
            1 => $"{End()}   {Comment()}{End()}",
            2 => $"{End()}{End()}\t{Comment()}{End()}{End()}{Comment()}{End()}",
            3 => $"  {End()}\t{End()}{End()}",
            _ => End(),
        };
        string marked = Marked(seed);
        for (int i = 0; i < marked.Length; i++)
        {
            char c = marked[i];
            if (c == '"' && marked[i - 1] != '\\') quoted = !quoted;
            if (quoted) spread.Append(c);
            else if (c == '\n') spread.Append(Line()).Append(' ', dice.Next(5));
            else if (c == Break) spread.Append(dice.Next(3) == 0 ? $"{Line()}  " : dice.Next(3) == 0 ? " \t " : " ");
            else if (c is ',' or ')' && dice.Next(4) == 0) spread.Append(' ').Append(c);
            else if (c is ' ' && dice.Next(4) == 0) spread.Append("  \t");
            else spread.Append(c);
        }

        return $"{(dice.Next(4) == 0 ? "\uFEFF" : "")}{(dice.Next(2) == 0 ? Line() : "")}{spread}{(dice.Next(2) == 0 ? Comment() : "")}";
    }

    private static string Marked(int seed)
    {
        var writer = new GeneratedSyntax(seed);
        writer.Contract();
        return writer.text.ToString();
    }

    private bool Coin() => random.Next(2) == 0;

    private T Any<T>(params IReadOnlyList<T> of) => of[random.Next(of.Count)];

    private string Name() => Any(Names);

    private string Number() => Any("0", "1", "7", "12", "9223372036854775807", random.Next(1000).ToString(CultureInfo.InvariantCulture));

    private string Code() => Any("AM01", "NARR", "A", "X1");

    private string List(Func<string> one, int most = 3) => string.Join($",{Break}", Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => one()));

    private void Line(string line) => text.Append(line).Append('\n');

    private string Docs() => string.Concat(Enumerable.Range(0, Math.Max(0, random.Next(5) - 2))
        .Select(_ => $"{Break}{Any("\"A \\\"word\\\" of explanation.\"", "\"Zażółć \\\\ gęślą 🏦\"", "\"\"", "\"-- no, comment\"")}"));

    private void Contract()
    {
        Line($"contract {Name()} version {random.Next(1, 1000)}{(Coin() ? $" replaces {random.Next(1, 9)}" : "")}{Docs()}");
        Section("units", () => $"{Name()}{Docs()}", optional: true);
        Section("codes", () => $"{Name()} ={Break}{(Coin() ? $"iso {Name()}" : List(Code))}{Docs()}", optional: true);
        Section("parties", () => $"{Name()} {Any("bank", "regulator")}{Any("", $",{Break}several", $",{Break}several({Number()})")}{Any("", $",{Break}observes")}{Docs()}");
        Section("fields", () => $"{Field(List(Name))}{Docs()}", optional: true);
        Line("states");
        Line(List(() => $"{Name()}{(Coin() ? " may rest" : "")}{Docs()}", 5));
        for (int i = random.Next(1, 5); i > 0; i--) Action();
    }

    private void Section(string word, Func<string> declaration, bool optional = false)
    {
        if (optional && random.Next(4) == 0) return;
        Line(word);
        for (int i = random.Next(1, 5); i > 0; i--) Line(declaration());
    }

    private string Field(string? audience) =>
        $"{Name()} {Type()}{(Coin() ? $" for each {Name()}" : "")}{(Coin() ? " optional" : "")}{(audience is null ? "" : $" to {audience}")}{(Coin() ? $" personal of {Name()}" : "")}";

    private string Type() => Coin() ? Simple() : $"list({Number()}) of {Simple()}";

    private string Simple() => Any("money", $"quantity({Name()})", $"rate({Number()})", "ratio", "integer", "boolean", "date", "datetime", "duration",
        $"text({Number()})", "code", "party", "Name_9", "cut");

    private void Action()
    {
        string parameters = Coin() ? "" : $"({List(() => Field(Coin() ? null : List(Name)))})";
        string agreed = Coin() ? "" : $",{Break}agreed by {List(Name)}";
        string when = Coin() ? "" : $" when {List(Name)}";
        Line($"on {Any("pay", "on", "move", "if", "return")}{parameters} by {Any("network", Name(), $"any {Name()}")}{agreed}{when}{Window()}{Docs()}");
        for (int i = random.Next(3); i > 0; i--) Line($"discloses {List(Name)} to {List(Name)}");
        if (random.Next(4) == 0) Line($"offers {Name()} to agent");
        Statements(3);
        Line($"-> {Name()}");
    }

    private string Window()
    {
        parts = 0;
        string window = Any("", $"by {Expression(2)}", $"within {Expression(2)} of {Expression(2)}", $"after {Expression(2)}");
        return window.Length == 0 ? "" : $"{Break}{window}{(Coin() ? $"{Break}else {Code()}" : "")}";
    }

    private void Statements(int depth)
    {
        for (int i = random.Next(5); i > 0; i--)
        {
            if (depth == 0 || random.Next(3) > 0)
            {
                Line(Statement());
                continue;
            }

            bool choice = Coin();
            parts = 0;
            Line(choice ? $"if {Expression(3)}" : $"for each {Name()}{(Coin() ? $" in {Name()}" : "")}");
            Statements(depth - 1);
            if (choice && Coin())
            {
                Line("otherwise");
                Statements(depth - 1);
            }

            Line("end");
        }
    }

    private string Statement()
    {
        parts = 0;
        return random.Next(10) switch
        {
            0 => $"let {Name()} {Before("=", Expression(4))}",
            1 => $"require {Expression(4)}{Break}else {Code()}",
            2 => $"set {Name()} {Before("=", Expression(3))}",
            3 => $"clear {Name()}",
            4 => $"move {Expression(3)} from {Name()} to {Name()}",
            5 => $"reserve {Name()} from {Name()}",
            6 => $"release {Name()} to {Name()}",
            7 => $"issue {Expression(3)} to {Name()} citing {Name()}",
            8 => $"redeem {Expression(3)} from {Name()}",
            _ => $"-> {Name()}",
        };
    }

    /// <summary>A line may end behind a sign; an 'if' at the beginning of the next one would have to show its 'then' there.</summary>
    private static string Before(string sign, string expression) => $"{sign}{(expression.StartsWith("if ", StringComparison.Ordinal) ? ' ' : Break)}{expression}";

    private string Expression(int depth) => depth <= 0 || parts > MostParts ? Or(0) : random.Next(8) switch
    {
        0 => $"if {Expression(depth - 1)} then {Expression(depth - 1)} otherwise {Expression(depth - 1)}",
        1 => $"{Any("all", "any")} {Name()} in {Name()}{Before(":", Expression(depth - 1))}",
        _ => Or(depth),
    };

    private string Or(int depth) => Chain(() => Chain(() => Not(depth), "and"), "or");

    private string Chain(Func<string> operand, params string[] signs)
    {
        string chain = operand();
        while (random.Next(5) == 0 && parts < MostParts) chain += $"{(parentheses > 0 ? Break : ' ')}{Before(Any(signs), operand())}";
        return chain;
    }

    private string Not(int depth) => random.Next(6) == 0 ? $"not{Break}{Not(depth)}"
        : random.Next(3) > 0 ? Sum(depth) : $"{Sum(depth)} {Before(Any("=", "!=", "<", "<=", ">", ">="), Sum(depth))}";

    private string Sum(int depth) => Chain(() => Product(depth), "+", "-");

    private string Product(int depth)
    {
        string product = Length(depth);
        while (random.Next(5) == 0 && parts < MostParts)
        {
            product += Coin() ? $" {Any("*", "/")}{Break}{Length(depth)}"
                : $" at{Break}{Length(depth)} in {(Coin() ? Any("points", "days", "cut") : $"currency of {Single(depth)}")}";
            if (Coin()) product += $" rounded {Any("up", "down", "ceiling", "floor", "half up", "half down", "half even")}";
        }

        return product;
    }

    private string Length(int depth) =>
        $"{Single(depth)}{(random.Next(5) == 0 ? Any(" business days", " days", " weeks", " months", " hours", " minutes", " seconds") : "")}";

    private string Single(int depth) => (++parts > MostParts || depth <= 0 ? random.Next(13) : random.Next(17)) switch
    {
        0 => Any("-1", "-0.5", "-9223372036854775808"),
        1 => Any("0.0525", "12.000000000001", "0.0"),
        2 => "3:2",
        3 => "2026-03-02",
        4 => Any("\"a \\\\ \\\"b\\\"\"", "\"\"", "\"-- no comment\""),
        5 => $"EUR {Number()}",
        6 => Any("true", "false", "now", "today"),
        7 => $"present({Name()})",
        8 => Number(),
        13 => $"{Any("sum", "count", "min", "max", "days", "date", "currency", "next_business_day", "is_business_day")}({Inside(() => List(() => Expression(depth - 1), 2))})",
        14 => $"cut-off of {Single(depth - 1)}",
        15 or 16 => $"({Inside(() => Expression(depth - 1))})",
        _ => Name(),
    };

    private string Inside(Func<string> inner)
    {
        parentheses++;
        string written = inner();
        parentheses--;
        return written.Replace($",{Break}if ", ", if ", StringComparison.Ordinal);
    }
}
