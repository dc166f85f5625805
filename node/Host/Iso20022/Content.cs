namespace Settlement.Host.Iso20022;

/// <summary>What an element may hold, after the message definitions of ISO 20022.</summary>
internal abstract record Content
{
    private Content() { }

    /// <summary>Text of a simple type.</summary>
    public sealed record Text(TextRule Rule) : Content;

    /// <summary>A decimal with a currency attribute.</summary>
    public sealed record Amount(TextRule Rule, TextRule CurrencyRule) : Content;

    /// <summary>Elements in this order.</summary>
    public sealed record Sequence(params ElementRule[] Elements) : Content;

    /// <summary>Exactly one of these elements.</summary>
    public sealed record Choice(params ElementRule[] Elements) : Content;

    /// <summary>A part that the node never uses: it must be well-formed and within the bounds, and is passed over.</summary>
    public sealed record PassedOver : Content;
}

/// <summary>An element and how often it may stand at its place.</summary>
internal sealed record ElementRule(string Name, Content Content, int Min, int Max)
{
    /// <summary>Exactly once.</summary>
    public static ElementRule One(string name, Content content) => new(name, content, 1, 1);

    /// <summary>At most once.</summary>
    public static ElementRule Optional(string name, Content content) => new(name, content, 0, 1);

    /// <summary>Up to <paramref name="max"/> times.</summary>
    public static ElementRule UpTo(int max, string name, Content content) => new(name, content, 0, max);

    /// <summary>Any number of times.</summary>
    public static ElementRule Any(string name, Content content) => new(name, content, 0, int.MaxValue);

    /// <summary>At least once.</summary>
    public static ElementRule Some(string name, Content content) => new(name, content, 1, int.MaxValue);
}

/// <summary>Follows the children of one element through its sequence or choice.</summary>
internal sealed class ContentProgress(Content content)
{
    private readonly ElementRule[] elements = content switch
    {
        Content.Sequence sequence => sequence.Elements,
        Content.Choice choice => choice.Elements,
        _ => throw new ArgumentException("Only sequences and choices hold elements.", nameof(content)),
    };

    private readonly bool isChoice = content is Content.Choice;
    private int at;
    private int count;
    private bool incomplete;

    /// <summary>Takes the next child.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="occurrence">Which one of that name it is, from one.</param>
    /// <param name="missing">The element that should have come before it and is not there.</param>
    /// <param name="problem">What is wrong with the child where it stands.</param>
    /// <returns>The child's rule; none when the element does not belong here at all.</returns>
    public ElementRule? Next(string name, out int occurrence, out string? missing, out string? problem)
    {
        missing = problem = null;
        occurrence = 1;
        int found = Array.FindIndex(elements, rule => string.Equals(rule.Name, name, StringComparison.Ordinal));
        if (found < 0)
        {
            problem = "The element does not belong here.";
            return null;
        }

        if (isChoice)
        {
            if (count++ > 0) problem = $"Only one of {Names()} may stand here.";
            return elements[found];
        }

        if (found < at)
        {
            problem = $"The element must not come after {elements[at].Name}.";
            return elements[found];
        }

        if (found > at) missing = MoveTo(found);
        occurrence = ++count;
        if (count > elements[found].Max) problem = $"The element may occur at most {elements[found].Max} time(s).";
        return elements[found];
    }

    /// <summary>At the end of the parent: the element that is missing, if one is.</summary>
    public string? End()
    {
        if (isChoice) return count == 0 ? Names() : null;
        return MoveTo(elements.Length);
    }

    // Only the first missing element is told; the rest would be echoes of it.
    private string? MoveTo(int target)
    {
        string? missing = null;
        for (; at < target; at++, count = 0)
        {
            if (count >= elements[at].Min || incomplete) continue;
            missing = elements[at].Name;
            incomplete = true;
        }

        return missing;
    }

    private string Names() => string.Join('|', elements.Select(rule => rule.Name));
}
