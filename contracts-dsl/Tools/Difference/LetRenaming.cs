using System.Text.RegularExpressions;

namespace Settlement.Contracts;

/// <summary>
/// Gives the names of values in an action's old version those that the new one has for the same values, so that a name alone is no
/// difference. Only where every place at which the word stands, in either version, means the value: elsewhere the word may be a code,
/// a unit or part of a text, and another there is another meaning.
/// </summary>
internal static partial class LetRenaming
{
    /// <summary>The old version with the names of the new one, of which it tells.</summary>
    public static ContractAction Of(ContractAction old, ContractAction fresh, string name, FindingList findings)
    {
        foreach (Statement.Let came in Lets(fresh))
        {
            string now = came.Local.Name;
            if (Words(old.Body, now) > 0 || !IsNameAlone(fresh.Body, now)) continue;
            string value = came.Written[Start(now).Length..];
            string? was = Lets(old).FirstOrDefault(l => l.Written == Start(l.Local.Name) + value && Words(fresh.Body, l.Local.Name) == 0 && IsNameAlone(old.Body, l.Local.Name))?.Local.Name;
            if (was is null) continue;
            findings.Changed(name, $"{name} calls {now} what it called {was}.");
            old = old.With(old.Window, Renamed(old.Body, was, now));
        }

        return old;
    }

    private static IEnumerable<Statement.Let> Lets(ContractAction action) => action.Body.All.OfType<Statement.Let>();

    private static string Start(string name) => $"let {name} = ";

    /// <summary>Whether the word stands nowhere but where it names the value, or is given to it.</summary>
    private static bool IsNameAlone(Block body, string name) => Words(body, name) ==
        body.All.Count(s => s is Statement.Let let && let.Local.Name == name) + body.All.SelectMany(static s => s.Expressions).SelectMany(static e => e.LocalsRead).Count(l => l.Name == name);

    private static int Words(Block body, string name) => body.All.Sum(s => Word().Matches(s.Written).Count(m => m.Value == name));

    private static Block Renamed(Block block, string was, string now) => new([.. block.Statements.Select(s => Renamed(s, was, now))]);

    private static Statement Renamed(Statement statement, string was, string now)
    {
        Statement renamed = statement switch
        {
            Statement.Let let when let.Local.Name == was => let with { Local = let.Local with { Name = now } },
            Statement.Require require => require with { Conjuncts = [.. require.Conjuncts.Select(c => Written(c, was, now))] },
            Statement.If branch => branch with { Then = Renamed(branch.Then, was, now), Otherwise = Renamed(branch.Otherwise, was, now) },
            Statement.ForEachPlayer each => each with { Body = Renamed(each.Body, was, now) },
            Statement.ForEachValue each => each with { Body = Renamed(each.Body, was, now) },
            _ => statement,
        };
        return renamed with { Written = Written(statement.Written, was, now) };
    }

    private static string Written(string text, string was, string now) => Word().Replace(text, m => m.Value == was ? now : m.Value);

    [GeneratedRegex("[A-Za-z0-9_]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
