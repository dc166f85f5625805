using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Settlement.Client;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Host.Api;
using Settlement.Host.Configuration;
using ActOrder = Settlement.Core.Bank.ActOrder;
using GroupOrder = Settlement.Core.Bank.GroupOrder;
using InstructionStatus = Settlement.Client.InstructionStatus;
using StatusCodes = Microsoft.AspNetCore.Http.StatusCodes;

namespace Settlement.Host.BackOffice;

/// <summary>Takes orders for groups, in which payments of several channels settle together or not at all, and lists those that are under way.</summary>
internal sealed class GroupDoor(InstructionWait waiting)
{
    /// <summary>As many channels as a group may have.</summary>
    public const int MaximumChannels = 256;

    /// <summary>POST /v1/groups.</summary>
    public async Task OrderAsync(HttpContext context)
    {
        if (await IdempotencyKey.ReadAsync(context) is not { } key) return;
        if (await ApiRequest.ReadWithBodyAsync(context, ApiJson.Default.GroupOrder) is not { } read) return;
        if (!TryRead(read.Value, out GroupOrder? order, out string? fault, out string? place))
        {
            await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, HostCodes.RequestMalformed, fault, place);
            return;
        }

        byte[] body = read.Body;
        if (await ApiRequest.CallAsync<SubmissionAnswer>(context, call => new BankInput.OrderGroup(call, key.Value, body, order), body.Length) is not { } answer) return;
        if (answer.Refusal is { } refusal)
        {
            await InstructionWait.RefuseAsync(context, refusal, answer.Place);
            return;
        }

        IReadOnlyList<InstructionView> views = await waiting.WaitAsync(context, answer, InstructionWait.ReadWait(context));
        GroupReceipt receipt = new(answer.MessageId!, answer.Group?.ToString(), [.. views.Select(static view => new InstructionStatus(view.Id, StatusText.Of(view.Status), view.Reason, view.Place))]);
        await ApiRequest.WriteAsync(context, StatusCodes.Status202Accepted, receipt, ApiJson.Default.GroupReceipt);
    }

    /// <summary>GET /v1/groups.</summary>
    public async Task ListAsync(HttpContext context)
    {
        if (!ApiRequest.TryReadLimit(context, out int limit))
        {
            await Problems.MalformedAsync(context, "limit is a whole number of at least 1.");
            return;
        }

        if (await ApiRequest.CallAsync<GroupList>(context, static call => new BankInput.ListGroups(call)) is not { } list) return;
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, new GroupPage([.. list.Groups.Take(limit).Select(View)], list.Groups.Count), ApiJson.Default.GroupPage);
    }

    /// <summary>What an order says; else what is wrong with it, and where.</summary>
    public static bool TryRead(Client.GroupOrder order, [NotNullWhen(true)] out GroupOrder? read, [NotNullWhen(false)] out string? fault, out string? place)
    {
        (read, fault, place) = (null, null, null);
        Digest? group = null;
        if (order.Group is { } text)
        {
            if (!Digest.TryParse(text, out Digest id)) return Fail("group is the id of a group: 64 hexadecimal digits.", "group", out fault, out place);
            if (order.Channels.Count > 0 || order.LifeSeconds is not null) return Fail("channels and lifeSeconds are of a new group alone.", "group", out fault, out place);
            group = id;
        }

        if (order.Channels.Count > MaximumChannels) return Fail($"A group has at most {MaximumChannels} channels.", "channels", out fault, out place);
        if (order.Legs.Count + order.Expects.Count > MaximumChannels) return Fail($"A group has at most {MaximumChannels} legs.", "legs", out fault, out place);
        List<Digest> channels = [];
        foreach ((int i, string? channel) in order.Channels.Index())
        {
            if (!Digest.TryParse(channel, out Digest id)) return Fail(NoChannel, Place("channels", i), out fault, out place);
            channels.Add(id);
        }

        if (!TryRead(order.Legs, "legs", out List<ActOrder> legs, out fault, out place) || !TryRead(order.Expects, "expects", out List<ActOrder> expects, out fault, out place)) return false;
        read = new GroupOrder(group, channels, order.LifeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, legs, expects);
        return true;
    }

    private const string NoChannel = "A channel's id is 64 hexadecimal digits.";

    private static bool TryRead(IReadOnlyList<LegOrder> orders, string list, out List<ActOrder> legs, [NotNullWhen(false)] out string? fault, out string? place)
    {
        (legs, fault, place) = ([], null, null);
        foreach ((int i, LegOrder? leg) in orders.Index())
        {
            if (leg is null) return Fail("A leg is an object.", Place(list, i), out fault, out place);
            if (!Digest.TryParse(leg.Channel, out Digest channel)) return Fail(NoChannel, Place(list, i) + ".channel", out fault, out place);
            legs.Add(new ActOrder(channel, null, leg.Contract, leg.Action, leg.Values));
        }

        return true;
    }

    private static bool Fail(string message, string at, out string fault, out string place)
    {
        (fault, place) = (message, at);
        return false;
    }

    private static string Place(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]");

    private static GroupInfo View(GroupView group) => new()
    {
        Group = group.Group.ToString(),
        Channels = [.. group.Channels.Select(static channel => channel.ToString())],
        ExpiresAt = group.ExpiresAt,
        IsOrdered = group.IsOrdered,
        IsCommitted = group.IsCommitted,
        Legs = [.. group.Legs.Select(static leg => new LegInfo
        {
            Channel = leg.Channel.ToString(),
            Entry = leg.Entry.ToString(),
            Sequence = (ulong)leg.Sequence,
            Contract = leg.Contract,
            Action = leg.Action,
            IsOwn = leg.IsOwn,
            Values = leg.Values.Where(static value => value.Value is not null).ToDictionary(static value => value.Field, static value => value.Value!, StringComparer.Ordinal),
        })],
    };
}
