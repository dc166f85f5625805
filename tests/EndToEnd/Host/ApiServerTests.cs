using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Settlement.Host.Api;
using Settlement.Host.Configuration;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>The API's listener.</summary>
public sealed class ApiServerTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("192.0.2.1")]
    public void BeyondThisMachineItNeedsACertificate(string address)
    {
        ApiConfiguration configuration = new(new IPEndPoint(IPAddress.Parse(address), 0), null, null, 1, []);
        HostException refused = Assert.Throws<HostException>(() => ApiServer.CreateBuilder(configuration, 1, NullLoggerFactory.Instance));
        Assert.Equal(HostCodes.ListenBeyondLoopback, refused.Code);
    }

    [Fact]
    public async Task ATokenThatAsksTooOftenIsToldSoAndAnotherIsNot()
    {
        const int tries = 50;
        ApiConfiguration configuration = new(TestNodes.AnyPort, null, null, 1, TestNodes.Tokens);
        WebApplicationBuilder builder = ApiServer.CreateBuilder(configuration, 1, NullLoggerFactory.Instance);
        builder.Services.AddSingleton(TimeProvider.System);
        await using WebApplication server = builder.Build();
        server.UseChecks();
        server.MapGet("/asked", static () => "").Demands(ApiRole.Operator, ApiRole.Audit);
        await server.StartAsync(TestContext.Current.CancellationToken);
        using HttpClient http = new() { BaseAddress = new Uri(server.Urls.First()) };

        List<HttpStatusCode> answers = [];
        for (int i = 0; i < tries; i++)
        {
            using HttpResponseMessage answer = await AskAsync(http, TestNodes.OperatorToken);
            answers.Add(answer.StatusCode);
            if (answer.StatusCode != HttpStatusCode.TooManyRequests) continue;
            Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
            Assert.Contains(HostCodes.TooManyRequests, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, answers[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        using HttpResponseMessage other = await AskAsync(http, TestNodes.AuditToken);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public void ACertificateThatCannotBeReadIsRefused()
    {
        ApiConfiguration configuration = new(TestNodes.AnyPort, "/nonexistent/a.pem", "/nonexistent/a.key", 1, []);
        HostException refused = Assert.Throws<HostException>(() => ApiServer.CreateBuilder(configuration, 1, NullLoggerFactory.Instance));
        Assert.Equal(HostCodes.KeyMalformed, refused.Code);
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient http, string token)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/asked");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
