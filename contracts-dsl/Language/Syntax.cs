namespace Settlement.Contracts.Language;

/// <summary>A name as written, with its place.</summary>
internal sealed record Name(string Text, TextSpan Span);

/// <summary>A file as written. Order and parentheses are kept: the canonical form is printed from this.</summary>
/// <param name="Incomplete">True when something that declares names could not be read, so that unknown names mean nothing.</param>
internal sealed record ContractSyntax(
    Name Name, int Version, IReadOnlyList<string> Docs, IReadOnlyList<PartySyntax> Parties, IReadOnlyList<FieldSyntax> Fields,
    IReadOnlyList<StateSyntax> States, IReadOnlyList<ActionSyntax> Actions, bool Incomplete);

internal sealed record PartySyntax(Name Name, Name? Kind, bool Observes, IReadOnlyList<string> Docs);

/// <param name="Word">The type's name.</param>
/// <param name="Length">The number in parentheses; null when there is none.</param>
/// <param name="Span">All of it.</param>
internal sealed record TypeSyntax(Name Word, long? Length, TextSpan Span);

/// <summary>A field, or a parameter of an action.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Null when it could not be read.</param>
/// <param name="Optional">Whether it may be absent.</param>
/// <param name="Audience">Null without a 'to'.</param>
/// <param name="PersonalOf">Null when not personal.</param>
/// <param name="Docs">Its doc strings.</param>
/// <param name="Broken">True when the line could not be read to its end.</param>
internal sealed record FieldSyntax(
    Name Name, TypeSyntax? Type, bool Optional, IReadOnlyList<Name>? Audience, Name? PersonalOf, IReadOnlyList<string> Docs, bool Broken);

internal sealed record StateSyntax(Name Name, bool MayRest, IReadOnlyList<string> Docs);

/// <param name="Broken">True when the header could not be read to its end.</param>
internal sealed record ActionSyntax(
    Name Name, IReadOnlyList<FieldSyntax> Parameters, Name? By, IReadOnlyList<Name> AgreedBy, IReadOnlyList<Name> When,
    IReadOnlyList<string> Docs, IReadOnlyList<StatementSyntax> Statements, bool Broken);

/// <summary>A closed hierarchy.</summary>
internal abstract record StatementSyntax(TextSpan Span)
{
    public sealed record Require(TextSpan Span, ExpressionSyntax Condition, Name Code) : StatementSyntax(Span);

    public sealed record Move(TextSpan Span, Name Amount, Name From, Name To) : StatementSyntax(Span);

    public sealed record Issue(TextSpan Span, Name Amount, Name To, Name Citing) : StatementSyntax(Span);

    public sealed record Outcome(TextSpan Span, Name State) : StatementSyntax(Span);

    /// <summary>A line that could not be read.</summary>
    public sealed record Broken(TextSpan Span) : StatementSyntax(Span);
}

/// <summary>A closed hierarchy.</summary>
internal abstract record ExpressionSyntax(TextSpan Span)
{
    public sealed record Number(TextSpan Span, long Value) : ExpressionSyntax(Span);

    public sealed record Date(TextSpan Span, DateOnly Value) : ExpressionSyntax(Span);

    public sealed record Text(TextSpan Span, string Value) : ExpressionSyntax(Span);

    public sealed record Reference(Name Name) : ExpressionSyntax(Name.Span);

    public sealed record Present(TextSpan Span, Name Name) : ExpressionSyntax(Span);

    public sealed record Not(TextSpan Span, ExpressionSyntax Operand) : ExpressionSyntax(Span);

    public sealed record Parenthesised(TextSpan Span, ExpressionSyntax Inner) : ExpressionSyntax(Span);

    public sealed record Binary(ExpressionSyntax Left, BinaryOperator Operator, ExpressionSyntax Right) : ExpressionSyntax(Left.Span.To(Right.Span));
}

internal enum BinaryOperator { Or, And, Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, Add, Subtract }
