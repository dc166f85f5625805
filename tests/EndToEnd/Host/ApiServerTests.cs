using System.Net;
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
    public void ACertificateThatCannotBeReadIsRefused()
    {
        ApiConfiguration configuration = new(TestNodes.AnyPort, "/nonexistent/a.pem", "/nonexistent/a.key", 1, []);
        HostException refused = Assert.Throws<HostException>(() => ApiServer.CreateBuilder(configuration, 1, NullLoggerFactory.Instance));
        Assert.Equal(HostCodes.KeyMalformed, refused.Code);
    }
}
