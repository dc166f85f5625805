using Settlement.Client;
using Settlement.Core.Bank;
using Settlement.Core.Monetary;
using Settlement.Host.Api;
using CycleList = Settlement.Core.Bank.CycleList;
using StatusCodes = Microsoft.AspNetCore.Http.StatusCodes;

namespace Settlement.Host.BackOffice;

/// <summary>Shows the cycles that the settlement agent tells the bank of. The bank takes its part in them by itself.</summary>
internal sealed class BankCyclesDoor
{
    /// <summary>GET /v1/cycles.</summary>
    public async Task ListAsync(HttpContext context)
    {
        if (await ApiRequest.CallAsync<CycleList>(context, static call => new BankInput.ListCycles(call)) is not { } list) return;
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, new BankCycleList([.. list.Cycles.Select(View)]), ApiJson.Default.BankCycleList);
    }

    private static BankCycle View(Cycle cycle) => new()
    {
        Cycle = cycle.Id.ToString(),
        Currency = cycle.Currency,
        Round = cycle.Round,
        Stage = CycleStageText.Of(cycle.Stage),
        IsAwaited = cycle.IsAwaited,
        Channels = cycle.Channels,
        Net = cycle.Net is { } net ? Text(cycle.Currency, net) : null,
        Balance = Text(cycle.Currency, cycle.Balance),
    };

    private static string Text(string code, long minorUnits) =>
        Currency.TryParse(code, out Currency currency) ? new Money(currency, minorUnits).ToDecimalText() : throw new InvalidOperationException("A cycle is told of that has no currency.");
}
