using Settlement.Client;
using Settlement.Host.Api;
using Settlement.Host.Running;

namespace Settlement.Host.Health;

/// <summary>Whether the process lives, and whether it may be given work.</summary>
internal static class HealthSlice
{
    public static void AddHealth(this IServiceCollection services, NodeHealth health) => services.AddSingleton(health);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", static context => AnswerAsync(context, StatusCodes.Status200OK, "live")).Demands();
        routes.MapGet("/health/ready", static context =>
        {
            bool ready = context.RequestServices.GetRequiredService<NodeHealth>().IsReady;
            return AnswerAsync(context, ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, ready ? "ready" : "not ready");
        }).Demands();
    }

    private static Task AnswerAsync(HttpContext context, int status, string word) =>
        ApiRequest.WriteAsync(context, status, new HealthAnswer(word), ApiJson.Default.HealthAnswer);
}
