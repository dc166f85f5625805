using System.Globalization;

namespace Settlement.Contracts;

/// <summary>A checked statement of an action, ready to run. A closed hierarchy; the outcome is the action's <c>Next</c>.</summary>
internal abstract record Statement
{
    private Statement() { }

    /// <param name="Condition">Must hold.</param>
    /// <param name="Code">The refusal when it does not.</param>
    /// <param name="Ordinal">Which require of its action this is, from 1.</param>
    public sealed record Require(Expression Condition, string Code, int Ordinal) : Statement
    {
        /// <summary>What a refusal names; it is made once and not in every run.</summary>
        public string Place { get; } = string.Create(CultureInfo.InvariantCulture, $"require {Ordinal}");
    }

    public sealed record Move(Field Amount, Party From, Party To) : Statement;

    public sealed record Issue(Field Amount, Party To, Field Posting) : Statement;

    /// <summary>The fields and parameters that decide what the statement does.</summary>
    public IEnumerable<Field> Dependencies => this switch
    {
        Require require => require.Condition.Dependencies,
        Move move => [move.Amount],
        Issue issue => [issue.Amount, issue.Posting],
        _ => throw new InvalidOperationException("An unknown statement."),
    };
}
