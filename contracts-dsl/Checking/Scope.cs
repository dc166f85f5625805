using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>Something that a name stands for, with the place of its declaration.</summary>
internal sealed record Symbol(object Declared, Name Name, bool Broken = false)
{
    public string Kind => KindOf(Declared.GetType());

    public static string KindOf(Type type) => type switch
    {
        _ when type == typeof(Party) => "a party",
        _ when type == typeof(State) => "a state",
        _ when type == typeof(Unit) => "a unit",
        _ when type == typeof(CodeSet) => "a set of codes",
        _ when type == typeof(Local) => "a value named in this action",
        _ => "a field or parameter",
    };
}

/// <summary>
/// The names of a contract. A name stands for one thing in a contract, so that a sentence about it has one meaning;
/// parameters live in a scope of their action inside the contract's.
/// </summary>
internal sealed class Scope(DiagnosticBag diagnostics, bool incomplete, Scope? outer = null, Party? each = null, Local? participant = null)
{
    /// <summary>The names that an action uses and nothing declares: each is told once. The contract's own scope tells every place.</summary>
    private readonly HashSet<string>? unknown = outer is null ? null : outer.unknown ?? new(StringComparer.Ordinal);

    private readonly Dictionary<string, Symbol> symbols = new(StringComparer.Ordinal);

    public DiagnosticBag Diagnostics => diagnostics;

    /// <summary>True when a declaration could not be read, so that what seems missing may be there.</summary>
    public bool Incomplete => incomplete;

    /// <summary>A scope inside this one, incomplete when what declares its names could not be read.</summary>
    public Scope Inner(bool broken) => new(diagnostics, incomplete || broken, this);

    /// <summary>A scope inside 'for each' party, where the party's name stands for one participant.</summary>
    public Scope InnerFor(Party party, Local one) => new(diagnostics, incomplete, this, party, one);

    /// <summary>The participant whose turn it is in a 'for each' around this place; null outside of one.</summary>
    public Local? ParticipantOf(Party party) => each == party ? participant : outer?.ParticipantOf(party);

    /// <summary>Declares a name; reports it when it is taken, and keeps the first.</summary>
    public void Declare(object declared, Name name, bool broken = false)
    {
        if (Find(name.Text) is { } first)
        {
            diagnostics.Report(Rules.NameTwice, name.Span, $"'{name.Text}' is already {first.Kind}, declared in line {diagnostics.LineOf(first.Name.Span)}", "choose another name");
            return;
        }

        symbols.Add(name.Text, new Symbol(declared, name, broken));
    }

    /// <summary>What the name stands for; null after a report when it is unknown or something else.</summary>
    public Symbol? Resolve<T>(Name name, string? instead = null)
    {
        string wanted = Symbol.KindOf(typeof(T));
        if (Find(name.Text) is { } symbol)
        {
            if (symbol.Declared is T) return symbol;
            diagnostics.Report(Rules.WrongKindOfName, name.Span, $"'{name.Text}' is {symbol.Kind}; here stands {wanted}", Suggest<T>(name));
            return null;
        }

        if (!incomplete && (unknown is null || unknown.Add(name.Text))) diagnostics.Report(Rules.UnknownName, name.Span, $"there is no {wanted[2..]} called '{name.Text}'", instead ?? Quoted<T>(name) ?? Suggest<T>(name));
        return null;
    }

    /// <summary>The symbol of a name where any kind may stand; null without a report when there is none.</summary>
    public Symbol? Find(Name name) => Find(name.Text);

    /// <summary>Resolves a list in its order, and reports what comes twice. False when a name could not be resolved.</summary>
    public bool ResolveAll<T>(IReadOnlyList<Name> names, List<T> resolved)
    {
        bool all = true;
        foreach (Name name in names)
        {
            if (Resolve<T>(name) is not { Declared: T one }) all = false;
            else if (resolved.Contains(one)) diagnostics.Report(Rules.ListedTwice, name.Span, $"'{name.Text}' is listed twice", "list it once");
            else resolved.Add(one);
        }

        return all;
    }

    private Symbol? Find(string name) => symbols.GetValueOrDefault(name) ?? outer?.Find(name);

    /// <summary>A code of the contract that stands without its quotes where a value does.</summary>
    private string? Quoted<T>(Name name) => typeof(T) == typeof(Field) && Declared<CodeSet>().FirstOrDefault(s => s.Codes.Contains(name.Text)) is { } set
        ? $"'{name.Text}' is a code of {set.Name}; write it in quotes: \"{name.Text}\"" : null;

    private string? Suggest<T>(Name name) => diagnostics.IsFull ? null : EditDistance.DidYouMean(name.Text, Known<T>());

    /// <summary>The sets of codes, which are types.</summary>
    public IEnumerable<string> CodeSetNames => Known<CodeSet>();

    private IEnumerable<T> Declared<T>() => symbols.Values.Select(s => s.Declared).OfType<T>().Concat(outer?.Declared<T>() ?? []);

    private IEnumerable<string> Known<T>() =>
        symbols.Values.Where(s => s.Declared is T).Select(s => s.Name.Text).Concat(outer?.Known<T>() ?? []);
}
