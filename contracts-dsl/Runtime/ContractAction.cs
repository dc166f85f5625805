using Settlement.Contracts.Language;

namespace Settlement.Contracts;

/// <summary>Who may take an action.</summary>
/// <param name="Party">The party; null for the network or a field.</param>
/// <param name="Field">A field of type party whose value acts; null for the others.</param>
/// <param name="Any">True when any participant that plays a several party may act.</param>
public sealed record Actor(Party? Party, Field? Field, bool Any)
{
    /// <summary>True when nobody decides: any member may demand the action once it is due.</summary>
    public bool IsNetwork => Party is null && Field is null;

    /// <summary>As a person reads it.</summary>
    public string Written => IsNetwork ? "network" : (Any ? "any " : "") + (Party?.Name ?? Field!.Name);
}

/// <summary>When in time an action can be taken.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Moment">A date, whose moment is its end, or a datetime.</param>
/// <param name="Opens">True when the action can be taken from the moment on; false when it can until then.</param>
/// <param name="Code">The refusal outside of it.</param>
/// <param name="Written">Its canonical form.</param>
internal sealed record Window(TextSpan Span, Expression Moment, bool Opens, string Code, string Written)
{
    /// <summary>Its canonical form without needless parentheses.</summary>
    public string Plain { get; init; } = Written;
}

/// <summary>What an action tells somebody on purpose.</summary>
/// <param name="Fields">Of which fields.</param>
/// <param name="Parties">To whom.</param>
public sealed record Disclosure(IReadOnlyList<Field> Fields, IReadOnlyList<Party> Parties)
{
    internal TextSpan Span { get; init; }

    /// <summary>Where each of the fields stands.</summary>
    internal IReadOnlyList<TextSpan> FieldSpans { get; init; } = [];
}

/// <summary>What an action lets the settlement agent see while an entry of it waits for cover.</summary>
/// <param name="Amount">The field that says how much.</param>
/// <param name="Span">Where the clause stands.</param>
/// <param name="AmountSpan">Where the field stands in it.</param>
internal sealed record Offer(Field Amount, TextSpan Span, TextSpan AmountSpan);

/// <summary>Something that can be done: it makes an instance or takes one to another state. One case of its name.</summary>
public sealed class ContractAction
{
    private readonly Field[] setAtCreation;

    internal ContractAction(ActionParts parts)
    {
        Index = parts.Index;
        Name = parts.Name;
        Doc = parts.Doc;
        By = parts.By;
        AgreedBy = parts.AgreedBy;
        When = parts.When;
        Window = parts.Window;
        Parameters = parts.Parameters;
        Disclosures = parts.Disclosures;
        Offer = parts.Offer;
        Body = parts.Body;
        LocalCount = parts.LocalCount;
        NameSpan = parts.NameSpan;
        BySpan = parts.BySpan;
        MovementCount = Body.All.Count(s => s is Statement.Move or Statement.Reserve or Statement.Release or Statement.Issue or Statement.Redeem);
        Outcomes = [.. Body.All.OfType<Statement.Outcome>().Select(o => o.State).Distinct()];
        Updates = [.. Body.All.Select(s => s switch { Statement.Set set => set.Field, Statement.Clear clear => clear.Field, _ => null })
            .OfType<Field>().Distinct().OrderBy(f => f.Index)];
        Cited = [.. Body.All.OfType<Statement.Issue>().Select(s => s.Posting).Distinct()];
        Redemption = Redemption.Of(this);
        setAtCreation = Creates ? [.. Updates.Where(f => !f.Optional)] : [];
    }

    /// <summary>Its place in the contract, from 0.</summary>
    public int Index { get; }

    /// <summary>Its name; several cases, in different states, may share it.</summary>
    public string Name { get; }

    /// <summary>What the contract says of it.</summary>
    public string? Doc { get; }

    /// <summary>Who takes it.</summary>
    public Actor By { get; }

    /// <summary>Who must agree, in the order written; may be empty.</summary>
    public IReadOnlyList<Party> AgreedBy { get; }

    /// <summary>The states in which it can be taken; empty when it creates an instance.</summary>
    public IReadOnlyList<State> When { get; }

    /// <summary>What it takes beside the instance's fields; their indexes continue after the contract's fields.</summary>
    public IReadOnlyList<Field> Parameters { get; }

    /// <summary>What it discloses on purpose.</summary>
    public IReadOnlyList<Disclosure> Disclosures { get; }

    /// <summary>
    /// What a bank may show the settlement agent while an entry of this action waits for cover, beside who pays it and who is paid: the
    /// amount, a mandatory field of money that whoever takes the action supplies. Every way through the action moves it once, from the
    /// party that takes it to one other, and moves nothing else. Null where the contract offers nothing, and the agent is then shown
    /// nothing that waits.
    /// </summary>
    public Field? Offered => Offer?.Amount;

    /// <summary>The states in which the instance may be afterwards, in the order of the source.</summary>
    public IReadOnlyList<State> Outcomes { get; }

    /// <summary>The fields that it may give a new value, by index.</summary>
    public IReadOnlyList<Field> Updates { get; }

    /// <summary>True when it may bring money of the settlement agent into the channel.</summary>
    public bool Issues => Cited.Count > 0;

    /// <summary>The fields that name the postings for which it may bring it in.</summary>
    public IReadOnlyList<Field> Cited { get; }

    /// <summary>True when it may give money back to the settlement agent.</summary>
    public bool Redeems => Body.All.Any(s => s is Statement.Redeem);

    /// <summary>What it gives back, where each of its entries shows that by itself.</summary>
    public Redemption? Redemption { get; }

    /// <summary>True when it needs to know business days or cut-offs.</summary>
    public bool UsesCalendar => Expressions.SelectMany(e => e.Nodes).Any(e => e is Expression.Period { Unit: PeriodUnit.BusinessDays }
        or Expression.Call { Function: Function.NextBusinessDay or Function.IsBusinessDay or Function.CutOff });

    /// <summary>True when a field's value afterwards may depend on the time of the head, which is not known yet when an entry is sealed.</summary>
    public bool SetsByTime => Updates.Count > 0 && Body.All.Where(s => s is not Statement.Require).SelectMany(s => s.Expressions).SelectMany(e => e.Nodes).Any(e => e is Expression.Now or Expression.Today);

    /// <summary>True when the action makes a new instance, whose fields are then given with it.</summary>
    public bool Creates => When.Count == 0;

    /// <summary>True when the action creates an instance and computes this field itself, so that nobody supplies it.</summary>
    public bool IsSetAtCreation(Field field) => setAtCreation.Length > 0 && Array.IndexOf(setAtCreation, field) >= 0;

    /// <summary>What it offers to the settlement agent, with its place; null where it offers nothing.</summary>
    internal Offer? Offer { get; }

    internal Window? Window { get; }

    internal Block Body { get; }

    /// <summary>How many names its statements give.</summary>
    internal int LocalCount { get; }

    /// <summary>How many movements its statements make when each runs once.</summary>
    internal int MovementCount { get; }

    internal TextSpan NameSpan { get; }

    internal TextSpan BySpan { get; }

    /// <summary>The window's moment and all expressions of its statements.</summary>
    internal IEnumerable<Expression> Expressions =>
        Body.All.SelectMany(s => s.Expressions).Concat(Window is null ? [] : [Window.Moment]).Concat(By.Field is null ? [] : [new Expression.Read(By.Field)]);

    /// <summary>The same action at another time, or with other statements.</summary>
    internal ContractAction With(Window? window, Block body) => new(new ActionParts(Index, Name, Doc, By, AgreedBy, When, window, Parameters, Disclosures, Offer, body, LocalCount, NameSpan, BySpan));

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>What an action is made of.</summary>
internal sealed record ActionParts(
    int Index, string Name, string? Doc, Actor By, IReadOnlyList<Party> AgreedBy, IReadOnlyList<State> When, Window? Window,
    IReadOnlyList<Field> Parameters, IReadOnlyList<Disclosure> Disclosures, Offer? Offer, Block Body, int LocalCount, TextSpan NameSpan, TextSpan BySpan);
