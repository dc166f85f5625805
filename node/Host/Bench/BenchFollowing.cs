using System.Threading.Channels;
using Settlement.Client;
using Settlement.Host.Network;

namespace Settlement.Host.Bench;

/// <summary>Watches every bank and the regulator, and reads every bank's reports as its back office would.</summary>
internal sealed class BenchFollowing : IAsyncDisposable
{
    private const int ReportsPerPage = 1_000;

    private readonly LocalNetwork network;
    private readonly NetworkCalls calls;
    private readonly BenchTally tally;
    private readonly Dictionary<LocalNode, FinalityWatch> watches = [];

    private BenchFollowing(LocalNetwork network, BenchTally tally, TimeProvider time)
    {
        this.network = network;
        calls = new NetworkCalls(network, BenchLoad.AnsweredWithin, time);
        this.tally = tally;
    }

    /// <summary>The database server's processes that work for this.</summary>
    public IEnumerable<int> ServerProcesses => watches.Values.Select(static watch => watch.ServerProcess);

    /// <summary>Connects to the databases of all that are watched.</summary>
    public static async Task<BenchFollowing> ConnectAsync(LocalNetwork network, BenchTally tally, TimeProvider time, CancellationToken ct)
    {
        BenchFollowing following = new(network, tally, time);
        try
        {
            foreach (LocalNode node in network.Banks.Append(network.Regulator))
            {
                string type = node == network.Regulator ? FinalityWatch.Held : FinalityWatch.Final;
                following.watches[node] = await FinalityWatch.ConnectAsync(await network.AdministratorConnectionAsync(node, ct), type, time, ct);
            }

            return following;
        }
        catch
        {
            await following.DisposeAsync();
            throw;
        }
    }

    /// <summary>Follows everything until it is cancelled, or until something fails.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using CancellationTokenSource rest = CancellationTokenSource.CreateLinkedTokenSource(ct);
        List<Task> tasks = [];
        foreach ((LocalNode node, FinalityWatch watch) in watches)
        {
            Channel<bool> news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
            tasks.Add(watch.RunAsync(() => tally.LastLatency, () => news.Writer.TryWrite(true), rest.Token));
            if (node != network.Regulator) tasks.Add(ReadReportsAsync(node, news.Reader, rest.Token));
        }

        Task first = await Task.WhenAny(tasks);
        await rest.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    /// <summary>Whether a batch was seen at both banks and at the regulator.</summary>
    public bool IsComplete(SettledPayment payment, string channel) =>
        Moment(network.Bank(payment.Direction.Payer), payment, channel) is not null && Moment(network.Bank(payment.Direction.Payee), payment, channel) is not null
        && Moment(network.Regulator, payment, channel) is not null;

    /// <summary>The moments of a payment whose batch was seen everywhere.</summary>
    public PaymentMoments MomentsOf(SettledPayment payment, string channel) => new(
        payment.HandedIn,
        Math.Max(Moment(network.Bank(payment.Direction.Payer), payment, channel)!.Value, Moment(network.Bank(payment.Direction.Payee), payment, channel)!.Value),
        Moment(network.Regulator, payment, channel)!.Value);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (FinalityWatch watch in watches.Values) await watch.DisposeAsync();
    }

    private long? Moment(LocalNode node, SettledPayment payment, string channel) =>
        watches[node].Moments.TryGetValue((channel, payment.Sequence), out long moment) ? moment : null;

    private async Task ReadReportsAsync(LocalNode bank, ChannelReader<bool> news, CancellationToken ct)
    {
        string cursor = "0";
        await foreach (bool _ in news.ReadAllAsync(ct))
        {
            ReportPage page;
            do
            {
                string after = cursor;
                page = await calls.AskAsync(bank, "tell of ends", client => client.ReportsAsync(after, ReportsPerPage, documents: false, ct), ct);
                cursor = page.Next;
                tally.Reported(page.Reports);
            }
            while (page.Reports.Count == ReportsPerPage);
        }
    }
}
