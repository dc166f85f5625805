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

    internal Contract(string name, int version, string? doc, IReadOnlyList<Party> parties, IReadOnlyList<Field> fields,
        IReadOnlyList<State> states, IReadOnlyList<ContractAction> actions, string canonicalText, string source)
    {
        Name = name;
        Version = version;
        Doc = doc;
        Parties = parties;
        Fields = fields;
        States = states;
        Actions = actions;
        CanonicalText = canonicalText;
        Source = source;
        hash = HashOf(canonicalText);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its version, from 1.</summary>
    public int Version { get; }

    /// <summary>What the contract says of itself.</summary>
    public string? Doc { get; }

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

    /// <summary>The action of this name, or null.</summary>
    public ContractAction? FindAction(string name) => Actions.FirstOrDefault(a => a.Name == name);

    /// <summary>
    /// Runs an action: pure, total, and the same on every machine. Whatever the values are, the answer is an
    /// acceptance or a refusal.
    /// </summary>
    /// <param name="action">One of <see cref="Actions"/>.</param>
    /// <param name="state">Where the instance stands; null when there is none yet.</param>
    /// <param name="fields">A value for each field by index, null for an absent one. An action that creates sets them.</param>
    /// <param name="arguments">A value for each parameter of the action, null for an absent one.</param>
    /// <exception cref="ArgumentException">When the action is not this contract's.</exception>
    public Evaluation Evaluate(ContractAction action, State? state, IReadOnlyList<Value?> fields, IReadOnlyList<Value?> arguments)
    {
        RequireOwn(action);
        return new Evaluator(action, Fields, reader: null, fields, arguments).Run(state);
    }

    /// <summary>
    /// Runs an action with what one party reads: values outside its audiences are not looked at, and may be null. So
    /// runs every member that is not in all audiences, and an observer. A refusal for a value that the party does not
    /// read (absent, of another type) is for those who do read it.
    /// </summary>
    /// <exception cref="ArgumentException">When the action is not this contract's, or <see cref="CanReExecute"/> is false.</exception>
    public Evaluation ReExecute(
        Party reader, ContractAction action, State? state, IReadOnlyList<Value?> fields, IReadOnlyList<Value?> arguments)
    {
        RequireOwn(action);
        if (!CanReExecute(reader)) throw new ArgumentException($"{reader.Name} does not read all that the outcome depends on.", nameof(reader));
        return new Evaluator(action, Fields, reader, fields, arguments).Run(state);
    }

    /// <summary>
    /// True when the party reads every field and parameter that a require, move or issue of any action depends on. The
    /// compiler makes sure of it for every member.
    /// </summary>
    public bool CanReExecute(Party observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return !HiddenDependencies(observer).Any();
    }

    /// <summary>What keeps the party from running the contract itself, without repetition.</summary>
    internal IEnumerable<(ContractAction Action, Field Field)> HiddenDependencies(Party reader) =>
        Actions.SelectMany(action => action.Statements
            .SelectMany(statement => statement.Dependencies)
            .Distinct()
            .Where(field => !field.IsReadBy(reader))
            .Select(field => (action, field)));

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
