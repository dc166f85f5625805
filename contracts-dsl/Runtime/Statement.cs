using System.Globalization;
using Settlement.Contracts.Language;

namespace Settlement.Contracts;

/// <summary>A checked statement of an action, ready to run. A closed hierarchy.</summary>
/// <param name="Span">Where it stands in the source, for the checks that come after binding.</param>
internal abstract record Statement(TextSpan Span)
{
    /// <summary>Its canonical form; of a block only the first line.</summary>
    public string Written { get; init; } = "";

    /// <summary>The same without needless parentheses, for comparisons.</summary>
    public string Plain { get; init; } = "";

    /// <summary>The place of a condition in it.</summary>
    public TextSpan ConditionSpan { get; init; }

    /// <summary>The place of the amount in it.</summary>
    public TextSpan AmountSpan { get; init; }

    /// <summary>The place of the posting that it cites.</summary>
    public TextSpan PostingSpan { get; init; }

    /// <summary>The place of the list that it goes over.</summary>
    public TextSpan ListSpan { get; init; }

    public sealed record Let(TextSpan Span, Local Local, Expression Value) : Statement(Span);

    /// <param name="Span">Its place.</param>
    /// <param name="Condition">Must hold.</param>
    /// <param name="Code">The refusal when it does not.</param>
    /// <param name="Ordinal">Which require of its action this is, from 1, in the order of the source.</param>
    public sealed record Require(TextSpan Span, Expression Condition, string Code, int Ordinal) : Statement(Span)
    {
        /// <summary>Who may read all that the condition depends on.</summary>
        public Label Readers { get; } = Condition.Readers;

        /// <summary>What must all hold: the condition's parts between its ands, each in canonical form, without needless parentheses.</summary>
        public IReadOnlyList<string> Conjuncts { get; init; } = [];

        /// <inheritdoc/>
        public override string Place => string.Create(CultureInfo.InvariantCulture, $"require {Ordinal}");
    }

    public sealed record Set(TextSpan Span, Field Field, Expression Value) : Statement(Span)
    {
        /// <summary>Who can compute the value.</summary>
        public Label Readers { get; } = Value.Readers;
    }

    public sealed record Clear(TextSpan Span, Field Field) : Statement(Span);

    /// <summary>Whose position gives and whose takes are expressions of type party.</summary>
    public sealed record Move(TextSpan Span, Expression Amount, Expression From, Expression To) : Statement(Span);

    /// <summary>The amount is a field as it stands, or the part of one that belongs to a participant.</summary>
    public sealed record Reserve(TextSpan Span, Field Field, Expression Amount, Expression From) : Statement(Span);

    public sealed record Release(TextSpan Span, Field Field, Expression Amount, Expression To) : Statement(Span);

    public sealed record Issue(TextSpan Span, Expression Amount, Expression To, Field Posting) : Statement(Span);

    public sealed record Redeem(TextSpan Span, Expression Amount, Expression From) : Statement(Span);

    public sealed record If(TextSpan Span, Expression Condition, Block Then, Block Otherwise) : Statement(Span);

    /// <summary>For each participant that plays a several party; the name is of type party.</summary>
    public sealed record ForEachPlayer(TextSpan Span, Party Party, Local Participant, Block Body) : Statement(Span);

    public sealed record ForEachValue(TextSpan Span, Expression List, Local Element, Block Body) : Statement(Span);

    public sealed record Outcome(TextSpan Span, State State) : Statement(Span);

    /// <summary>What a refusal in it names.</summary>
    public virtual string Place => this switch
    {
        Let let => let.Local.Name,
        Set set => set.Field.Name,
        Clear clear => clear.Field.Name,
        Move move => move.Amount is Expression.Read read ? read.Field.Name : "move",
        Issue issue => issue.Amount is Expression.Read read ? read.Field.Name : "issue",
        Redeem redeem => redeem.Amount is Expression.Read read ? read.Field.Name : "redeem",
        Reserve reserve => reserve.Field.Name,
        Release release => release.Field.Name,
        If => "if",
        ForEachPlayer or ForEachValue => "for each",
        Outcome => "outcome",
        _ => throw new InvalidOperationException("An unknown statement."),
    };

    /// <summary>The expressions that stand in it, but for those of the statements inside.</summary>
    public IEnumerable<Expression> Expressions => this switch
    {
        Let let => [let.Value],
        Require require => [require.Condition],
        Set set => [set.Value],
        Move move => [move.Amount, move.From, move.To],
        Reserve reserve => [reserve.Amount, reserve.From],
        Release release => [release.Amount, release.To],
        Issue issue => [issue.Amount, issue.To, new Expression.Read(issue.Posting)],
        Redeem redeem => [redeem.Amount, redeem.From],
        If @if => [@if.Condition],
        ForEachValue each => [each.List],
        Clear or ForEachPlayer or Outcome => [],
        _ => throw new InvalidOperationException("An unknown statement."),
    };

    /// <summary>The blocks inside it.</summary>
    public IEnumerable<Block> Blocks => this switch
    {
        If @if => [@if.Then, @if.Otherwise],
        ForEachPlayer each => [each.Body],
        ForEachValue each => [each.Body],
        _ => [],
    };

    /// <summary>It and all statements inside it, in the order of the source.</summary>
    public IEnumerable<Statement> All => Block.AllOf([this]);
}

/// <summary>Statements that run one after the other.</summary>
internal sealed class Block(IReadOnlyList<Statement> statements)
{
    /// <summary>In their order; an array, because runs go over it often.</summary>
    public Statement[] Statements { get; } = [.. statements];

    /// <summary>All statements, also those inside others.</summary>
    public IEnumerable<Statement> All => AllOf(Statements);

    /// <summary>The statements and all inside them, in the order of the source.</summary>
    internal static IEnumerable<Statement> AllOf(IEnumerable<Statement> statements)
    {
        Stack<Statement> left = new(statements.Reverse());
        while (left.TryPop(out Statement? next))
        {
            yield return next;
            foreach (Statement inner in next.Blocks.SelectMany(static b => b.Statements).Reverse()) left.Push(inner);
        }
    }
}
