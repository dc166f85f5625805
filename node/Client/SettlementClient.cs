using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Settlement.Client;

/// <summary>The API of one node. A refusal is a <see cref="SettlementApiException"/>; a node that cannot be reached is the
/// platform's <see cref="HttpRequestException"/>. Safe for use from several threads.</summary>
public sealed class SettlementClient : IDisposable
{
    /// <summary>The largest answer that is read, in bytes.</summary>
    public const int MaximumAnswerBytes = 64 * 1024 * 1024;

    private readonly HttpClient http;

    /// <param name="address">The address of the node's API.</param>
    /// <param name="token">A token that the node knows.</param>
    public SettlementClient(Uri address, string token) : this(new HttpClient { BaseAddress = address }, token) { }

    /// <param name="http">A client whose base address is the node's API; this object disposes it.</param>
    /// <param name="token">A token that the node knows.</param>
    public SettlementClient(HttpClient http, string token)
    {
        this.http = http;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        // Orders are waited for by the node itself, up to its own bound.
        http.Timeout = TimeSpan.FromMinutes(3);
        http.MaxResponseContentBufferSize = MaximumAnswerBytes;
    }

    /// <summary>Submits a message; when this returns it is durable.</summary>
    /// <param name="body">The message as it is sent.</param>
    /// <param name="contentType">application/xml or application/json.</param>
    /// <param name="idempotencyKey">The same key with the same body gives the same answer; null for none.</param>
    /// <param name="wait">How long the node waits for final statuses before it answers; zero for not at all.</param>
    /// <param name="ct">Stops waiting; the message may be submitted again with the same key.</param>
    public Task<MessageReceipt> SubmitAsync(ReadOnlyMemory<byte> body, string contentType, string? idempotencyKey, TimeSpan wait, CancellationToken ct)
    {
        HttpRequestMessage request = new(HttpMethod.Post, "v1/instructions") { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return SendAsync(Prefer(request, idempotencyKey, wait), ApiJson.Default.MessageReceipt, ct);
    }

    /// <summary>Takes an action on an instance of a contract; when this returns it is durable.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="instance">The id of the entry that created the instance.</param>
    /// <param name="order">The action.</param>
    /// <param name="idempotencyKey">The same key with the same order gives the same answer; null for none.</param>
    /// <param name="wait">How long the node waits for the final status before it answers; zero for not at all.</param>
    /// <param name="ct">Stops waiting; the order may be sent again with the same key.</param>
    public Task<MessageReceipt> ActAsync(string channel, string instance, ActOrder order, string? idempotencyKey, TimeSpan wait, CancellationToken ct) =>
        SendAsync(Prefer(new HttpRequestMessage(HttpMethod.Post, $"v1/channels/{Uri.EscapeDataString(channel)}/instances/{Uri.EscapeDataString(instance)}/actions")
        {
            Content = JsonContent.Create(order, ApiJson.Default.ActOrder),
        }, idempotencyKey, wait), ApiJson.Default.MessageReceipt, ct);

    /// <summary>Takes an action that creates an instance of a contract; when this returns it is durable.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="order">The action, with the name of its contract.</param>
    /// <param name="idempotencyKey">The same key with the same order gives the same answer; null for none.</param>
    /// <param name="wait">How long the node waits for the final status before it answers; zero for not at all.</param>
    /// <param name="ct">Stops waiting; the order may be sent again with the same key.</param>
    public Task<MessageReceipt> CreateAsync(string channel, ActOrder order, string? idempotencyKey, TimeSpan wait, CancellationToken ct) =>
        SendAsync(Prefer(new HttpRequestMessage(HttpMethod.Post, $"v1/channels/{Uri.EscapeDataString(channel)}/instances")
        {
            Content = JsonContent.Create(order, ApiJson.Default.ActOrder),
        }, idempotencyKey, wait), ApiJson.Default.MessageReceipt, ct);

    /// <summary>Orders legs of a group, which apply together with those that it expects or not at all; when this returns the order is durable.</summary>
    /// <param name="order">The order.</param>
    /// <param name="idempotencyKey">The same key with the same order gives the same answer; null for none.</param>
    /// <param name="wait">How long the node waits for the final statuses of its own legs before it answers; zero for not at all.</param>
    /// <param name="ct">Stops waiting; the order may be sent again with the same key.</param>
    public Task<GroupReceipt> OrderGroupAsync(GroupOrder order, string? idempotencyKey, TimeSpan wait, CancellationToken ct) =>
        SendAsync(Prefer(new HttpRequestMessage(HttpMethod.Post, "v1/groups") { Content = JsonContent.Create(order, ApiJson.Default.GroupOrder) }, idempotencyKey, wait), ApiJson.Default.GroupReceipt, ct);

    /// <summary>The groups that the bank has to do with: what its channels have set aside, and what it ordered.</summary>
    /// <param name="limit">The most groups to list.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<GroupPage> GroupsAsync(int limit, CancellationToken ct) =>
        GetAsync(string.Create(CultureInfo.InvariantCulture, $"v1/groups?limit={limit}"), ApiJson.Default.GroupPage, ct);

    /// <summary>An instance of a contract: where it stands, its values, and its newest entries.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="instance">The id of the entry that created it.</param>
    /// <param name="sequence">The batch of that entry, which is needed for a payment of this bank that was never acted on; null for not known.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<InstanceInfo> InstanceAsync(string channel, string instance, ulong? sequence, CancellationToken ct) => GetAsync(
        string.Create(CultureInfo.InvariantCulture, $"v1/channels/{Uri.EscapeDataString(channel)}/instances/{Uri.EscapeDataString(instance)}{(sequence is null ? "" : $"?sequence={sequence}")}"),
        ApiJson.Default.InstanceInfo, ct);

    /// <summary>One instruction.</summary>
    public Task<Instruction> GetInstructionAsync(string id, CancellationToken ct) =>
        GetAsync($"v1/instructions/{Uri.EscapeDataString(id)}", ApiJson.Default.Instruction, ct);

    /// <summary>One instruction's pacs.002.</summary>
    public async Task<byte[]> GetInstructionReportAsync(string id, CancellationToken ct)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, $"v1/instructions/{Uri.EscapeDataString(id)}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Application.Xml));
        using HttpResponseMessage response = await http.SendAsync(request, ct).ConfigureAwait(false);
        await CheckAsync(response, ct).ConfigureAwait(false);
        return await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
    }

    /// <summary>What waits in the queue and why, first what is looked at first.</summary>
    /// <param name="channel">The channel; null for all of them.</param>
    /// <param name="limit">The most payments to list.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<QueuePage> QueueAsync(string? channel, int limit, CancellationToken ct) => GetAsync(
        string.Create(CultureInfo.InvariantCulture, $"v1/queue?limit={limit}{(channel is null ? "" : "&channel=" + Uri.EscapeDataString(channel))}"), ApiJson.Default.QueuePage, ct);

    /// <summary>Changes how an instruction waits in the queue; returns where it stands then.</summary>
    public Task<InstructionStatus> ChangeQueuedAsync(string instruction, QueueOrder order, CancellationToken ct) =>
        PostAsync($"v1/instructions/{Uri.EscapeDataString(instruction)}/queue", order, ApiJson.Default.QueueOrder, ApiJson.Default.InstructionStatus, ct);

    /// <summary>The limits of the bank's own treasury: what is in effect, used and planned.</summary>
    public Task<TreasuryLimitList> LimitsAsync(CancellationToken ct) => GetAsync("v1/limits", ApiJson.Default.TreasuryLimitList, ct);

    /// <summary>Sets a limit of the bank's own treasury at once, or from a business day on; returns it as it is then.</summary>
    public Task<TreasuryLimit> SetLimitAsync(TreasuryLimitOrder order, CancellationToken ct) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Put, "v1/limits") { Content = JsonContent.Create(order, ApiJson.Default.TreasuryLimitOrder) }, ApiJson.Default.TreasuryLimit, ct);

    /// <summary>The bank's positions.</summary>
    public Task<PositionList> PositionsAsync(CancellationToken ct) => GetAsync("v1/positions", ApiJson.Default.PositionList, ct);

    /// <summary>The bank's channels.</summary>
    public Task<ChannelList> ChannelsAsync(CancellationToken ct) => GetAsync("v1/channels", ApiJson.Default.ChannelList, ct);

    /// <summary>Opens a channel and waits until it is open.</summary>
    public Task<OpenedChannel> OpenChannelAsync(ChannelOrder order, CancellationToken ct) =>
        PostAsync("v1/channels", order, ApiJson.Default.ChannelOrder, ApiJson.Default.OpenedChannel, ct);

    /// <summary>The limits of a channel: what the members grant each other, and what is pending of the bank's own.</summary>
    public Task<ChannelLimitList> ChannelLimitsAsync(string channel, CancellationToken ct) =>
        GetAsync($"v1/channels/{Uri.EscapeDataString(channel)}/limits", ApiJson.Default.ChannelLimitList, ct);

    /// <summary>Changes a limit that the bank grants in a channel, at once or from a business day on; when this returns it is durable, and it
    /// holds from the batch on that has it.</summary>
    public Task<ChannelLimitList> GrantLimitAsync(string channel, ChannelLimitOrder order, CancellationToken ct) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Put, $"v1/channels/{Uri.EscapeDataString(channel)}/limits") { Content = JsonContent.Create(order, ApiJson.Default.ChannelLimitOrder) }, ApiJson.Default.ChannelLimitList, ct);

    /// <summary>Moves money from the bank's account into a channel and waits until the position is final.</summary>
    public Task FundAsync(string channel, MoneyOrder order, CancellationToken ct) =>
        PostAsync($"v1/channels/{Uri.EscapeDataString(channel)}/funding", order, ApiJson.Default.MoneyOrder, ApiJson.Default.MoneyOrder, ct);

    /// <summary>Moves money from the bank's own position in a channel back to its account, and waits until the agent has posted it.</summary>
    public Task DefundAsync(string channel, MoneyOrder order, CancellationToken ct) =>
        PostAsync($"v1/channels/{Uri.EscapeDataString(channel)}/defunding", order, ApiJson.Default.MoneyOrder, ApiJson.Default.MoneyOrder, ct);

    /// <summary>Ends a channel for both members, and waits until the ledger has closed it; the settlement agent then pays the positions out by itself.</summary>
    public Task<ClosedChannel> CloseChannelAsync(string channel, CloseOrder order, CancellationToken ct) =>
        PostAsync($"v1/channels/{Uri.EscapeDataString(channel)}/close", order, ApiJson.Default.CloseOrder, ApiJson.Default.ClosedChannel, ct);

    /// <summary>Opens a business day.</summary>
    public Task<BusinessDay> OpenBusinessDayAsync(DateOnly date, CancellationToken ct) =>
        PostAsync("v1/business-day", new BusinessDay(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ApiJson.Default.BusinessDay, ApiJson.Default.BusinessDay, ct);

    /// <summary>Entries of a channel after a sequence, as far as the node may read them.</summary>
    public Task<EntryPage> EntriesAsync(string channel, ulong after, int limit, CancellationToken ct) =>
        GetAsync(string.Create(CultureInfo.InvariantCulture, $"v1/channels/{Uri.EscapeDataString(channel)}/entries?after={after}&limit={limit}"), ApiJson.Default.EntryPage, ct);

    /// <summary>Status reports after a cursor, in order; the empty cursor for the first.</summary>
    public Task<ReportPage> ReportsAsync(string after, int limit, CancellationToken ct) => ReportsAsync(after, limit, documents: true, ct);

    /// <summary>Status reports after a cursor, in order, with their pacs.002 or without.</summary>
    public Task<ReportPage> ReportsAsync(string after, int limit, bool documents, CancellationToken ct) => GetAsync(
        string.Create(CultureInfo.InvariantCulture, $"v1/reports?after={Uri.EscapeDataString(after)}&limit={limit}{(documents ? "" : "&documents=false")}"),
        ApiJson.Default.ReportPage, ct);

    /// <summary>The channels that a regulator observes.</summary>
    public Task<AuditChannelList> AuditChannelsAsync(CancellationToken ct) => GetAsync("v1/audit/channels", ApiJson.Default.AuditChannelList, ct);

    /// <summary>The three verdicts on one channel.</summary>
    public Task<AuditReport> AuditAsync(string channel, CancellationToken ct) =>
        GetAsync($"v1/audit/channels/{Uri.EscapeDataString(channel)}", ApiJson.Default.AuditReport, ct);

    /// <summary>Issues money to a bank's account; returns the balance.</summary>
    public Task<Balance> CreditAsync(string participant, CreditOrder order, CancellationToken ct) =>
        PostAsync($"v1/accounts/{Uri.EscapeDataString(participant)}/credits", order, ApiJson.Default.CreditOrder, ApiJson.Default.Balance, ct);

    /// <summary>The settlement agent's books.</summary>
    public Task<BooksInfo> BooksAsync(CancellationToken ct) => GetAsync("v1/books", ApiJson.Default.BooksInfo, ct);

    /// <summary>What the settlement agent's operator has stopped.</summary>
    public Task<StopList> StopsAsync(CancellationToken ct) => GetAsync("v1/stops", ApiJson.Default.StopList, ct);

    /// <summary>The settlement agent stops banks and channels from a leaf of the ledger's log on; returns all stops.</summary>
    public Task<StopList> StopAsync(StopOrder order, CancellationToken ct) => PostAsync("v1/stops", order, ApiJson.Default.StopOrder, ApiJson.Default.StopList, ct);

    /// <summary>Lifts the stop of a bank or a channel; returns all stops.</summary>
    public Task<StopList> LiftStopAsync(string subject, LiftOrder order, CancellationToken ct) =>
        PostAsync($"v1/stops/{Uri.EscapeDataString(subject)}/lift", order, ApiJson.Default.LiftOrder, ApiJson.Default.StopList, ct);

    /// <summary>The settlement agent opens a cycle, which goes on by itself; returns it as it is then.</summary>
    public Task<CycleInfo> OpenCycleAsync(CycleOrder order, CancellationToken ct) =>
        PostAsync("v1/cycles", order, ApiJson.Default.CycleOrder, ApiJson.Default.CycleInfo, ct);

    /// <summary>The settlement agent's cycles, the newest first.</summary>
    public Task<CycleList> CyclesAsync(CancellationToken ct) => GetAsync("v1/cycles", ApiJson.Default.CycleList, ct);

    /// <summary>The settlement agent's offsets, the newest first.</summary>
    public Task<OffsetList> OffsetsAsync(CancellationToken ct) => GetAsync("v1/offsets", ApiJson.Default.OffsetList, ct);

    /// <summary>The schedules that a settlement agent opens cycles by.</summary>
    public Task<CycleScheduleList> CycleSchedulesAsync(CancellationToken ct) => GetAsync("v1/cycles/schedule", ApiJson.Default.CycleScheduleList, ct);

    /// <summary>A cycle goes on without banks that have not joined, or once more after its round's time has passed.</summary>
    public Task<CycleInfo> NextRoundAsync(string cycle, RoundOrder order, CancellationToken ct) =>
        PostAsync($"v1/cycles/{Uri.EscapeDataString(cycle)}/rounds", order, ApiJson.Default.RoundOrder, ApiJson.Default.CycleInfo, ct);

    /// <summary>Ends a cycle of which no sum was opened.</summary>
    public Task<CycleInfo> EndCycleAsync(string cycle, CancellationToken ct) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, $"v1/cycles/{Uri.EscapeDataString(cycle)}/end"), ApiJson.Default.CycleInfo, ct);

    /// <summary>The cycles that the settlement agent tells this bank of.</summary>
    public Task<BankCycleList> BankCyclesAsync(CancellationToken ct) => GetAsync("v1/cycles", ApiJson.Default.BankCycleList, ct);

    /// <summary>How large the ledger's log is.</summary>
    public Task<LogSize> LogSizeAsync(CancellationToken ct) => GetAsync("v1/log/size", ApiJson.Default.LogSize, ct);

    /// <summary>What others did that they may not do, as far as it changed after a cursor; "0" for all of it.</summary>
    public Task<AlarmPage> AlarmsAsync(string after, int limit, CancellationToken ct) =>
        GetAsync(string.Create(CultureInfo.InvariantCulture, $"v1/alarms?after={Uri.EscapeDataString(after)}&limit={limit}"), ApiJson.Default.AlarmPage, ct);

    /// <summary>A piece of evidence with its bytes.</summary>
    public Task<EvidenceInfo> EvidenceAsync(string id, CancellationToken ct) => GetAsync($"v1/alarms/evidence/{Uri.EscapeDataString(id)}", ApiJson.Default.EvidenceInfo, ct);

    /// <summary>Whether the node may be given work.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        using HttpResponseMessage response = await http.GetAsync(new Uri("health/ready", UriKind.Relative), ct).ConfigureAwait(false);
        return response.IsSuccessStatusCode;
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private static HttpRequestMessage Prefer(HttpRequestMessage request, string? idempotencyKey, TimeSpan wait)
    {
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        if (wait > TimeSpan.Zero) request.Headers.Add("Prefer", $"wait={((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture)}");
        return request;
    }

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), type, ct);

    private Task<TAnswer> PostAsync<TOrder, TAnswer>(
        string path, TOrder order, JsonTypeInfo<TOrder> orderType, JsonTypeInfo<TAnswer> answerType, CancellationToken ct) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(order, orderType) }, answerType, ct);

    private async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using (request)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Application.Json));
            using HttpResponseMessage response = await http.SendAsync(request, ct).ConfigureAwait(false);
            await CheckAsync(response, ct).ConfigureAwait(false);
            return await response.Content.ReadFromJsonAsync(type, ct).ConfigureAwait(false) ?? throw Unexpected((int)response.StatusCode);
        }
    }

    private static async Task CheckAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.IsSuccessStatusCode) return;
        int status = (int)response.StatusCode;
        try
        {
            Problem? problem = await response.Content.ReadFromJsonAsync(ApiJson.Default.Problem, ct).ConfigureAwait(false);
            throw problem is null ? Unexpected(status) : new SettlementApiException(problem with { Status = status });
        }
        catch (JsonException)
        {
            throw Unexpected(status);
        }
    }

    private static SettlementApiException Unexpected(int status) =>
        new(new Problem { Status = status, Code = status.ToString(CultureInfo.InvariantCulture), Detail = "The answer is not one of a settlement node." });
}
