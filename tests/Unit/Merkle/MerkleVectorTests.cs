using System.Text.Json;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;

namespace Settlement.Tests.Unit.Merkle;

/// <summary>The published proofs, those that hold and those that must be refused.</summary>
public sealed class MerkleVectorTests
{
    [Fact]
    public void Inclusion_proofs_are_judged_as_published()
    {
        foreach ((string name, JsonElement vector) in Vectors("inclusion"))
        {
            bool holds = Number(vector, "leafIdx", out long index) & Number(vector, "treeSize", out long size)
                & Hash(vector.GetProperty("leafHash"), out Digest leaf) & Hash(vector.GetProperty("root"), out Digest root)
                & Path(vector, out List<Digest> path)
                && MerkleProof.VerifyInclusion(leaf, index, size, path, root);
            Assert.True(holds == !vector.GetProperty("wantErr").GetBoolean(), name);
        }
    }

    [Fact]
    public void Consistency_proofs_are_judged_as_published()
    {
        foreach ((string name, JsonElement vector) in Vectors("consistency"))
        {
            bool holds = Number(vector, "size1", out long size1) & Number(vector, "size2", out long size2)
                & Hash(vector.GetProperty("root1"), out Digest root1) & Hash(vector.GetProperty("root2"), out Digest root2)
                & Path(vector, out List<Digest> path)
                && MerkleProof.VerifyConsistency(size1, size2, root1, root2, path);
            Assert.True(holds == !vector.GetProperty("wantErr").GetBoolean(), name);
        }
    }

    [Fact]
    public void Nothing_is_proven_about_an_empty_tree()
    {
        Assert.False(MerkleProof.VerifyInclusion(Rfc6962.EmptyRoot, 0, 0, [], Rfc6962.EmptyRoot));
        Assert.False(MerkleProof.VerifyConsistency(0, 0, Rfc6962.EmptyRoot, Rfc6962.EmptyRoot, []));
        Assert.False(MerkleProof.VerifyConsistency(0, 1, Rfc6962.EmptyRoot, Rfc6962.HashLeaf([]), []));
    }

    private static IEnumerable<(string Name, JsonElement Vector)> Vectors(string kind)
    {
        string folder = TestData.Path("vectors", "merkle", kind);
        string[] files = Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            yield return (System.IO.Path.GetRelativePath(folder, file), document.RootElement.Clone());
        }
    }

    private static bool Number(JsonElement vector, string name, out long value) => vector.GetProperty(name).TryGetInt64(out value);

    private static bool Hash(JsonElement element, out Digest value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.String && Digest.TryRead(element.GetBytesFromBase64(), out value);
    }

    private static bool Path(JsonElement vector, out List<Digest> path)
    {
        path = [];
        JsonElement proof = vector.GetProperty("proof");
        if (proof.ValueKind == JsonValueKind.Null) return true;
        foreach (JsonElement element in proof.EnumerateArray())
        {
            if (!Hash(element, out Digest digest)) return false;
            path.Add(digest);
        }

        return true;
    }
}
