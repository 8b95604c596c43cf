import Foundation
import Testing
import Timekeeping

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, 0, 0), (1, 0, 1_000_000), (999, 0, 999_000_000), (1000, 1, 0), (-1, -1, 999_000_000), (-1000, -1, 0),
            (-1001, -2, 999_000_000),
        ] as [(Int64, Int64, UInt32)])
    func readsAndGivesMilliseconds(_ milliseconds: Int64, seconds: Int64, nanoseconds: UInt32) {
        let moment = Timestamp(milliseconds: milliseconds)
        #expect(moment == Timestamp(seconds: seconds, nanoseconds: nanoseconds))
        #expect(moment.milliseconds == milliseconds)
    }

    @Test func cutsBelowAMillisecondTowardsThePast() {
        #expect(Timestamp(seconds: -1, nanoseconds: 999_999_999).milliseconds == -1)
        #expect(Timestamp(seconds: 0, nanoseconds: 999_999).milliseconds == 0)
    }

    struct Sum: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let moment: Timestamp
        let span: TimeSpan
        let expected: Timestamp
        let overflow: Bool
    }

    @Test(arguments: [
        Sum(
            testDescription: "carries a second", moment: Timestamp(seconds: 5, nanoseconds: 600_000_000),
            span: .milliseconds(400), expected: Timestamp(seconds: 6), overflow: false),
        Sum(
            testDescription: "borrows a second", moment: Timestamp(seconds: 5), span: .milliseconds(-1),
            expected: Timestamp(seconds: 4, nanoseconds: 999_000_000), overflow: false),
        Sum(
            testDescription: "reaches the last moment", moment: .latest, span: .zero, expected: .latest,
            overflow: false),
        Sum(
            testDescription: "a nanosecond past the last", moment: .latest,
            span: TimeSpan(seconds: 0, nanoseconds: 1), expected: .latest, overflow: true),
        Sum(
            testDescription: "a nanosecond before the first", moment: .earliest,
            span: TimeSpan(seconds: 0, nanoseconds: -1), expected: .earliest, overflow: true),
        Sum(
            testDescription: "from first to last", moment: .earliest, span: Timestamp.latest - Timestamp.earliest,
            expected: .latest, overflow: false),
        Sum(
            testDescription: "past what a number holds", moment: Timestamp(seconds: 1), span: .seconds(.max),
            expected: .latest, overflow: true),
    ])
    func addsWithinTheRange(_ row: Sum) {
        let (moment, overflow) = row.moment.addingReportingOverflow(row.span)
        #expect(moment == row.expected)
        #expect(overflow == row.overflow)
        #expect(row.moment + row.span == row.expected)
    }

    @Test func theDifferenceLeadsBack() {
        let early = Timestamp(seconds: -3, nanoseconds: 999_999_999)
        let late = Timestamp(seconds: 7, nanoseconds: 1)
        #expect(late - early == TimeSpan(seconds: 9, nanoseconds: 2))
        #expect(early + (late - early) == late)
        #expect(late - (late - early) == early)
    }

    @Test func travelsAsRFC3339InJSON() throws {
        let moment = Timestamp(milliseconds: 1_769_904_000_120)
        let text = try JSONEncoder().encode([moment])
        #expect(String(decoding: text, as: UTF8.self) == #"["2026-02-01T00:00:00.120Z"]"#)
        #expect(try JSONDecoder().decode([Timestamp].self, from: text) == [moment])
    }

    @Test func aSecondIsNotNanoseconds() async {
        await #expect(processExitsWith: .failure) {
            _ = Timestamp(seconds: 0, nanoseconds: 1_000_000_000)
        }
    }

    @Test func aManualClockMovesByItsSleeps() async throws {
        let clock = ManualClock(Timestamp(seconds: 100))
        try await clock.sleep(for: .minutes(1))
        clock.advance(by: .seconds(2))
        #expect(clock.now() == Timestamp(seconds: 162))
        clock.set(to: Timestamp(seconds: 5))
        #expect(clock.now() == Timestamp(seconds: 5))
    }
}
