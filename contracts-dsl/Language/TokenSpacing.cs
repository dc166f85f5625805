using System.Text;

namespace Settlement.Contracts.Language;

/// <summary>Writes the tokens of one line with the spaces that the canonical form has between them.</summary>
internal sealed class TokenSpacing(ParsedSource parsed)
{
    private readonly IReadOnlyList<Token> tokens = parsed.Tokens;

    public string Write(IEnumerable<int> indices)
    {
        StringBuilder text = new();
        foreach (int i in indices)
        {
            if (text.Length > 0 && SpaceBefore(i)) text.Append(' ');
            TextSpan span = tokens[i].Span;
            text.Append(parsed.Source.Text, span.Start, span.Length);
        }

        return text.ToString();
    }

    private bool SpaceBefore(int i)
    {
        Token token = tokens[i], before = tokens[i - 1];
        if (token.Kind is TokenKind.Comma or TokenKind.Close or TokenKind.Colon || before.Kind == TokenKind.Open) return false;
        // A ratio is written 3:2, and what all values must meet is written 'all x in list: C'.
        if (before.Kind == TokenKind.Colon) return tokens[i - 2].Kind != TokenKind.Number;
        if (token.Kind == TokenKind.Open) return !TakesParentheses(i - 1);
        if (IsCutOff(i - 1) || IsCutOff(i - 2)) return false;
        return before.Kind != TokenKind.Minus || !IsSign(i - 1);
    }

    /// <summary>True for the name of a type, a function or an action, which its parentheses follow without a space.</summary>
    private bool TakesParentheses(int i)
    {
        if (tokens[i].Kind != TokenKind.Word) return false;
        if (!ReservedWords.All.Contains(tokens[i].Text) || tokens[i].Text is "present" or "several") return true;
        return i > 0 && tokens[i - 1].IsWord("on");
    }

    private bool IsCutOff(int i) => i >= 0 && i + 3 < tokens.Count && tokens[i].IsWord("cut") && tokens[i + 1].Kind == TokenKind.Minus
        && tokens[i + 2].IsWord("off") && tokens[i + 3].IsWord("of");

    /// <summary>True for a minus with no operand before it.</summary>
    private bool IsSign(int minus)
    {
        int i = minus - 1;
        while (i > 0 && tokens[i].Kind == TokenKind.NewLine) i--;
        return i < 0 || tokens[i].Kind switch
        {
            TokenKind.Number or TokenKind.Decimal or TokenKind.Date or TokenKind.Text or TokenKind.Close => false,
            TokenKind.Word => ReservedWords.All.Contains(tokens[i].Text) && tokens[i].Text is not ("now" or "today" or "true" or "false"),
            _ => true,
        };
    }
}
