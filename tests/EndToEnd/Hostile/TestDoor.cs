using System.Net.Http.Headers;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host;
using Settlement.Host.Keys;
using Settlement.Host.Ledger;
using Settlement.Host.Peers;
using Settlement.Host.Running;
using Settlement.Storage;
using Settlement.Tests.EndToEnd.Host;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>The doors of a node that knows two participants and does nothing but tell a test what its machine is told. Its clock is the test's.</summary>
internal sealed class TestDoor : IAsyncDisposable
{
    /// <summary>How long a test waits for what must come about.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly RoleLoop loop;
    private readonly Task running;

    private TestDoor(Action<IServiceCollection> configure)
    {
        Directory.Add(TestNodes.Listed(HostileId.ToString(), Hostile.Key, new Uri("https://127.0.0.1:1")));
        Directory.Add(TestNodes.Listed(HonestId.ToString(), Honest.Key, new Uri("https://127.0.0.1:2")));
        loop = new RoleLoop(
            new ToyMachine((_, inputs) =>
            {
                Step step = new();
                foreach (Input input in inputs)
                {
                    Told.Writer.TryWrite(input);
                    if (input is LedgerRequested asked && !IsSilent) step.Then.Add(new Effect.Reply(asked.CallId, Reply));
                }

                return step;
            }),
            new InMemoryVault(), new NoSends(), new RoleLoopOptions { TickInterval = Timeout.InfiniteTimeSpan }, Time, NullLogger.Instance);
        running = loop.RunAsync(Ct);
        WebApplicationBuilder builder = PeerServer.CreateBuilder(TestNodes.AnyPort, Server, NullLoggerFactory.Instance);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton(Directory);
        builder.Services.AddSingleton(loop);
        configure(builder.Services);
        App = builder.Build();
        App.MapPeerMessages();
        App.MapLedgerRequests();
        App.MapElsewhere();
    }

    /// <summary>A listed participant that does what it may not do.</summary>
    public static ParticipantId HostileId { get; } = TestNodes.Id("HOSTDEFFXXX");

    /// <summary>One that does what it may.</summary>
    public static ParticipantId HonestId { get; } = TestNodes.Id("HONEDEFFXXX");

    /// <summary>What the machine answers a request to the ledger.</summary>
    public LedgerReply Reply { get; set; } = new();

    /// <summary>Whether the machine leaves requests to the ledger unanswered.</summary>
    public bool IsSilent { get; set; }

    /// <summary>What the machine was told, in order.</summary>
    public Channel<Input> Told { get; } = Channel.CreateUnbounded<Input>();

    public ParticipantDirectory Directory { get; } = new();

    public ManualTime Time { get; } = new();

    public WebApplication App { get; }

    /// <summary>The node's own key.</summary>
    public TlsIdentity Server { get; } = NewIdentity();

    public TlsIdentity Hostile { get; } = NewIdentity();

    public TlsIdentity Honest { get; } = NewIdentity();

    /// <summary>Nobody that is listed.</summary>
    public TlsIdentity Stranger { get; } = NewIdentity();

    /// <summary>The door for messages of participants.</summary>
    public Uri Messages { get; private set; } = null!;

    /// <summary>The ledger's door, where also strangers are heard.</summary>
    public Uri LedgerRequests { get; private set; } = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Opens the doors, with other bounds than those of a node that runs where a test says so.</summary>
    public static async Task<TestDoor> OpenAsync(Action<IServiceCollection>? configure = null)
    {
        TestDoor door = new(configure ?? (static _ => { }));
        await door.App.StartAsync(Ct);
        Uri address = new(door.App.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        door.Messages = new Uri(address, PeerRoutes.Messages);
        door.LedgerRequests = new Uri(address, PeerRoutes.LedgerRequests);
        return door;
    }

    /// <summary>The next that the machine was told.</summary>
    public async Task<Input> NextToldAsync() => await Told.Reader.ReadAsync(Ct).AsTask().WaitAsync(Patience, Ct);

    public static ByteArrayContent Body(params byte[] bytes) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(PeerBounds.ContentType) } };

    public static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    /// <summary>Waits until something holds that nobody tells.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience) throw new TimeoutException($"It did not come about within {Patience}.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), Ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        loop.Complete();
        await running;
        foreach (TlsIdentity identity in new[] { Server, Hostile, Honest, Stranger }) identity.Dispose();
    }

    private static TlsIdentity NewIdentity() => TlsIdentity.Create(new SystemEntropy(), TimeProvider.System.GetUtcNow());
}
