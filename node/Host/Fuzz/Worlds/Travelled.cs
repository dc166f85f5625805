namespace Settlement.Host.Fuzz.Worlds;

/// <summary>What has travelled, as it was before anything happened to it on its way.</summary>
internal sealed class Travelled
{
    private const int MostNewest = 400;
    private const int MostOfContent = 8;
    private const int PercentByContent = 30;

    /// <summary>The newest of each kind.</summary>
    public Dictionary<Travel, List<Traveller>> Newest { get; } = Enum.GetValues<Travel>().ToDictionary(static kind => kind, static _ => new List<Traveller>());

    /// <summary>The newest with something that most have not, which would else be among many others, or gone.</summary>
    public Dictionary<Content, List<Traveller>> ByContent { get; } = Enum.GetValues<Content>().ToDictionary(static content => content, static _ => new List<Traveller>());

    /// <summary>Keeps what travels.</summary>
    public void Add(Traveller traveller)
    {
        Keep(Newest[traveller.Kind], traveller, MostNewest);
        foreach (Content content in Contents.In(traveller).Distinct()) Keep(ByContent[content], traveller, MostOfContent);
    }

    /// <summary>One of a kind, often one with something that most have not; null where none has travelled.</summary>
    public Traveller? Pick(Travel kind, Chance chance)
    {
        List<List<Traveller>> rare = chance.Percent(PercentByContent) ? [.. ByContent.Values.Where(list => list.Count > 0 && list[0].Kind == kind)] : [];
        List<Traveller> from = rare.Count > 0 ? chance.Pick(rare) : Newest[kind];
        return from.Count > 0 ? chance.Pick(from) : null;
    }

    private static void Keep(List<Traveller> kept, Traveller traveller, int most)
    {
        kept.Add(traveller);
        if (kept.Count > most) kept.RemoveAt(0);
    }
}
