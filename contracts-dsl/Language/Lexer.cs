using System.Globalization;
using System.Text;
using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>
/// Cuts the source into tokens. It never stops: what it cannot read it reports and hands on as a bad token. Line ends
/// are tokens, because they end declarations and statements; several in a row are one.
/// </summary>
internal sealed class Lexer(SourceText source, DiagnosticBag diagnostics)
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 64;

    /// <summary>The most digits after the point of a decimal.</summary>
    public const int MaxScale = 12;

    private const char ByteOrderMark = '\uFEFF';

    private readonly List<Token> tokens = [];
    private readonly List<Comment> comments = [];
    private readonly string text = source.Text;
    private int position;
    private int withoutSlip;

    /// <summary>What <see cref="Run"/> found beside the tokens, in the order of the source.</summary>
    public IReadOnlyList<Comment> Comments => comments;

    public IReadOnlyList<Token> Run()
    {
        if (text.StartsWith(ByteOrderMark)) position = 1;
        while (position < text.Length) Next();
        Add(TokenKind.NewLine, text.Length);
        tokens.Add(new Token(TokenKind.End, "", new TextSpan(text.Length, 0)));
        return tokens;
    }

    private char At(int offset) => position + offset < text.Length ? text[position + offset] : '\0';

    private void Next()
    {
        char c = text[position];
        int start = position;
        if (c is ' ' or '\t') position++;
        else if (c == '\n' || (c == '\r' && At(1) == '\n')) LineEnd();
        else if (c == '-' && At(1) == '-') Comment();
        else if (c == '"') Quoted();
        else if (char.IsAsciiLetter(c) || c == '_') Word();
        else if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(At(1)))) Number();
        else if (Symbol(c) is { } symbol) Add(symbol.Kind, position += symbol.Length, start);
        else Unreadable();
    }

    private void Add(TokenKind kind, int end, int start = -1)
    {
        if (start < 0) start = end;
        if (kind == TokenKind.NewLine && (tokens.Count == 0 || tokens[^1].Kind == TokenKind.NewLine)) return;
        tokens.Add(new Token(kind, text[start..end], new TextSpan(start, end - start)));
    }

    private void LineEnd()
    {
        Add(TokenKind.NewLine, position);
        position += text[position] == '\r' ? 2 : 1;
    }

    private bool AtLineEnd => position >= text.Length || text[position] == '\n' || (text[position] == '\r' && At(1) == '\n');

    private void Comment()
    {
        int start = position;
        while (!AtLineEnd)
        {
            if (text[position] == '\t') position++;
            else ReadVisible();
        }

        comments.Add(new Comment(text[start..position].TrimEnd(' ', '\t'), new TextSpan(start, position - start)));
    }

    private void Quoted()
    {
        int start = position++;
        var content = new StringBuilder();
        while (!AtLineEnd && text[position] != '"')
        {
            if (text[position] == '\\') Escape(content);
            else content.Append(ReadVisible());
        }

        if (AtLineEnd) diagnostics.Report(Rules.OpenText, new TextSpan(start, position - start), "this text is not closed on its line", "end it with \"");
        else position++;
        tokens.Add(new Token(TokenKind.Text, content.ToString(), new TextSpan(start, position - start)));
    }

    private void Escape(StringBuilder content)
    {
        if (At(1) is '"' or '\\')
        {
            content.Append(At(1));
            position += 2;
            return;
        }

        diagnostics.Report(Rules.UnknownEscape, new TextSpan(position, 1), "a backslash may stand only before a quote or another backslash", "write \\\\ for a backslash");
        position++;
    }

    /// <summary>Reads one scalar value of a comment or text; what a reader could not see is reported and dropped.</summary>
    private string ReadVisible()
    {
        int start = position;
        bool valid = Rune.DecodeFromUtf16(text.AsSpan(position), out Rune rune, out int consumed) == System.Buffers.OperationStatus.Done;
        position += Math.Max(1, consumed);
        if (valid && IsVisible(rune)) return rune.ToString();
        diagnostics.Report(Rules.Unreadable, new TextSpan(start, position - start), $"the invisible character {Name(rune, valid, start)} is not allowed");
        return "";
    }

    /// <summary>Control and format characters could make a contract read otherwise than it runs.</summary>
    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse);

    private string Name(Rune rune, bool valid, int start) =>
        string.Create(CultureInfo.InvariantCulture, $"U+{(valid ? rune.Value : text[start]):X4}");

    private void Word()
    {
        int start = position;
        while (char.IsAsciiLetterOrDigit(At(0)) || At(0) == '_') position++;
        if (position - start > MaxNameLength)
        {
            diagnostics.Report(Rules.NameTooLong, new TextSpan(start, position - start), $"a name has at most {MaxNameLength} characters");
        }

        Add(TokenKind.Word, position, start);
    }

    private void Number()
    {
        int start = position;
        if (IsDate())
        {
            position += DateValue.CanonicalLength;
            Add(TokenKind.Date, position, start);
            if (!DateValue.TryParse(text.AsSpan(start, DateValue.CanonicalLength), out _))
                Bad(Rules.NoSuchDate, start, "the calendar has no such day", "write YYYY-MM-DD");
            return;
        }

        if (NumberSlips.DateWithoutZeros(text.AsSpan(position)) is var (length, mend))
        {
            position += length;
            Add(TokenKind.Date, position, start);
            Bad(Rules.NoSuchDate, start, "a date has two digits for its month and two for its day", mend);
            return;
        }

        // Of numbers between commas the first has looked at all, so that the next ones need not.
        if (position >= withoutSlip)
        {
            (int digits, string? point) = NumberSlips.WithCommaAndZero(text.AsSpan(position));
            if (point is null)
            {
                withoutSlip = position + digits;
            }
            else
            {
                position += digits;
                Add(TokenKind.Number, position, start);
                Bad(Rules.BadNumber, start, NumberSlips.Comma, point);
                return;
            }
        }

        while (char.IsAsciiLetterOrDigit(At(0)) || At(0) is '_' or '.') position++;
        string written = text[start..position];
        Add(written.Contains('.', StringComparison.Ordinal) ? TokenKind.Decimal : TokenKind.Number, position, start);
        if (NumberFault(written) is var (message, suggestion)) Bad(Rules.BadNumber, start, message, suggestion);
    }

    private static (string Message, string Suggestion)? NumberFault(string written)
    {
        if (written.Length > MaxNameLength) return ("this number is too long", "whole numbers have 64 bits");
        if (!written.All(c => char.IsAsciiDigit(c) || c == '.')) return ($"'{written}' is neither a number nor a name", "a name begins with a letter");
        string[] parts = written.Split('.');
        if (parts.Length > 2) return ("a decimal has one point", "write the digits without separators");
        string whole = parts[0], fraction = parts[^1];
        if (whole.Length == 0 || fraction.Length == 0)
            return ("a decimal has digits on both sides of its point", $"write {whole.PadLeft(1, '0')}.{fraction.PadLeft(1, '0')}");
        if (whole.Length > 1 && whole[0] == '0')
            return ("a number has no leading zeros", $"write {whole.TrimStart('0').PadLeft(1, '0')}{written[whole.Length..]}");
        if (parts.Length == 2 && fraction.Length > MaxScale)
            return ($"a decimal has at most {MaxScale} digits after its point", $"write {whole}.{fraction[..MaxScale]}");
        return null;
    }

    private bool IsDate()
    {
        const string Shape = "dddd-dd-dd";
        for (int i = 0; i < Shape.Length; i++)
            if (Shape[i] == 'd' ? !char.IsAsciiDigit(At(i)) : At(i) != Shape[i]) return false;
        return !char.IsAsciiLetterOrDigit(At(Shape.Length)) && At(Shape.Length) != '_';
    }

    /// <summary>Turns the last token into a bad one.</summary>
    private void Bad(Rule rule, int start, string message, string suggestion)
    {
        diagnostics.Report(rule, new TextSpan(start, position - start), message, suggestion);
        tokens[^1] = tokens[^1] with { Kind = TokenKind.Bad };
    }

    private (TokenKind Kind, int Length)? Symbol(char c) => (c, At(1)) switch
    {
        ('-', '>') => (TokenKind.Arrow, 2),
        ('!', '=') => (TokenKind.NotEqual, 2),
        ('<', '=') => (TokenKind.LessOrEqual, 2),
        ('>', '=') => (TokenKind.GreaterOrEqual, 2),
        (',', _) => (TokenKind.Comma, 1),
        ('(', _) => (TokenKind.Open, 1),
        (')', _) => (TokenKind.Close, 1),
        ('+', _) => (TokenKind.Plus, 1),
        ('-', _) => (TokenKind.Minus, 1),
        ('=', _) => (TokenKind.Equal, 1),
        ('<', _) => (TokenKind.Less, 1),
        ('>', _) => (TokenKind.Greater, 1),
        // Two slashes are no operator of any kind; people who write them mean a comment.
        ('/', not '/') => (TokenKind.Over, 1),
        ('*', _) => (TokenKind.Times, 1),
        (':', _) => (TokenKind.Colon, 1),
        _ => null,
    };

    private void Unreadable()
    {
        int start = position;
        bool valid = Rune.DecodeFromUtf16(text.AsSpan(position), out Rune rune, out int consumed) == System.Buffers.OperationStatus.Done;
        position += Math.Max(1, consumed);
        // A sign written twice, as in &&, is one slip.
        while (position < text.Length && text[position] == text[start]) position++;
        string shown = valid && IsVisible(rune) && !Rune.IsWhiteSpace(rune) ? $"'{rune}'" : Name(rune, valid, start);
        diagnostics.Report(Rules.Unreadable, new TextSpan(start, position - start), $"the character {shown} has no meaning here",
            rune.Value switch { '!' => "write 'not', or != for 'is not'", '&' => "write 'and'", '|' => "write 'or'", '\'' => "texts stand in double quotes", '#' or '/' => "a comment begins with --", '%' => NumberSlips.Percent(tokens, start), _ => null });
        if (tokens.Count == 0 || tokens[^1].Kind != TokenKind.Bad) Add(TokenKind.Bad, position, start);
    }
}
