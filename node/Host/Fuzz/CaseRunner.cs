namespace Settlement.Host.Fuzz;

/// <summary>
/// Runs the cases of one target. Case <c>n</c> of a seed is always the same: its session is made of the seed and the
/// session's number, its input of the seed and its own.
/// </summary>
internal sealed class CaseRunner(FuzzTarget target, ulong seed)
{
    /// <summary>Told of each input before it is fed, so that a case that never ends is known.</summary>
    public Action<long, IReadOnlyList<byte[]>> Begun { get; init; } = static (_, _) => { };

    /// <summary>Told after each case.</summary>
    public Action Ended { get; init; } = static () => { };

    /// <summary>Cases run.</summary>
    public long Cases { get; private set; }

    /// <summary>Runs a session, up to and including a case, and the checks at its end.</summary>
    /// <returns>What failed, or null.</returns>
    public async ValueTask<FuzzFinding?> RunSessionAsync(long session, long lastCase, CancellationToken ct)
    {
        long number = session * target.CasesPerSession;
        List<byte[]> inputs = [];
        string code = FuzzCodes.PreparationFailed;
        try
        {
            await using IFuzzSession begun = await BeginAsync(seed, session, number, inputs, ct);
            code = FuzzCodes.CaseFailed;
            for (long end = Math.Min(lastCase, number + target.CasesPerSession - 1); number <= end; number++)
            {
                ct.ThrowIfCancellationRequested();
                if (!target.KeepsState) inputs.Clear();
                inputs.Add(begun.Make(new Chance(Chance.SeedOf(seed, target.Name, number))));
                Begun(number, inputs);
                await begun.FeedAsync(inputs[^1], ct);
                Ended();
                Cases++;
            }

            Begun(--number, inputs);
            await begun.EndAsync(ct);
            Ended();
            return null;
        }
        catch (Exception error) when (error is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            // Whatever a case throws is what is looked for.
            return Finding(code, number, error, inputs);
        }
    }

    /// <summary>The session that a case belongs to.</summary>
    public long SessionOf(long number) => number / target.CasesPerSession;

    /// <summary>Feeds the inputs of a finding again.</summary>
    public async ValueTask<FuzzFinding?> ReplayAsync(FuzzFinding finding, CancellationToken ct)
    {
        string code = FuzzCodes.PreparationFailed;
        try
        {
            await using IFuzzSession begun = await BeginAsync(finding.Seed, SessionOf(finding.Case), finding.Case, finding.Inputs, ct);
            code = FuzzCodes.CaseFailed;
            for (int i = 0; i < finding.Inputs.Count; i++)
            {
                Begun(finding.Case, finding.Inputs);
                await begun.FeedAsync(finding.Inputs[i], ct);
                Ended();
                Cases++;
            }

            Begun(finding.Case, finding.Inputs);
            await begun.EndAsync(ct);
            Ended();
            return null;
        }
        catch (Exception error) when (error is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            return Finding(code, finding.Case, error, finding.Inputs);
        }
    }

    // Watched as a case is: an honest network that comes to no rest would be waited for without end.
    private async ValueTask<IFuzzSession> BeginAsync(ulong of, long session, long number, IReadOnlyList<byte[]> inputs, CancellationToken ct)
    {
        Begun(number, inputs);
        IFuzzSession begun = await target.BeginAsync(Chance.SeedOf(of, target.Name + "/session", session), ct);
        Ended();
        return begun;
    }

    private FuzzFinding Finding(string code, long number, Exception error, IReadOnlyList<byte[]> inputs)
    {
        Ended();
        return new FuzzFinding(code, target.Name, seed, number, error is BrokenPromise ? error.Message : error.ToString(), [.. inputs]);
    }
}
