using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>
/// How much a machine still holds: the items of every collection, and the bytes of every text and array, that can be reached
/// from it. Unlike the process's memory it is the same in each run.
/// </summary>
internal static class Retained
{
    private const int ItemBytes = 16;
    private static readonly ConcurrentDictionary<Type, FieldInfo[]> Fields = new();

    /// <summary>Bytes, roughly.</summary>
    public static long BytesOf(object root)
    {
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        Stack<object> open = new([root]);
        long bytes = 0;
        while (open.TryPop(out object? value))
        {
            if (value is Delegate or Type or MemberInfo or Pointer || (!value.GetType().IsValueType && !seen.Add(value))) continue;
            if (value is string text)
            {
                bytes += text.Length * sizeof(char);
                continue;
            }

            if (value is Array array)
            {
                bytes += (long)array.Length * ItemBytes;
                if (array.GetType().GetElementType() is { IsPrimitive: true }) continue;
                foreach (object? item in array) if (item is not null) open.Push(item);
                continue;
            }

            if (value is ICollection collection) bytes += (long)collection.Count * ItemBytes;
            foreach (FieldInfo field in Fields.GetOrAdd(value.GetType(), static type => [.. FieldsOf(type)]))
                if (field.GetValue(value) is { } inner) open.Push(inner);
        }

        return bytes;
    }

    private static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (Type? at = type; at is not null && at != typeof(object); at = at.BaseType)
        {
            foreach (FieldInfo field in at.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                if (!field.FieldType.IsPrimitive && !field.FieldType.IsPointer && !field.FieldType.IsEnum) yield return field;
        }
    }
}
