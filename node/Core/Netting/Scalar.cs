using System.Buffers.Binary;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Netting;

/// <summary>
/// An integer modulo the order n of P-256, in four words. No branch and no index depends on its value, because it may be
/// secret. Invariant: it is below n, so each has one form.
/// </summary>
internal readonly record struct Scalar
{
    /// <summary>The length in bytes.</summary>
    public const int Length = P256.ScalarLength;

    private const int WordLength = sizeof(ulong), Bits = 256;

    // The order in words, the most significant first (SP 800-186, 3.2.1.3).
    private const ulong OrderA = 0xffffffff00000000, OrderB = 0xffffffffffffffff, OrderC = 0xbce6faada7179e84, OrderD = 0xf3b9cac2fc632551;

    private readonly ulong a, b, c, d;

    private Scalar(ulong a, ulong b, ulong c, ulong d)
    {
        this.a = a;
        this.b = b;
        this.c = c;
        this.d = d;
    }

    /// <summary>2^128, further from zero than any amount.</summary>
    public static Scalar TwoTo128 => new(0, 1, 0, 0);

    /// <summary>The integer, a negative one as what it is modulo n.</summary>
    public static Scalar Of(long value)
    {
        // Two's complement: the word as an unsigned integer, less 2^64 where the sign is set. So the least integer works too.
        ulong word = (ulong)value;
        return new Scalar(0, 0, 0, word) - new Scalar(0, 0, word >> 63, 0);
    }

    /// <summary>The 64 bytes of both digests, big-endian, modulo n.</summary>
    public static Scalar Reduce(Digest first, Digest second)
    {
        Scalar high = Read(first);
        for (int bit = 0; bit < Bits; bit++) high += high;
        return high + Read(second);
    }

    /// <summary>Reads 32 big-endian bytes; false for another length and for what is not below n.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Scalar scalar)
    {
        scalar = default;
        if (bytes.Length != Length) return false;
        Scalar read = Words(bytes);
        if (read.LessOrder(out _) == 0) return false;
        scalar = read;
        return true;
    }

    /// <summary>Writes 32 big-endian bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[WordLength..], b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[(2 * WordLength)..], c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[(3 * WordLength)..], d);
    }

    /// <summary>The sum modulo n.</summary>
    public static Scalar operator +(Scalar left, Scalar right) => Sum(left, right, out ulong carry).Reduced(carry);

    /// <summary>The difference modulo n.</summary>
    public static Scalar operator -(Scalar left, Scalar right)
    {
        Scalar difference = Difference(left, right, out ulong borrow);
        ulong wentBelow = 0 - borrow;
        return Sum(difference, new Scalar(OrderA & wentBelow, OrderB & wentBelow, OrderC & wentBelow, OrderD & wentBelow), out _);
    }

    /// <summary>Not the value: it may be secret.</summary>
    public override string ToString() => nameof(Scalar);

    // Any 32 bytes are below 2n, so one subtraction reduces them.
    private static Scalar Read(Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        digest.CopyTo(bytes);
        return Words(bytes).Reduced(0);
    }

    private static Scalar Words(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[WordLength..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[(2 * WordLength)..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[(3 * WordLength)..]));

    // What is below 2n, with a carry of 2^256, less n unless that is below zero.
    private Scalar Reduced(ulong carry)
    {
        ulong borrow = LessOrder(out Scalar less);
        ulong kept = 0 - (borrow & ~carry);
        return new Scalar((a & kept) | (less.a & ~kept), (b & kept) | (less.b & ~kept), (c & kept) | (less.c & ~kept), (d & kept) | (less.d & ~kept));
    }

    // The borrow is 1 when the words are below n.
    private ulong LessOrder(out Scalar less)
    {
        less = Difference(this, new Scalar(OrderA, OrderB, OrderC, OrderD), out ulong borrow);
        return borrow;
    }

    private static Scalar Sum(Scalar left, Scalar right, out ulong carry)
    {
        carry = 0;
        ulong fourth = Add(left.d, right.d, ref carry), third = Add(left.c, right.c, ref carry), second = Add(left.b, right.b, ref carry);
        return new Scalar(Add(left.a, right.a, ref carry), second, third, fourth);
    }

    private static Scalar Difference(Scalar left, Scalar right, out ulong borrow)
    {
        borrow = 0;
        ulong fourth = Subtract(left.d, right.d, ref borrow), third = Subtract(left.c, right.c, ref borrow), second = Subtract(left.b, right.b, ref borrow);
        return new Scalar(Subtract(left.a, right.a, ref borrow), second, third, fourth);
    }

    // Carry and borrow by the bits themselves: a comparison might become a branch.
    private static ulong Add(ulong left, ulong right, ref ulong carry)
    {
        ulong sum = unchecked(left + right + carry);
        carry = ((left & right) | ((left | right) & ~sum)) >> 63;
        return sum;
    }

    private static ulong Subtract(ulong left, ulong right, ref ulong borrow)
    {
        ulong difference = unchecked(left - right - borrow);
        borrow = ((~left & right) | (~(left ^ right) & difference)) >> 63;
        return difference;
    }
}
