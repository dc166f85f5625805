using Npgsql;
using Quartz;
using Quartz.Extensibility;
using Settlement.Core.Cryptography;
using Settlement.Host.Configuration;
using Settlement.Storage;

namespace Settlement.Host.SettlementAgent.Schedules;

/// <summary>
/// Opens cycles at the times of their schedules. What is due is kept in the node's database, in Quartz's tables, where all processes on that
/// database take it from: one of them has a time, and another takes over what a process leaves unfinished. Names, currencies and times are all
/// that the tables hold.
/// </summary>
internal sealed class CycleScheduler : IHostedService, IAsyncDisposable
{
    /// <summary>How late a time may be before it counts as missed in the database. All that were missed of a schedule then come once, together.</summary>
    public static readonly TimeSpan MissedAfter = TimeSpan.FromSeconds(5);

    /// <summary>How often a process says that it is there, and how long after that it may be silent until another takes over.</summary>
    private static readonly TimeSpan CheckIn = TimeSpan.FromSeconds(5), Silence = TimeSpan.FromSeconds(10);

    // How soon a process sees what another has changed.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private const string Name = "cycles";
    private const int MaximumAtOnce = 4;
    private const int IdBytes = 8;

    private readonly IReadOnlyList<CycleSchedule> schedules;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly NpgsqlDataSource source;
    private readonly StandaloneSchedulerFactory factory;
    private IScheduler? scheduler;

    public CycleScheduler(
        IReadOnlyList<CycleSchedule> schedules, string database, OpenScheduled open, IEntropy entropy, TimeProvider time, ILoggerFactory loggers)
    {
        this.schedules = schedules;
        this.time = time;
        logger = loggers.CreateLogger<CycleScheduler>();
        source = SchedulerTables.Open(database);
        factory = QuartzSchedulerBuilder.Create(quartz =>
        {
            quartz.Services.AddSingleton(loggers);
            quartz.ConfigureScheduler(static options =>
            {
                options.InstanceName = Name;
                options.IdleWaitTime = Idle;
                options.ShutdownJobInterruption = ShutdownJobInterruption.Always;
                options.PropagateTraceContext = false;
            });
            quartz.UseInstanceIdGenerator(new RandomId(entropy));
            quartz.UseDefaultThreadPool(MaximumAtOnce);
            quartz.UseTimeProvider(time);
            quartz.UseJobFactory(new OpeningJobs(open, time));
            quartz.UsePersistentStore(Keep);
        }).Build();
    }

    /// <summary>Brings the database to what is configured, and begins to open cycles.</summary>
    /// <exception cref="HostException">HO018: the database does not have the tables, or does not answer.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            scheduler = await factory.GetScheduler(cancellationToken);
            foreach (CycleSchedule schedule in schedules) await KeepAsync(schedule, cancellationToken);
            HashSet<string> names = [.. schedules.Select(static schedule => schedule.Name)];
            foreach (JobKey key in await scheduler.GetJobKeys(GroupMatcher<JobKey>.GroupEquals(Name), cancellationToken))
            {
                if (names.Contains(key.Name) || !await scheduler.DeleteJob(key, cancellationToken)) continue;
                logger.ScheduleRemoved(key.Name);
            }

            await scheduler.Start(cancellationToken);
        }
        catch (Exception error) when (error is SchedulerException or NpgsqlException)
        {
            throw new HostException(HostCodes.ScheduleUnusable, $"The schedule of cycles cannot be kept in the database: {error.Message}", error);
        }
    }

    /// <summary>When each schedule is due next; null where it never is again.</summary>
    /// <exception cref="SchedulerException">The database does not answer.</exception>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset?>> NextAsync(CancellationToken ct)
    {
        Dictionary<string, DateTimeOffset?> next = [];
        foreach (CycleSchedule schedule in schedules) next[schedule.Name] = scheduler is null ? null : (await scheduler.GetTrigger(TriggerOf(schedule), ct))?.NextFireTimeUtc;
        return next;
    }

    /// <summary>Takes nothing more; what is being opened is finished, or left in the database for whoever comes next.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (scheduler is { Status: not SchedulerStatus.Shutdown }) await scheduler.Shutdown(waitForJobsToComplete: true, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await factory.DisposeAsync();
        await source.DisposeAsync();
    }

    private void Keep(IPersistentStoreBuilder store)
    {
        store.UsePostgres(options => options.DataSourceFactory = _ => source);
        store.UseClustering(static cluster =>
        {
            cluster.CheckinInterval = CheckIn;
            cluster.CheckinMisfireThreshold = Silence;
        });
        store.ConfigureStore(static options =>
        {
            options.TablePrefix = SchedulerTables.Prefix;
            options.SchemaProvisioning = SchemaProvisioning.Validate;
            options.StoreJobDataAsStrings = true;
            options.MisfireThreshold = MissedAfter;
            options.RecoverFiringsCancelledByShutdown = true;
            options.UseBackgroundThreads = true;
        });
    }

    // One that has not changed stays as it is: with it the database knows what was missed while no process ran.
    private async Task KeepAsync(CycleSchedule schedule, CancellationToken ct)
    {
        JobKey key = new(schedule.Name, Name);
        TriggerKey trigger = TriggerOf(schedule);
        if (await scheduler!.GetTrigger(trigger, ct) is ICronTrigger kept && await scheduler.GetTriggerState(trigger, ct) != TriggerState.Error
            && kept.CronExpressionString == schedule.Cron.CronExpressionString && kept.TimeZone.Id == schedule.Zone.Id
            && (await scheduler.GetJobDetail(key, ct))?.JobDataMap.GetString(OpeningJob.CurrencyKey) == schedule.Currency.Code) return;
        DateTimeOffset now = time.GetUtcNow();
        await scheduler.DeleteJob(key, ct);
        if (schedule.Cron.GetNextValidTimeAfter(now) is null)
        {
            logger.ScheduleOver(schedule.Name);
            return;
        }

        IJobDetail job = JobBuilder.Create<OpeningJob>().WithIdentity(key).UsingJobData(OpeningJob.CurrencyKey, schedule.Currency.Code).RequestRecovery(true).Build();
        await scheduler.ScheduleJob(
            job,
            TriggerBuilder.Create(time).WithIdentity(trigger).ForJob(key).StartAt(now)
                .WithSchedule(CronScheduleBuilder.Create(schedule.Cron).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)).Build(),
            ScheduleJobOptions.Replacing,
            ct);
        logger.ScheduleKept(schedule.Name, schedule.Currency.Code);
    }

    private static TriggerKey TriggerOf(CycleSchedule schedule) => new(schedule.Name, Name);

    // Says nothing of the machine that the process runs on.
    private sealed class RandomId(IEntropy entropy) : IInstanceIdGenerator
    {
        public ValueTask<string> GenerateInstanceId(CancellationToken cancellationToken = default)
        {
            byte[] id = new byte[IdBytes];
            entropy.Fill(id);
            return ValueTask.FromResult(Convert.ToHexStringLower(id));
        }
    }

    private sealed class OpeningJobs(OpenScheduled open, TimeProvider time) : IJobFactory
    {
        public ValueTask<JobScope> CreateJob(TriggerFiredBundle bundle, IScheduler scheduler, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(new JobScope(new OpeningJob(open, time)));

        public ValueTask ReturnJob(JobScope scope, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
