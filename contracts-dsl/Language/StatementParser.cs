using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>Parses the statements of one action, with the blocks among them.</summary>
internal sealed class StatementParser(TokenCursor cursor)
{
    /// <summary>How deep blocks may nest.</summary>
    public const int MaxDepth = 16;

    private int depth;

    private DiagnosticBag Diagnostics => cursor.Diagnostics;

    private bool AtActionEnd => cursor.At(TokenKind.End) || cursor.AtSection;

    /// <summary>All statements up to the next section or action; an 'end' that ends nothing is reported and skipped.</summary>
    public IReadOnlyList<StatementSyntax> Statements()
    {
        List<StatementSyntax> statements = [.. Block()];
        while (!AtActionEnd)
        {
            Stray($"there is no block for this '{cursor.Current.Text}'", "remove it, or write the 'if' or 'for each' that it belongs to");
            statements.AddRange(Block());
        }

        return statements;
    }

    /// <summary>Statements up to an 'end', an 'otherwise', or the end of the action.</summary>
    private List<StatementSyntax> Block()
    {
        List<StatementSyntax> statements = [];
        while (!AtActionEnd && !cursor.AtWord("end") && !cursor.AtWord("otherwise")) statements.Add(Statement());
        return statements;
    }

    private StatementSyntax Statement()
    {
        Token first = cursor.Current;
        if (first.IsWord("if") || first.IsWord("for")) return BlockStatement(first);
        Name? declares = first.IsWord("let") && cursor.Ahead(1).Kind == TokenKind.Word ? new Name(cursor.Ahead(1).Text, cursor.Ahead(1).Span) : null;
        StatementSyntax? statement = Simple(first);
        if (statement is not null && cursor.EndLine()) return statement;
        if (statement is null) cursor.SkipSentence(toParenthesis: true);
        return new StatementSyntax.Broken(first.Span, declares);
    }

    private StatementSyntax? Simple(Token first)
    {
        TextSpan start = first.Span;
        if (cursor.TryTake(TokenKind.Arrow)) return Name("a state") is { } state ? new StatementSyntax.Outcome(start.To(state.Span), state) : null;
        if (first.Kind == TokenKind.Word)
        {
            switch (first.Text)
            {
                case "let": return Let(start);
                case "require": return Require(start);
                case "set": return Set(start);
                case "clear": return Clear(start);
                case "move": return Move(start);
                case "reserve": return Reserve(start);
                case "release": return Release(start);
                case "issue": return Issue(start);
                case "redeem": return Redeem(start);
                case "discloses": return Late("discloses");
                case ReservedWords.Offers: return Late(ReservedWords.Offers);
            }
        }

        string begins = first.Kind == TokenKind.Equal && cursor.Ahead(1).Kind == TokenKind.Greater ? "write -> before the state that follows"
            : first.IsWord("else") ? "the other branch of a block begins with 'otherwise'"
            : "a statement begins with let, require, set, clear, move, reserve, release, issue, redeem, if, for each or ->";
        cursor.Expected("a statement", cursor.DidYouMean([.. ReservedWords.Statements, ReservedWords.Offers]) ?? begins);
        return null;
    }

    private StatementSyntax.Let? Let(TextSpan start)
    {
        cursor.Take();
        if (cursor.TakeNewName("a value") is not { } name || Assigned() is not { } value) return null;
        return new StatementSyntax.Let(start.To(value.Span), name, value);
    }

    private StatementSyntax.Require? Require(TextSpan start)
    {
        cursor.Take();
        if (Expression() is not { } condition) return null;
        // The refusal may stand on a line of its own below a long condition.
        cursor.ContinueLine("else");
        if (!cursor.ExpectWord("else") || cursor.TakeAnyWord("a code for the refusal") is not { } code) return null;
        return new StatementSyntax.Require(start.To(code.Span), condition, code);
    }

    private StatementSyntax.Set? Set(TextSpan start)
    {
        cursor.Take();
        if (Name("a field") is not { } field || Assigned() is not { } value) return null;
        return new StatementSyntax.Set(start.To(value.Span), field, value);
    }

    private StatementSyntax.Clear? Clear(TextSpan start)
    {
        cursor.Take();
        return Name("an optional field") is { } field ? new StatementSyntax.Clear(start.To(field.Span), field) : null;
    }

    private StatementSyntax.Move? Move(TextSpan start)
    {
        cursor.Take();
        if (Expression() is not { } amount || After("from", "a bank") is not { } from || After("to", "a bank") is not { } to) return null;
        return new StatementSyntax.Move(start.To(to.Span), amount, from, to);
    }

    private StatementSyntax.Reserve? Reserve(TextSpan start)
    {
        cursor.Take();
        if (Name("a field of money") is not { } amount || After("from", "a bank") is not { } from) return null;
        return new StatementSyntax.Reserve(start.To(from.Span), amount, from);
    }

    private StatementSyntax.Release? Release(TextSpan start)
    {
        cursor.Take();
        if (Name("a field of money") is not { } amount || After("to", "a bank") is not { } to) return null;
        return new StatementSyntax.Release(start.To(to.Span), amount, to);
    }

    private StatementSyntax.Issue? Issue(TextSpan start)
    {
        cursor.Take();
        if (Expression() is not { } amount || After("to", "a bank") is not { } to || After("citing", "a field of text") is not { } citing) return null;
        return new StatementSyntax.Issue(start.To(citing.Span), amount, to, citing);
    }

    private StatementSyntax.Redeem? Redeem(TextSpan start)
    {
        cursor.Take();
        if (Expression() is not { } amount || After("from", "a bank") is not { } from) return null;
        return new StatementSyntax.Redeem(start.To(from.Span), amount, from);
    }

    /// <summary>What is disclosed decides how all statements are read, so it stands before them.</summary>
    private StatementSyntax? Late(string word)
    {
        Diagnostics.Report(Rules.LateDisclosure, cursor.Current.Span, $"'{word}' stands too late, though it holds for the whole action",
            word == ReservedWords.Offers ? "write it below the header and what is disclosed, before the first statement" : "write it below the header, before what is offered and the first statement");
        return null;
    }

    /// <summary>A statement with a block. Where its first line cannot be read, the block is still read to its end.</summary>
    private StatementSyntax BlockStatement(Token first)
    {
        if (depth == MaxDepth) return TooDeep(first);
        StatementSyntax? head = first.Text == "if" ? If(first.Span) : ForEach(first.Span);
        if (head is StatementSyntax.Broken) return head;
        bool read = head is not null && cursor.EndLine();
        if (head is null) cursor.SkipSentence(toParenthesis: true);
        depth++;
        List<StatementSyntax> body = Block(), otherwise = [];
        bool branches = first.Text == "if" && cursor.TryTakeWord("otherwise");
        if (branches)
        {
            cursor.EndLine("a further condition is an 'if' on a line of its own, with an 'end' of its own");
            otherwise = Block();
        }

        while (cursor.AtWord("otherwise"))
        {
            Stray(branches ? "this 'if' already has an 'otherwise'" : "a 'for each' has no 'otherwise'", "remove it, or end the block before it");
            Block();
        }

        depth--;
        if (cursor.TryTakeWord("end")) cursor.EndLine();
        else Diagnostics.Report(Rules.BlockOpen, first.Span, $"this '{first.Text}' has no 'end'", "write 'end' on a line of its own below its statements");
        return head switch
        {
            StatementSyntax.If @if when read => @if with { Then = body, Otherwise = branches ? otherwise : null },
            StatementSyntax.ForEach each when read => each with { Body = body },
            _ => new StatementSyntax.Broken(first.Span),
        };
    }

    /// <summary>The first line alone; null after a complaint, and broken when it has no block.</summary>
    private StatementSyntax? If(TextSpan start)
    {
        cursor.Take();
        if (Expression() is not { } condition) return null;
        if (!cursor.AtWord("then")) return new StatementSyntax.If(start.To(condition.Span), condition, [], null);
        cursor.Expected("the end of the line", "the statements of an 'if' stand on the lines below, up to 'end'");
        // Whoever writes all on one line has not opened a block.
        if (cursor.Ahead(1).Kind == TokenKind.NewLine) return null;
        cursor.SkipSentence(toParenthesis: true);
        return new StatementSyntax.Broken(start);
    }

    private StatementSyntax.ForEach? ForEach(TextSpan start)
    {
        cursor.Take();
        if (!cursor.ExpectWord("each") || cursor.TakeNewName("a value or a several party") is not { } name) return null;
        Name? list = null;
        if (cursor.TryTakeWord("in") && (list = cursor.TakeName("a list")) is null) return null;
        return new StatementSyntax.ForEach(start.To(cursor.LastSpan), name, list, []);
    }

    /// <summary>Skips the block without going into it, so that no file nests without bound.</summary>
    private StatementSyntax.Broken TooDeep(Token first)
    {
        Diagnostics.Report(Rules.BlocksTooDeep, first.Span, $"blocks nest deeper than {MaxDepth} levels", "join conditions with 'and', or split the action into cases");
        int open = 0;
        do
        {
            if (cursor.AtWord("if") || cursor.AtWord("for")) open++;
            else if (cursor.AtWord("end")) open--;
            cursor.SkipLine();
        }
        while (open > 0 && !AtActionEnd);

        return new StatementSyntax.Broken(first.Span);
    }

    private void Stray(string message, string suggestion)
    {
        Diagnostics.Report(Rules.StrayEnd, cursor.Current.Span, message, suggestion);
        cursor.SkipLine();
    }

    private ExpressionSyntax? Expression() => new ExpressionParser(cursor).Parse();

    private Name? Name(string what) => cursor.TakeName(what);

    private Name? After(string word, string what) => cursor.ExpectWord(word) ? cursor.TakeName(what) : null;

    private ExpressionSyntax? Assigned()
    {
        if (!cursor.Expect(TokenKind.Equal, "'='")) return null;
        cursor.ContinueLine();
        return Expression();
    }
}
