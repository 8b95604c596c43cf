import Foundation
import Testing
import Timekeeping

@Suite struct TimeSpanTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String { text }
        let text: String
        let seconds: Int64
        var nanoseconds: Int32 = 0
        init(_ text: String, _ seconds: Int64, _ nanoseconds: Int32 = 0) {
            self.text = text
            self.seconds = seconds
            self.nanoseconds = nanoseconds
        }
    }

    @Test(arguments: [
        Row("0", 0), Row("0s", 0), Row("-0", 0), Row("90d", 7_776_000), Row("2w", 1_209_600), Row("1h30m", 5400),
        Row("20d30m", 1_729_800), Row("1.5h", 5400), Row(".5s", 0, 500_000_000), Row("250ms", 0, 250_000_000),
        Row("3us", 0, 3000), Row("7ns", 0, 7), Row("-5m", -300), Row("+5m", 300), Row("-1.5s", -1, -500_000_000),
        Row("-250ms", 0, -250_000_000), Row("1s1s", 2), Row("30m1h", 5400), Row("0.0000000019s", 0, 1),
        Row("315576000000s", 315_576_000_000), Row("-315576000000s", -315_576_000_000),
    ])
    func reads(_ row: Row) {
        let span = TimeSpan(row.text)
        #expect(span?.seconds == row.seconds)
        #expect(span?.nanoseconds == row.nanoseconds)
    }

    @Test(arguments: [
        "", "-", "5", "d", "1.s", "1 d", " 1d", "1d ", "1y", "1D", "١d", "--1d", "1d-2h", "1e3s", "1.2.3s",
        "315576000001s", "315576000000.000000001s", "9999999999999s", "1.0000000000000000001s",
        String(repeating: "1s", count: 33),
    ])
    func refuses(_ text: String) {
        #expect(TimeSpan(text) == nil)
    }

    @Test(arguments: [
        (Row("0s", 0)), Row("90d", 7_776_000), Row("1d2h", 93_600), Row("15m", 900), Row("1.5s", 1, 500_000_000),
        Row("0.000000001s", 0, 1), Row("-1d0.25s", -86_400, -250_000_000), Row("-0.25s", 0, -250_000_000),
        Row("1h0.1s", 3600, 100_000_000),
    ])
    func writesShortTextThatReadsBack(_ row: Row) {
        let span = TimeSpan(seconds: row.seconds, nanoseconds: Int64(row.nanoseconds))
        #expect(span.shortText == row.text)
        #expect(TimeSpan(row.text) == span)
    }

    struct Normal: Sendable {
        let seconds: Int64
        let nanoseconds: Int64
        let expected: [Int64]
    }

    @Test(arguments: [
        Normal(seconds: 1, nanoseconds: -1, expected: [0, 999_999_999]),
        Normal(seconds: -1, nanoseconds: 1, expected: [0, -999_999_999]),
        Normal(seconds: 0, nanoseconds: 999_999_999, expected: [0, 999_999_999]),
        Normal(seconds: 0, nanoseconds: 1_000_000_000, expected: [1, 0]),
        Normal(seconds: 0, nanoseconds: -1_000_000_001, expected: [-1, -1]),
        Normal(seconds: 2, nanoseconds: -2_500_000_000, expected: [0, -500_000_000]),
        Normal(seconds: -2, nanoseconds: 2_500_000_000, expected: [0, 500_000_000]),
    ])
    func bothPartsHaveOneSign(_ row: Normal) {
        let span = TimeSpan(seconds: row.seconds, nanoseconds: row.nanoseconds)
        #expect([span.seconds, Int64(span.nanoseconds)] == row.expected)
    }

    @Test func ordersByLengthAcrossZero() {
        let sorted = ["-2s", "-1.5s", "-1s", "-0.5s", "0s", "0.5s", "1s", "1.5s"].compactMap { TimeSpan($0) }
        #expect(sorted.count == 8)
        #expect(sorted.reversed().sorted() == sorted)
    }

    @Test func addsAndNegates() {
        #expect(TimeSpan.milliseconds(1500) + -TimeSpan.seconds(2) == TimeSpan.milliseconds(-500))
        #expect(TimeSpan.milliseconds(-1).milliseconds == -1)
        #expect(TimeSpan(seconds: 0, nanoseconds: -999_999).milliseconds == 0)
        #expect(TimeSpan.days(1) == .hours(24) && TimeSpan.hours(1) == .minutes(60))
    }

    @Test func travelsAsTextInJSON() throws {
        let text = try JSONEncoder().encode([TimeSpan.minutes(90)])
        #expect(String(decoding: text, as: UTF8.self) == #"["1h30m"]"#)
        #expect(try JSONDecoder().decode([TimeSpan].self, from: text) == [.minutes(90)])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([TimeSpan].self, from: Data(#"["soon"]"#.utf8))
        }
    }
}
