using Google.Protobuf;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Merkle;

/// <summary>A path as messages carry it.</summary>
internal static class MerklePath
{
    // A path has one digest a level, and no tree has more than 63 levels of two sides.
    private const int Longest = 128;

    /// <summary>Reads the hashes of a path; false where one is no hash, or there are more than any path has.</summary>
    public static bool TryRead(IReadOnlyList<ByteString> bytes, out List<Digest> path)
    {
        path = [];
        if (bytes.Count > Longest) return false;
        foreach (ByteString sibling in bytes)
        {
            if (!Digest.TryRead(sibling.Span, out Digest digest)) return false;
            path.Add(digest);
        }

        return true;
    }
}
