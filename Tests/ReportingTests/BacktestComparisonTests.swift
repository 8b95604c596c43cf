import Alerting
import Reporting
import Testing
import Timekeeping

/// What counts as gained, lost, changed or the same.
@Suite struct BacktestComparisonTests {
    static let range = BacktestRange(from: at(0), to: at(100))

    static func at(_ minute: Int64) -> Timestamp { Timestamp(seconds: 1_772_323_200 + minute * 60) }

    /// An alert of one key whose findings come from `first` to `last`, and may be joined for ten minutes more.
    static func alert(
        _ id: String, _ first: Int64, _ last: Int64? = nil, key: String = "7", rule: String = "a-rule",
        policy: String = "baseline", severity: Severity = .high, count: Int = 1, message: String = "text",
        values: [Finding.Evidence] = []
    ) -> BacktestAlert {
        BacktestAlert(
            id: id, policy: policy, rule: rule, key: [.text(key)], severity: severity, count: count, message: message,
            values: values, first: at(first), last: at(last ?? first), end: at((last ?? first) + 10))
    }

    /// A state that is seen from `first` to `last`, and is over at `until`.
    static func state(_ id: String, _ first: Int64, _ last: Int64, until: Int64?) -> BacktestAlert {
        var alert = alert(id, first, last)
        alert.stands = until.map(at) ?? .latest
        alert.end = alert.stands
        return alert
    }

    static func value(_ number: Double) -> [Finding.Evidence] { [.init(name: "n", value: .double(number))] }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var before: [BacktestAlert] = []
        var after: [BacktestAlert] = []
        var gained: [String] = []
        var lost: [String] = []
        /// The id after, and what differs.
        var changed: [String: [BacktestChange.Field]] = [:]
    }

    @Test(arguments: [
        Row(testDescription: "nothing on both sides"),
        Row(testDescription: "the same alert", before: [alert("x", 5, 9)], after: [alert("x", 5, 9)]),
        Row(testDescription: "only after", after: [alert("x", 5)], gained: ["x"]),
        Row(testDescription: "only before", before: [alert("x", 5)], lost: ["x"]),
        Row(
            testDescription: "another severity", before: [alert("x", 5)], after: [alert("x", 5, severity: .low)],
            changed: ["x": [.severity]]),
        Row(
            testDescription: "another count", before: [alert("x", 5)], after: [alert("x", 5, count: 2)],
            changed: ["x": [.count]]),
        Row(
            testDescription: "another message and other values", before: [alert("x", 5, values: value(1))],
            after: [alert("x", 5, message: "words", values: value(2))], changed: ["x": [.message, .values]]),
        Row(
            testDescription: "no number is the same as no number", before: [alert("x", 5, values: value(.nan))],
            after: [alert("x", 5, values: value(.nan))]),
        Row(
            testDescription: "a value more", before: [alert("x", 5)], after: [alert("x", 5, values: value(1))],
            changed: ["x": [.values]]),
        Row(
            testDescription: "opened earlier, and so under another id", before: [alert("x", 9, 12)],
            after: [alert("y", 5, 12, count: 3)], changed: ["y": [.opened, .count]]),
        Row(
            testDescription: "opened at the same moment by another activity", before: [alert("x", 5)],
            after: [alert("y", 5)], changed: ["y": [.opened]]),
        Row(
            testDescription: "their times just meet", before: [alert("x", 15)], after: [alert("y", 5)],
            changed: ["y": [.opened]]),
        Row(
            testDescription: "their times just do not meet", before: [alert("x", 16)], after: [alert("y", 5)],
            gained: ["y"], lost: ["x"]),
        Row(
            testDescription: "another key", before: [alert("x", 5)], after: [alert("y", 5, key: "8")], gained: ["y"],
            lost: ["x"]),
        Row(
            testDescription: "keys that only look alike", before: [alert("x", 5, key: "\u{e9}")],
            after: [alert("y", 5, key: "e\u{301}")], gained: ["y"], lost: ["x"]),
        Row(
            testDescription: "another rule", before: [alert("x", 5)], after: [alert("y", 5, rule: "b-rule")],
            gained: ["y"], lost: ["x"]),
        Row(
            testDescription: "another policy", before: [alert("x", 5)], after: [alert("y", 5, policy: "strict")],
            gained: ["y"], lost: ["x"]),
        Row(
            testDescription: "one became two, and the first is the one that was",
            before: [alert("x", 5, 40, count: 9)], after: [alert("x", 5, count: 9), alert("y", 30)], gained: ["y"],
            changed: [:]),
        Row(
            testDescription: "two became one", before: [alert("x", 5), alert("y", 30)],
            after: [alert("z", 4, 31, count: 4)], lost: ["y"], changed: ["z": [.opened, .count]]),
        Row(
            testDescription: "at both ends of the range", before: [alert("x", 0)], after: [alert("y", 100)],
            gained: ["y"], lost: ["x"]),
        Row(testDescription: "just outside of the range", before: [alert("x", -1)], after: [alert("y", 101)]),
        Row(
            testDescription: "a state that was seen before the range and stands in it",
            before: [state("x", -60, 120, until: nil)], after: [state("y", -5, -5, until: nil)]),
        Row(
            testDescription: "a state that ends as the range begins", before: [state("x", -60, -60, until: 0)],
            lost: ["x"]),
        Row(testDescription: "a state that ended just before it", before: [state("x", -60, -60, until: -1)]),
        Row(
            testDescription: "from before the range: what it says counts, how it began does not",
            before: [alert("x", -30, 5, count: 99)], after: [alert("y", -9, 5, severity: .low, message: "words")],
            changed: ["y": [.severity, .message]]),
        Row(
            testDescription: "went on after the range: only how it began counts",
            before: [alert("x", 90, 200, count: 9, message: "later")], after: [alert("x", 90, severity: .low)]),
        Row(
            testDescription: "went on after the range, and began elsewhere", before: [alert("x", 90, 200)],
            after: [alert("y", 91)], changed: ["y": [.opened]]),
    ])
    func tellsAlertsApart(_ row: Row) {
        let compared = BacktestComparison(before: row.before, after: row.after, in: Self.range)
        #expect(compared.gained.map(\.id) == row.gained)
        #expect(compared.lost.map(\.id) == row.lost)
        let changed = compared.changed.map { ($0.after.id, $0.fields) }
        #expect(Dictionary(uniqueKeysWithValues: changed) == row.changed)
        #expect(compared.isEmpty == (row.gained.isEmpty && row.lost.isEmpty && row.changed.isEmpty))
    }

    @Test func theOrderOfTheAlertsDoesNotMatter() {
        let before = (0..<20).map { Self.alert("b\($0)", Int64($0 * 13 % 97), key: "\($0 % 4)") }
        let after = (0..<20).map { Self.alert("a\($0)", Int64($0 * 7 % 97), key: "\($0 % 5)") }
        let compared = BacktestComparison(before: before, after: after, in: Self.range)
        #expect(!compared.gained.isEmpty && !compared.lost.isEmpty && !compared.changed.isEmpty)
        #expect(
            BacktestComparison(before: before.reversed(), after: after.reversed(), in: Self.range) == compared)
    }

    @Test func theOtherWayRoundGainedAreLost() {
        let before = [Self.alert("x", 5), Self.alert("y", 50, key: "8")]
        let after = [Self.alert("x", 5, count: 2), Self.alert("z", 50, key: "9")]
        let forth = BacktestComparison(before: before, after: after, in: Self.range)
        let back = BacktestComparison(before: after, after: before, in: Self.range)
        #expect(forth.gained == back.lost && forth.lost == back.gained)
        #expect(forth.changed.map(\.fields) == back.changed.map(\.fields))
    }
}
