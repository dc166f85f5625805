using System.Text.Json.Serialization;

namespace Settlement.Client;

/// <summary>Money issued to a bank's account.</summary>
/// <param name="Reference">The same reference is credited once.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Amount">A decimal number above zero.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreditOrder(string Reference, string Currency, string Amount);

/// <summary>What an account holds; a decimal number.</summary>
public sealed record Balance(string Owner, string Currency, string Amount);

/// <summary>The settlement agent's books: accounts, pools and what is set aside always sum to what was issued.</summary>
/// <param name="Accounts">By bank.</param>
/// <param name="Pools">By channel.</param>
/// <param name="Issued">By currency; the owner is empty.</param>
public sealed record BooksInfo(IReadOnlyList<Balance> Accounts, IReadOnlyList<Balance> Pools, IReadOnlyList<Balance> Issued)
{
    /// <summary>What cycles have set aside of accounts until the ledger decides; the owner is the cycle.</summary>
    public IReadOnlyList<Balance> SetAside { get => field ?? []; init; }
}

/// <summary>How large the ledger's log is.</summary>
/// <param name="Size">Leaves.</param>
/// <param name="Root">The root over them, 64 hexadecimal digits.</param>
/// <param name="Checkpoint">The signed note.</param>
public sealed record LogSize(long Size, string Root, string Checkpoint);

/// <summary>A node's health in one word.</summary>
public sealed record HealthAnswer(string Status);
