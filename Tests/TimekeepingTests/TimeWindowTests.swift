import Testing
import Timekeeping

@Suite struct TimeWindowTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let minute: Double
        let isCounted: Bool
    }

    static let window = TimeWindow(minutes: 15, until: Timestamp(milliseconds: 60 * 60_000))

    @Test(arguments: [
        Row(testDescription: "its first moment", minute: 45, isCounted: true),
        Row(testDescription: "a millisecond before it", minute: 44.99998, isCounted: false),
        Row(testDescription: "its last millisecond", minute: 59.99998, isCounted: true),
        Row(testDescription: "the end, which belongs to the next window", minute: 60, isCounted: false),
    ])
    func countsTheStartAndNotTheEnd(_ row: Row) {
        let moment = Timestamp(milliseconds: Int64(row.minute * 60_000))
        #expect(Self.window.contains(moment) == row.isCounted)
    }

    @Test func anEndBeforeTheStartGivesAnEmptyWindow() {
        let window = TimeWindow(start: Timestamp(seconds: 5), end: Timestamp(seconds: 4))
        #expect(window.isEmpty && window.length == .zero && !window.contains(Timestamp(seconds: 5)))
        #expect(!TimeWindow(.seconds(1), until: Timestamp(seconds: 5)).isEmpty)
    }

    @Test func aWindowBeforeYearOneIsCutOff() {
        #expect(TimeWindow(.days(1), until: .earliest + .hours(1)).start == .earliest)
    }
}
