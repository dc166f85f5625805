using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>An ordinary moment: a Monday at noon, whoever may act acts, and one participant plays each party.</summary>
internal static class TestOccasion
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static Occasion Of(ContractAction action) => new(Noon, BusinessCalendar.Weekdays, new Seat(action.By.Party?.Index ?? 0));
}
