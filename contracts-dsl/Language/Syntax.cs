namespace Settlement.Contracts.Language;

/// <summary>A name as written, with its place.</summary>
internal sealed record Name(string Text, TextSpan Span);

/// <summary>A file as written. Order and parentheses are kept: the canonical form is printed from this.</summary>
/// <param name="Replaces">The version that this one is meant to follow; null without a 'replaces'.</param>
/// <param name="Incomplete">True when something that declares names could not be read, so that unknown names mean nothing.</param>
internal sealed record ContractSyntax(
    Name Name, int Version, VersionSyntax? Replaces, IReadOnlyList<string> Docs, IReadOnlyList<UnitSyntax> Units,
    IReadOnlyList<CodeSetSyntax> CodeSets, IReadOnlyList<PartySyntax> Parties, IReadOnlyList<FieldSyntax> Fields,
    IReadOnlyList<StateSyntax> States, IReadOnlyList<ActionSyntax> Actions, bool Incomplete);

internal sealed record VersionSyntax(int Number, TextSpan Span);

internal sealed record UnitSyntax(Name Name, IReadOnlyList<string> Docs);

/// <param name="Name">The type that it declares.</param>
/// <param name="Codes">The codes listed; empty for an external set.</param>
/// <param name="External">The name of an ISO 20022 external code set; null when the codes are listed.</param>
/// <param name="Docs">Its doc strings.</param>
internal sealed record CodeSetSyntax(Name Name, IReadOnlyList<Name> Codes, Name? External, IReadOnlyList<string> Docs);

/// <param name="Name">Its name.</param>
/// <param name="Kind">Null when it could not be read.</param>
/// <param name="Several">Null when one participant plays it.</param>
/// <param name="Observes">Whether it observes.</param>
/// <param name="Docs">Its doc strings.</param>
internal sealed record PartySyntax(Name Name, Name? Kind, SeveralSyntax? Several, bool Observes, IReadOnlyList<string> Docs);

/// <param name="Most">The number in parentheses; null when there is none.</param>
/// <param name="Span">All of it.</param>
internal sealed record SeveralSyntax(long? Most, TextSpan Span);

/// <summary>A type: a word, what stands in its parentheses, and for a list the type of its elements.</summary>
/// <param name="Word">The type's name, or that of a code set.</param>
/// <param name="Number">The number in parentheses; null when there is none.</param>
/// <param name="Unit">The name in parentheses, of a quantity; null when there is none.</param>
/// <param name="Element">What follows 'of', for a list; null for any other.</param>
/// <param name="Span">All of it.</param>
internal sealed record TypeSyntax(Name Word, long? Number, Name? Unit, TypeSyntax? Element, TextSpan Span);

/// <summary>A field, or a parameter of an action.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Null when it could not be read.</param>
/// <param name="ForEach">The several party after 'for each'; null when there is none.</param>
/// <param name="Optional">Whether it may be absent.</param>
/// <param name="Audience">Null without a 'to'.</param>
/// <param name="PersonalOf">Null when not personal.</param>
/// <param name="Docs">Its doc strings.</param>
/// <param name="Broken">True when the line could not be read to its end.</param>
internal sealed record FieldSyntax(
    Name Name, TypeSyntax? Type, Name? ForEach, bool Optional, IReadOnlyList<Name>? Audience, Name? PersonalOf, IReadOnlyList<string> Docs,
    bool Broken);

internal sealed record StateSyntax(Name Name, bool MayRest, IReadOnlyList<string> Docs);

/// <param name="Name">Its name; several cases may share it.</param>
/// <param name="Parameters">What it takes.</param>
/// <param name="By">Who acts; null when it could not be read.</param>
/// <param name="AgreedBy">Who must agree.</param>
/// <param name="When">The states; empty when it creates an instance.</param>
/// <param name="Window">When in time; null when at any time.</param>
/// <param name="Docs">Its doc strings.</param>
/// <param name="Disclosures">What it discloses.</param>
/// <param name="Offer">What it offers to the settlement agent; null without an 'offers'.</param>
/// <param name="Statements">What it does.</param>
/// <param name="Broken">True when the header could not be read to its end.</param>
internal sealed record ActionSyntax(
    Name Name, IReadOnlyList<FieldSyntax> Parameters, ActorSyntax? By, IReadOnlyList<Name> AgreedBy, IReadOnlyList<Name> When,
    WindowSyntax? Window, IReadOnlyList<string> Docs, IReadOnlyList<DisclosureSyntax> Disclosures,
    OfferSyntax? Offer, IReadOnlyList<StatementSyntax> Statements, bool Broken);

/// <param name="Name">A party, or a field of type party; null for the network.</param>
/// <param name="Any">Whether 'any' stands before it.</param>
/// <param name="Span">All of it.</param>
internal sealed record ActorSyntax(Name? Name, bool Any, TextSpan Span);

/// <summary>A closed hierarchy.</summary>
/// <param name="Code">The refusal outside of the window; null for the platform's.</param>
/// <param name="Span">All of it.</param>
internal abstract record WindowSyntax(Name? Code, TextSpan Span)
{
    /// <summary>Before a moment.</summary>
    public sealed record By(ExpressionSyntax Moment, Name? Code, TextSpan Span) : WindowSyntax(Code, Span);

    /// <summary>Before a moment that lies a time after another.</summary>
    public sealed record Within(ExpressionSyntax Length, ExpressionSyntax Start, Name? Code, TextSpan Span) : WindowSyntax(Code, Span);

    /// <summary>From a moment on.</summary>
    public sealed record After(ExpressionSyntax Moment, Name? Code, TextSpan Span) : WindowSyntax(Code, Span);
}

/// <param name="Field">What is offered.</param>
/// <param name="Agent">The word for the settlement agent, which is no party.</param>
/// <param name="Span">All of it.</param>
internal sealed record OfferSyntax(Name Field, Name Agent, TextSpan Span);

internal sealed record DisclosureSyntax(IReadOnlyList<Name> Fields, IReadOnlyList<Name> Parties, TextSpan Span);

/// <summary>A closed hierarchy.</summary>
internal abstract record StatementSyntax(TextSpan Span)
{
    public sealed record Let(TextSpan Span, Name Name, ExpressionSyntax Value) : StatementSyntax(Span);

    public sealed record Require(TextSpan Span, ExpressionSyntax Condition, Name Code) : StatementSyntax(Span);

    public sealed record Set(TextSpan Span, Name Field, ExpressionSyntax Value) : StatementSyntax(Span);

    public sealed record Clear(TextSpan Span, Name Field) : StatementSyntax(Span);

    public sealed record Move(TextSpan Span, ExpressionSyntax Amount, Name From, Name To) : StatementSyntax(Span);

    public sealed record Reserve(TextSpan Span, Name Amount, Name From) : StatementSyntax(Span);

    public sealed record Release(TextSpan Span, Name Amount, Name To) : StatementSyntax(Span);

    public sealed record Issue(TextSpan Span, ExpressionSyntax Amount, Name To, Name Citing) : StatementSyntax(Span);

    public sealed record Redeem(TextSpan Span, ExpressionSyntax Amount, Name From) : StatementSyntax(Span);

    /// <param name="Span">The line of the 'if'.</param>
    /// <param name="Condition">What decides.</param>
    /// <param name="Then">When it holds.</param>
    /// <param name="Otherwise">When it does not; null without an 'otherwise'.</param>
    public sealed record If(
        TextSpan Span, ExpressionSyntax Condition, IReadOnlyList<StatementSyntax> Then, IReadOnlyList<StatementSyntax>? Otherwise)
        : StatementSyntax(Span);

    /// <param name="Span">The line of the 'for each'.</param>
    /// <param name="Name">The new name of an element, or the several party itself.</param>
    /// <param name="List">The list; null for a party.</param>
    /// <param name="Body">What is repeated.</param>
    public sealed record ForEach(TextSpan Span, Name Name, Name? List, IReadOnlyList<StatementSyntax> Body) : StatementSyntax(Span);

    public sealed record Outcome(TextSpan Span, Name State) : StatementSyntax(Span);

    /// <summary>A line that could not be read, with the block below it.</summary>
    /// <param name="Span">Its first word.</param>
    /// <param name="Declared">The name that it declares in spite of that; null when there is none.</param>
    public sealed record Broken(TextSpan Span, Name? Declared = null) : StatementSyntax(Span);
}
