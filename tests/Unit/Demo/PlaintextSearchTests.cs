using System.Security.Cryptography;
using System.Text;
using Settlement.Host.Demo;

namespace Settlement.Tests.Unit.Demo;

/// <summary>A search that misses a form would let the privacy test pass over a leak.</summary>
public class PlaintextSearchTests
{
    private const string Secret = "Zürich canary 4711+/?";

    public static TheoryData<string, byte[]> Forms()
    {
        byte[] plain = Encoding.UTF8.GetBytes(Secret);
        byte[] hash = SHA256.HashData(plain);
        TheoryData<string, byte[]> forms = new()
        {
            { "plain", plain },
            { "UTF-16LE", Encoding.Unicode.GetBytes(Secret) },
            { "UTF-16BE", Encoding.BigEndianUnicode.GetBytes(Secret) },
            { "hexadecimal", Ascii(Convert.ToHexStringLower(plain)) },
            { "capital hexadecimal", Ascii(Convert.ToHexString(plain)) },
            { "hash", hash },
            { "hash in hexadecimal", Ascii(Convert.ToHexStringLower(hash)) },
            { "hash in base64", Ascii(Convert.ToBase64String(hash)) },
        };
        for (int before = 0; before < 6; before++)
        {
            byte[] inside = [.. Enumerable.Repeat((byte)0xA7, before), .. plain, .. Enumerable.Repeat((byte)0x5C, 5 - before)];
            forms.Add($"base64 after {before} bytes", Ascii(Convert.ToBase64String(inside)));
            forms.Add($"base64 for addresses after {before} bytes", Ascii(Convert.ToBase64String(inside).Replace('+', '-').Replace('/', '_')));
        }

        return forms;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_is_found_inside_other_bytes(string form, byte[] stored)
    {
        byte[] content = [1, 2, 3, .. stored, 4, 5, 6];
        Assert.True(new PlaintextSearch(Secret).IsIn(content), form);
    }

    [Fact]
    public void Other_content_is_not_taken_for_it()
    {
        byte[] content = Encoding.UTF8.GetBytes("Zürich canary 4712+/? " + Convert.ToBase64String(SHA256.HashData([1, 2, 3])));
        Assert.Null(new PlaintextSearch(Secret).Find(content));
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
