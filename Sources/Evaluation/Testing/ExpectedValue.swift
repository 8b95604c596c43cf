import Alerting
import RuleLanguage
import Timekeeping

/// Compares what a test expects with what was found.
enum ExpectedValue {
    /// Whether lists agree, element by element.
    static func agree(_ expected: [FixtureValue], _ found: [EvidenceValue]) -> Bool {
        expected.count == found.count && zip(expected, found).allSatisfy { agree($0, $1) }
    }

    /// Whether a value is the expected one; numbers agree across int, double and the text of an id.
    static func agree(_ expected: FixtureValue, _ found: EvidenceValue) -> Bool {
        switch (expected, found) {
        case (.null, .null): true
        case (.bool(let one), .bool(let two)): one == two
        case (.int(let one), .int(let two)): one == two
        case (.int(let one), .double(let two)): Double(one) == two
        case (.double(let one), .double(let two)): one == two
        case (.double(let one), .int(let two)): one == Double(two)
        case (.int(let one), .text(let two)): String(one) == two
        case (.text(let one), .int(let two)): one == String(two)
        case (.text(let one), .text(let two)): one.utf8.elementsEqual(two.utf8)
        case (.time(let one), .time(let two)): one == two
        case (.text(let one), .time(let two)): Timestamp(rfc3339: one) == two
        case (.span(let one), .text(let two)): TimeSpan(two) == one
        case (.text(let one), .double(let two)): Double(one) == two
        case (.list(let one), .list(let two)): agree(one, two)
        default: false
        }
    }

    static func text(_ value: FixtureValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .text(let text): text
        case .time(let moment): moment.rfc3339
        case .span(let span): span.shortText
        case .list(let elements): "[" + elements.map { text($0) }.joined(separator: ", ") + "]"
        case .object(let fields): "{" + fields.keys.sorted().joined(separator: ", ") + "}"
        }
    }

    static func text(_ value: EvidenceValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .text(let text): text
        case .time(let moment): moment.rfc3339
        case .list(let elements): "[" + elements.map { text($0) }.joined(separator: ", ") + "]"
        }
    }
}
