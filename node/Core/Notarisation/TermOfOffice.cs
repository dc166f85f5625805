namespace Settlement.Core.Notarisation;

/// <summary>Who proposes in a channel, and when.</summary>
public static class TermOfOffice
{
    /// <summary>The first term, which begins with the opening.</summary>
    public const long First = 1;

    /// <summary>The index of the member that is sequencer in a term: the members take turns in their order.</summary>
    public static int SequencerOf(long term, int members) => (int)((term - First) % members);
}
