namespace Settlement.Host.Fuzz.Targets;

/// <summary>
/// What cases of keys start from, where the platform draws a part of it: it would be another in each run, and a case could not be
/// run again by its number. All of it is public.
/// </summary>
internal static class KeySamples
{
    /// <summary>A signature of SHA-256 of the byte 4, by the key that seed 4 gives.</summary>
    public static readonly byte[] Signature = Convert.FromBase64String("""
        2pb0rl/QAv75SuEbXvFPrdf6ZSAQTYL72T1j6BtVqv35gmqxSgpL2QyZrQ1oxHy8lxhVnZPFGPXZyZrL0h74AA==
        """);

    /// <summary>The certificate of a node whose key seed 5 gives.</summary>
    public static readonly byte[] Identity = Convert.FromBase64String("""
        MIIBZTCCAQygAwIBAgIIC6EmIwaAJgEwCgYIKoZIzj0EAwIwGjEYMBYGA1UEAxMPc2V0dGxlbWVudCBub2RlMB4XDTI2MDMwMTA5MDAwMFoXDTM2MDIyODA5MDAwMFowGjEYMBYGA1UEAxMPc2V0dGxl
        bWVudCBub2RlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE37hnWX2SoGWkE9cQUFY3ewud5QOKE8+UWH6wFiDsKxBqFBQqYDZBgzeKMV6eETRXdo19uwsUwRU7Ukg3jbUbhKM8MDowDAYDVR0TAQH/
        BAIwADAOBgNVHQ8BAf8EBAMCB4AwGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMAoGCCqGSM49BAMCA0cAMEQCIGM2o+qyZZlmo8ifboJMInO1CXlxeXPv1I2AhEyWagp2AiABuxUkhN8zCP6MjUeI
        h8cIoqyoPHAwR+FtZQUyr7JeSA==
        """);

    /// <summary>A certificate of an RSA key of 2,048 bits.</summary>
    public static readonly byte[] Rsa = Convert.FromBase64String("""
        MIICnDCCAYSgAwIBAgIIDePDClrkgfQwDQYJKoZIhvcNAQELBQAwDjEMMAoGA1UEAxMDcnNhMB4XDTI2MDMwMjA5MDAwMFoXDTI2MDMwMzA5MDAwMFowDjEMMAoGA1UEAxMDcnNhMIIBIjANBgkqhkiG
        9w0BAQEFAAOCAQ8AMIIBCgKCAQEAysdJvcPJxWlG95jVhKk/Ftc9SSIXEIORnOpsvylvRs1VRpwFAuTXvw1LkjvjSym0Vptkw2+VRizZ9K5bF3ixtXOwGthoGFpoIujx9LsxAFPiM18nUsVioh28hVHC
        gjAOInRYBE4vcppaGBmOF5uBTNxfE7kHgZFP0HzwI0yC1PWhCEItFrV+T+IcdQDGBKPT0vaEDtD/z35alCxJAzJ28DIBsoZLU67VDh9l+qYKOzMHmjLIfvJxLi5Meb+EWo6Hiitu6HJdfsO+QSl+Yd3b
        eplKt+sQzcG7ESqwnGvxY00LZLJUS2PqduNAv0AJia/IfiU7pJESjNJzoYk+iKwjBQIDAQABMA0GCSqGSIb3DQEBCwUAA4IBAQCyQE+5KI+UKwq8jTMcjGi+y1bIh2Uy5hLB3ZseQslsViWzBuiKISK4
        k+XDPn+DvtkTEBUvQH6MQI/Bq1QIhnkhHa4/Mj43chApG2DxvKsHNPlP8fQKs/svaGo/7CBM0SjDNDkOBwzSJyUtvhyRyhAb27YMxEtVFFOq2eTwy3uwD1XG1s18sd8C6RHjrLpWn1gDTbyuQgY8EUTT
        a1Ge8OAX4ZrF4md2aYobARLRSO4x6auwE1JT7bjdbhJGQ5JIDBgSydk+KjzPKPREwJNpeQy+by5g1z2XvKR86wvO34AOKc3ovM7oBr3GukL8pmVZSXM/U0ST6kA/KXeJT9IKV3zW
        """);

    /// <summary>A certificate of a key on P-384.</summary>
    public static readonly byte[] P384 = Convert.FromBase64String("""
        MIIBTTCB1aADAgECAghjrQYpyHpR1TAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDEwRwMzg0MB4XDTI2MDMwMjA5MDAwMFoXDTI2MDMwMzA5MDAwMFowDzENMAsGA1UEAxMEcDM4NDB2MBAGByqGSM49AgEG
        BSuBBAAiA2IABN9PFFySLF8u7HemVgGMuar61wQw/UaRieo0IZ7VcpQ5MSxQJGe16CRoeIFrU0rGHHDZ8i9KIoJbkvc0P7he9YYbaOg4RmK86Xd4wtT7uTsRjjpIkrzieNY6sG9+U/G2FzAKBggqhkjO
        PQQDAgNnADBkAjBWUVRE8WHljkWuyvoXg1l5g/lE/MLPUVXsrDrh094C5mJkX4BFIGuaoImavTVlzm0CMFKKIIQHiyUNQuv6mL5ndU24IwdyxGPJPFZW8Wb4Uysx2v8ZbcnZEvIywtdu8l/mYQ==
        """);
}
