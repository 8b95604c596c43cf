import Testing
import Timekeeping

@Suite struct RFC3339Tests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let seconds: Int64
        var nanoseconds: UInt32 = 0
    }

    @Test(arguments: [
        Row(testDescription: "the epoch", text: "1970-01-01T00:00:00Z", seconds: 0),
        Row(testDescription: "the second before it", text: "1969-12-31T23:59:59Z", seconds: -1),
        Row(testDescription: "the first moment", text: "0001-01-01T00:00:00Z", seconds: -62_135_596_800),
        Row(
            testDescription: "the last moment", text: "9999-12-31T23:59:59.999999999Z", seconds: 253_402_300_799,
            nanoseconds: 999_999_999),
        Row(testDescription: "a leap day", text: "2024-02-29T12:00:00Z", seconds: 1_709_208_000),
        Row(testDescription: "the leap day of a 400th year", text: "2000-02-29T00:00:00Z", seconds: 951_782_400),
        Row(testDescription: "an offset to the east", text: "2026-02-01T01:30:00+01:30", seconds: 1_769_904_000),
        Row(testDescription: "an offset to the west", text: "2026-01-31T19:00:00-05:00", seconds: 1_769_904_000),
        Row(testDescription: "the largest offset", text: "2026-02-01T23:59:00+23:59", seconds: 1_769_904_000),
        Row(testDescription: "small letters", text: "2026-02-01t00:00:00z", seconds: 1_769_904_000),
        Row(
            testDescription: "one digit of a fraction", text: "2026-02-01T00:00:00.5Z", seconds: 1_769_904_000,
            nanoseconds: 500_000_000),
        Row(
            testDescription: "nine digits", text: "2026-02-01T00:00:00.000000001Z", seconds: 1_769_904_000,
            nanoseconds: 1),
        Row(
            testDescription: "a tenth digit, which is cut off", text: "2026-02-01T00:00:00.0000000019Z",
            seconds: 1_769_904_000, nanoseconds: 1),
        Row(
            testDescription: "a fraction before 1970", text: "1969-12-31T23:59:59.25Z", seconds: -1,
            nanoseconds: 250_000_000),
        Row(testDescription: "a leap second", text: "2016-12-31T23:59:60Z", seconds: 1_483_228_799),
    ])
    func reads(_ row: Row) {
        #expect(Timestamp(rfc3339: row.text) == Timestamp(seconds: row.seconds, nanoseconds: row.nanoseconds))
    }

    @Test(arguments: [
        "", "2026-02-01", "2026-02-01T00:00:00", "2026-02-01 00:00:00Z", "2026-02-01T00:00:00.Z",
        "2026-02-01T00:00:00Zx", "2026-02-01T00:00:00+0100", "2026-02-01T00:00:00+01:60", "2026-02-01T00:00:00+24:00",
        "2026-02-01T24:00:00Z", "2026-02-01T00:60:00Z", "2026-02-01T00:00:61Z", "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z", "0000-12-31T23:59:59Z", "10000-01-01T00:00:00Z", "2026-02-01T00:00:0٣Z",
        "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "-001-01-01T00:00:00Z",
        "2026-02-01T00:00:00." + String(repeating: "0", count: 60) + "Z",
    ])
    func refuses(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(arguments: [
        Row(testDescription: "no fraction", text: "2026-02-01T00:00:00Z", seconds: 1_769_904_000),
        Row(
            testDescription: "milliseconds", text: "2026-02-01T00:00:00.120Z", seconds: 1_769_904_000,
            nanoseconds: 120_000_000),
        Row(
            testDescription: "microseconds", text: "2026-02-01T00:00:00.120001Z", seconds: 1_769_904_000,
            nanoseconds: 120_001_000),
        Row(
            testDescription: "nanoseconds", text: "2026-02-01T00:00:00.000000001Z", seconds: 1_769_904_000,
            nanoseconds: 1),
        Row(testDescription: "year 1", text: "0001-01-01T00:00:00Z", seconds: -62_135_596_800),
        Row(testDescription: "a year of three digits", text: "0999-12-31T23:59:59Z", seconds: -30_610_224_001),
    ])
    func writes(_ row: Row) {
        #expect(Timestamp(seconds: row.seconds, nanoseconds: row.nanoseconds).rfc3339 == row.text)
    }

    @Test func whatItWritesItReadsBackAllOverTenThousandYears() {
        var seconds = Timestamp.earliest.seconds
        while seconds <= Timestamp.latest.seconds {
            let moment = Timestamp(seconds: seconds, nanoseconds: UInt32(abs(seconds % 1000)) * 1_000_001 % 999_999_999)
            guard Timestamp(rfc3339: moment.rfc3339) == moment else {
                Issue.record("\(moment.rfc3339) does not read back")
                return
            }
            seconds += 29 * 86_400 + 7
        }
    }
}
