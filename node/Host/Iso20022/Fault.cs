namespace Settlement.Host.Iso20022;

/// <summary>One thing that is wrong in a message.</summary>
/// <param name="Code">One of <see cref="ReasonCodes"/>.</param>
/// <param name="Place">The path of the element or member, for example <c>/Document/FIToFICstmrCdtTrf/GrpHdr/MsgId</c>.</param>
/// <param name="Line">The line from one; zero where it is not known.</param>
/// <param name="Column">The column from one; zero where it is not known.</param>
/// <param name="Reason">A sentence about the rule that is broken. It repeats names of elements, never their values.</param>
internal sealed record Fault(string Code, string Place, int Line, int Column, string Reason);

/// <summary>Collects the faults of one message or one transfer and keeps the one that <see cref="ReasonCodes.Precedence"/> puts first.</summary>
internal sealed class FaultList
{
    private int rank = int.MaxValue;

    /// <summary>The fault to report; none when nothing is wrong.</summary>
    public Fault? First { get; private set; }

    /// <summary>Notes a fault at a node.</summary>
    public void Add(string code, SourceNode at, string reason) => Add(code, at.Place, at, reason);

    /// <summary>Notes a fault of something that should be inside a node and is not.</summary>
    public void AddMissing(string code, SourceNode parent, string name, string reason) =>
        Add(code, parent.PlaceOf(name), parent, reason);

    private void Add(string code, string place, SourceNode at, string reason)
    {
        int codeRank = Array.IndexOf(ReasonCodes.Precedence, code);
        if (codeRank < 0) throw new ArgumentOutOfRangeException(nameof(code), code, "The code has no precedence.");
        if (codeRank >= rank) return;
        rank = codeRank;
        First = new Fault(code, place, at.Line, at.Column, reason);
    }
}
