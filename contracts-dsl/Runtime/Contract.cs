using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Settlement.Contracts;

/// <summary>
/// A contract that passed every check. It is immutable, safe to share between threads, and only
/// <see cref="ContractCompiler"/> makes one.
/// </summary>
public sealed class Contract
{
    /// <summary>The domain tag under which contracts are hashed.</summary>
    public const string HashDomain = "settlement/contract";

    private const ushort Suite = 1;

    private readonly byte[] hash;
    private readonly bool[] canReExecute;

    internal Contract(ContractParts parts, string canonicalText, string source)
    {
        Name = parts.Name;
        Version = parts.Version;
        Replaces = parts.Replaces;
        Doc = parts.Doc;
        Units = parts.Units;
        CodeSets = parts.CodeSets;
        Parties = parts.Parties;
        Fields = parts.Fields;
        States = parts.States;
        Actions = parts.Actions;
        CanonicalText = canonicalText;
        Source = source;
        hash = HashOf(canonicalText);
        canReExecute = [.. Parties.Select(p => !HiddenDependencies(p).Any())];
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its version, from 1.</summary>
    public int Version { get; }

    /// <summary>The version of the same name that it is meant to follow; null when it follows none.</summary>
    public int? Replaces { get; }

    /// <summary>What the contract says of itself.</summary>
    public string? Doc { get; }

    /// <summary>The units in which it counts quantities, by index.</summary>
    public IReadOnlyList<Unit> Units { get; }

    /// <summary>The sets of codes that it declares, in their order.</summary>
    public IReadOnlyList<CodeSet> CodeSets { get; }

    /// <summary>The parties, by index.</summary>
    public IReadOnlyList<Party> Parties { get; }

    /// <summary>The fields of an instance, by index.</summary>
    public IReadOnlyList<Field> Fields { get; }

    /// <summary>The states, by index.</summary>
    public IReadOnlyList<State> States { get; }

    /// <summary>The actions, by index.</summary>
    public IReadOnlyList<ContractAction> Actions { get; }

    /// <summary>The canonical form: the same words in the one layout, without comments. It compiles to the same contract.</summary>
    public string CanonicalText { get; }

    /// <summary>The text that was compiled.</summary>
    public string Source { get; }

    /// <summary>
    /// The 32 bytes that terms pin: SHA-256 over the domain tag, the suite as two bytes, and the UTF-8 of the canonical
    /// text, tag and text each after its length as four big-endian bytes. A new array every time.
    /// </summary>
    public byte[] Hash => (byte[])hash.Clone();

    /// <summary>The parties that act and run every action: all but the observers.</summary>
    public IEnumerable<Party> Members => Parties.Where(p => !p.Observes);

    /// <summary>The party of this name, or null.</summary>
    public Party? FindParty(string name) => Parties.FirstOrDefault(p => p.Name == name);

    /// <summary>The field of this name, or null; parameters are not among them.</summary>
    public Field? FindField(string name) => Fields.FirstOrDefault(f => f.Name == name);

    /// <summary>The state of this name, or null.</summary>
    public State? FindState(string name) => States.FirstOrDefault(s => s.Name == name);

    /// <summary>The first case of the action of this name, or null.</summary>
    public ContractAction? FindAction(string name) => Actions.FirstOrDefault(a => a.Name == name);

    /// <summary>The case of the action that can be taken in the state, or null; no state stands for no instance.</summary>
    public ContractAction? FindAction(string name, State? state) =>
        Actions.FirstOrDefault(a => a.Name == name && (state is null ? a.Creates : a.When.Contains(state)));

    /// <summary>
    /// Runs an action: pure, total, and the same on every machine. Whatever the values are, the answer is an
    /// acceptance or a refusal.
    /// </summary>
    /// <param name="action">One of <see cref="Actions"/>.</param>
    /// <param name="state">Where the instance stands; null when there is none yet.</param>
    /// <param name="fields">A value for each field by index, null for an absent one. An action that creates sets them.</param>
    /// <param name="arguments">A value for each parameter of the action, null for an absent one.</param>
    /// <param name="occasion">Who takes it, when, and by which calendar.</param>
    /// <exception cref="ArgumentException">When the action is not this contract's.</exception>
    public Evaluation Evaluate(ContractAction action, State? state, IReadOnlyList<Value?> fields, IReadOnlyList<Value?> arguments, Occasion occasion)
    {
        RequireOwn(action);
        return new Evaluator(this, action, reader: null, fields, arguments, asserted: null, occasion).Run(state);
    }

    /// <summary>
    /// Runs an action with what one party reads: values outside its audiences are not looked at, and may be null. So
    /// runs every member that is not in all audiences, and an observer. A refusal for a value that the party does not
    /// read (absent, of another type) is for those who do read it.
    /// </summary>
    /// <param name="reader">The party.</param>
    /// <param name="action">One of <see cref="Actions"/>.</param>
    /// <param name="state">Where the instance stands; null when there is none yet.</param>
    /// <param name="fields">A value for each field, null for an absent or hidden one.</param>
    /// <param name="arguments">A value for each parameter.</param>
    /// <param name="occasion">Who takes it, when, and by which calendar.</param>
    /// <param name="asserted">The fields afterwards as others say, for those that the party cannot compute; null when there are none.</param>
    /// <exception cref="ArgumentException">When the action is not this contract's, or <see cref="CanReExecute"/> is false.</exception>
    public Evaluation ReExecute(
        Party reader, ContractAction action, State? state, IReadOnlyList<Value?> fields, IReadOnlyList<Value?> arguments, Occasion occasion,
        IReadOnlyList<Value?>? asserted = null)
    {
        RequireOwn(action);
        if (!CanReExecute(reader)) throw new ArgumentException($"{reader.Name} does not read all that the outcome depends on.", nameof(reader));
        return new Evaluator(this, action, reader, fields, arguments, asserted, occasion).Run(state);
    }

    /// <summary>
    /// True when the party reads every field and parameter on which the outcome of any action depends. The compiler
    /// makes sure of it for every member, but for requires that are disclosed to it and that it takes as asserted.
    /// </summary>
    public bool CanReExecute(Party observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return canReExecute[observer.Index];
    }

    /// <summary>What keeps the party from running the contract itself, without repetition.</summary>
    internal IEnumerable<(ContractAction Action, Field Field)> HiddenDependencies(Party reader) =>
        Actions.SelectMany(action => OutcomeExpressions(action, reader)
            .SelectMany(e => e.Sources)
            .Distinct()
            .Where(field => !field.IsReadBy(reader))
            .Select(field => (action, field)));

    /// <summary>What decides where the instance goes and what moves: values that are set are decided by who can compute them.</summary>
    private static IEnumerable<Expression> OutcomeExpressions(ContractAction action, Party reader)
    {
        if (action.Window is { } window) yield return window.Moment;
        if (action.By.Field is { } field) yield return new Expression.Read(field);
        foreach (Statement statement in action.Body.All)
        {
            if (statement is Statement.Set or Statement.Let || (statement is Statement.Require require && !reader.Observes && !require.Readers.Contains(reader.Index))) continue;
            foreach (Expression expression in statement.Expressions) yield return expression;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} version {Version}";

    private static byte[] HashOf(string canonicalText)
    {
        byte[] domain = Encoding.UTF8.GetBytes(HashDomain);
        byte[] text = Encoding.UTF8.GetBytes(canonicalText);
        byte[] message = new byte[sizeof(uint) + domain.Length + sizeof(ushort) + sizeof(uint) + text.Length];
        Span<byte> rest = message;
        BinaryPrimitives.WriteUInt32BigEndian(rest, (uint)domain.Length);
        domain.CopyTo(rest[sizeof(uint)..]);
        rest = rest[(sizeof(uint) + domain.Length)..];
        BinaryPrimitives.WriteUInt16BigEndian(rest, Suite);
        BinaryPrimitives.WriteUInt32BigEndian(rest[sizeof(ushort)..], (uint)text.Length);
        text.CopyTo(rest[(sizeof(ushort) + sizeof(uint))..]);
        return SHA256.HashData(message);
    }

    private void RequireOwn(ContractAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (action.Index >= Actions.Count || !ReferenceEquals(Actions[action.Index], action))
            throw new ArgumentException($"{action.Name} is not an action of {this}.", nameof(action));
    }
}

/// <summary>What a contract is made of.</summary>
internal sealed record ContractParts(
    string Name, int Version, int? Replaces, string? Doc, IReadOnlyList<Unit> Units, IReadOnlyList<CodeSet> CodeSets,
    IReadOnlyList<Party> Parties, IReadOnlyList<Field> Fields, IReadOnlyList<State> States, IReadOnlyList<ContractAction> Actions);
