import Testing
import Timekeeping

@Suite struct CalendarWindowsTests {
    struct Day: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let zone: String
        let moment: String
        let start: String
    }

    @Test(arguments: [
        Day(
            testDescription: "midnight in winter", zone: "Europe/Berlin", moment: "2026-01-15T22:59:59Z",
            start: "2026-01-14T23:00:00Z"),
        Day(
            testDescription: "the next midnight", zone: "Europe/Berlin", moment: "2026-01-15T23:00:00Z",
            start: "2026-01-15T23:00:00Z"),
        Day(
            testDescription: "the evening of a day of 23 hours", zone: "Europe/Berlin",
            moment: "2026-03-29T21:59:59Z", start: "2026-03-28T23:00:00Z"),
        Day(
            testDescription: "the evening of a day of 25 hours", zone: "Europe/Berlin",
            moment: "2026-10-25T22:59:59Z", start: "2026-10-24T22:00:00Z"),
        Day(
            testDescription: "a day without a midnight", zone: "America/Sao_Paulo", moment: "2018-11-04T12:00:00Z",
            start: "2018-11-04T03:00:00Z"),
        Day(
            testDescription: "a day with two midnights begins at the first", zone: "America/Havana",
            moment: "2024-11-03T12:00:00Z", start: "2024-11-03T04:00:00Z"),
        Day(
            testDescription: "the day after one that was left out", zone: "Pacific/Apia",
            moment: "2011-12-30T12:00:00Z", start: "2011-12-30T10:00:00Z"),
        Day(
            testDescription: "before 1970", zone: "UTC", moment: "1969-12-31T23:59:59Z",
            start: "1969-12-31T00:00:00Z"),
        Day(testDescription: "year 1", zone: "+02:00", moment: "0001-01-01T00:00:00Z", start: "0001-01-01T00:00:00Z"),
    ])
    func findsTheStartOfTheDay(_ row: Day) throws {
        let zone = try #require(TimeZoneRules.named(row.zone))
        #expect(zone.startOfDay(holding: try #require(Timestamp(rfc3339: row.moment))).rfc3339 == row.start)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let zone: String
        let length: String
        let moment: String
        let start: String
        let end: String
    }

    @Test(arguments: [
        Row(
            testDescription: "15 minutes", zone: "UTC", length: "15m", moment: "2026-01-15T10:14:59.999Z",
            start: "2026-01-15T10:00:00Z", end: "2026-01-15T10:15:00Z"),
        Row(
            testDescription: "the first moment of the next", zone: "UTC", length: "15m",
            moment: "2026-01-15T10:15:00Z", start: "2026-01-15T10:15:00Z", end: "2026-01-15T10:30:00Z"),
        Row(
            testDescription: "an hour in a zone of quarters", zone: "Asia/Kathmandu", length: "1h",
            moment: "2026-01-15T10:10:00Z", start: "2026-01-15T09:15:00Z", end: "2026-01-15T10:15:00Z"),
        Row(
            testDescription: "a day of 23 hours", zone: "Europe/Berlin", length: "1d",
            moment: "2026-03-29T12:00:00Z", start: "2026-03-28T23:00:00Z", end: "2026-03-29T22:00:00Z"),
        Row(
            testDescription: "a week begins on Monday", zone: "UTC", length: "7d", moment: "2026-01-18T23:59:59Z",
            start: "2026-01-12T00:00:00Z", end: "2026-01-19T00:00:00Z"),
        Row(
            testDescription: "a length that does not divide the day is cut off", zone: "UTC", length: "7h",
            moment: "2026-01-15T22:00:00Z", start: "2026-01-15T21:00:00Z", end: "2026-01-16T00:00:00Z"),
        Row(
            testDescription: "36 hours from a Monday", zone: "UTC", length: "36h", moment: "1970-01-01T00:00:00Z",
            start: "1970-01-01T00:00:00Z", end: "1970-01-02T12:00:00Z"),
    ])
    func findsTheWindow(_ row: Row) throws {
        let zone = try #require(TimeZoneRules.named(row.zone))
        let window = zone.window(
            of: try #require(TimeSpan(row.length)), holding: try #require(Timestamp(rfc3339: row.moment)))
        #expect(window.start.rfc3339 == row.start)
        #expect(window.end.rfc3339 == row.end)
    }

    @Test(
        arguments: [
            "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu", "UTC",
        ],
        ["15m", "1h", "6h", "7h", "1d", "3d", "7d", "36h"])
    func everyMomentIsInExactlyOneWindow(_ name: String, _ length: String) throws {
        let zone = try #require(TimeZoneRules.named(name))
        let size = try #require(TimeSpan(length))
        for year in ["2011-12-20T00:00:00Z", "2018-10-28T00:00:00Z", "2026-03-20T00:00:00Z", "2026-10-20T00:00:00Z"] {
            var moment = try #require(Timestamp(rfc3339: year))
            let end = moment + .days(20)
            var last: TimeWindow?
            while moment < end {
                let window = zone.window(of: size, holding: moment)
                #expect(window.contains(moment), "\(window) does not hold \(moment.rfc3339)")
                if let last, last != window { #expect(last.end == window.start) }
                last = window
                moment = moment + .minutes(15)
            }
        }
    }
}
