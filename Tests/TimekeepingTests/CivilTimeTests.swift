import Testing
import Timekeeping

@Suite struct CivilTimeTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let moment: String
        var offset: Int64 = 0
        let date: [Int64]
        let dayOfWeek: Int64
        let dayOfYear: Int64
    }

    @Test(arguments: [
        Row(
            testDescription: "the epoch, a Thursday", moment: "1970-01-01T00:00:00Z", date: [1970, 1, 1, 0, 0, 0],
            dayOfWeek: 4, dayOfYear: 0),
        Row(
            testDescription: "the second before it", moment: "1969-12-31T23:59:59Z",
            date: [1969, 12, 31, 23, 59, 59], dayOfWeek: 3, dayOfYear: 364),
        Row(
            testDescription: "year 1, a Monday", moment: "0001-01-01T00:00:00Z", date: [1, 1, 1, 0, 0, 0],
            dayOfWeek: 1, dayOfYear: 0),
        Row(
            testDescription: "the last second, a Friday", moment: "9999-12-31T23:59:59Z",
            date: [9999, 12, 31, 23, 59, 59], dayOfWeek: 5, dayOfYear: 364),
        Row(
            testDescription: "the moon landing, a Sunday", moment: "1969-07-20T20:17:40Z",
            date: [1969, 7, 20, 20, 17, 40], dayOfWeek: 0, dayOfYear: 200),
        Row(
            testDescription: "a leap day", moment: "2024-02-29T23:59:59Z", date: [2024, 2, 29, 23, 59, 59],
            dayOfWeek: 4, dayOfYear: 59),
        Row(
            testDescription: "the day after it", moment: "2024-03-01T00:00:00Z", date: [2024, 3, 1, 0, 0, 0],
            dayOfWeek: 5, dayOfYear: 60),
        Row(
            testDescription: "the end of a leap year", moment: "2000-12-31T00:00:00Z", date: [2000, 12, 31, 0, 0, 0],
            dayOfWeek: 0, dayOfYear: 365),
        Row(
            testDescription: "no leap day in 1900", moment: "1900-03-01T00:00:00Z", date: [1900, 3, 1, 0, 0, 0],
            dayOfWeek: 4, dayOfYear: 59),
        Row(
            testDescription: "an offset over the end of a year", moment: "2025-12-31T23:30:00Z", offset: 3600,
            date: [2026, 1, 1, 0, 30, 0], dayOfWeek: 4, dayOfYear: 0),
        Row(
            testDescription: "an offset back over it", moment: "2026-01-01T00:30:00Z", offset: -3600,
            date: [2025, 12, 31, 23, 30, 0], dayOfWeek: 3, dayOfYear: 364),
    ])
    func showsDateTimeAndDay(_ row: Row) throws {
        let civil = CivilTime(try #require(Timestamp(rfc3339: row.moment)), offset: row.offset)
        #expect([civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second] == row.date)
        #expect(civil.dayOfWeek == row.dayOfWeek)
        #expect(civil.dayOfYear == row.dayOfYear)
    }

    @Test func everyDayOfTenThousandYearsFollowsTheOneBefore() {
        var previous = CivilTime(.earliest)
        for day in 1...((Timestamp.latest.seconds - Timestamp.earliest.seconds) / 86_400) {
            let civil = CivilTime(Timestamp(seconds: Timestamp.earliest.seconds + day * 86_400))
            let isNextDay = civil.month == previous.month && civil.day == previous.day + 1
            let isNextMonth = civil.day == 1 && previous.day >= 28 && civil.month == previous.month % 12 + 1
            guard isNextDay || isNextMonth, civil.dayOfWeek == (previous.dayOfWeek + 1) % 7 else {
                Issue.record("\(civil) comes after \(previous)")
                return
            }
            previous = civil
        }
        #expect([previous.year, previous.month, previous.day] == [9999, 12, 31])
    }
}
