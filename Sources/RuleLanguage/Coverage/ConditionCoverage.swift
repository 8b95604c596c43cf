import Diagnostics
import Synchronization

/// What the conditions of rules were while their tests ran: which parts were never true or never false.
///
/// Hand one to ``RuleBookLoader/init(schema:limits:prober:coverage:)`` and run the tests of the book. Rules loaded
/// so look at every activity, also at those whose kind cannot match, and evaluate each part of a condition a second
/// time; this is for tests, never for watching a tenant.
public final class ConditionCoverage: Sendable {
    /// One part of a condition.
    public struct Point: Hashable, Sendable {
        /// Where a condition stands.
        public enum Place: String, Sendable {
            case condition
            /// The condition of a branch of `severity_when`: one that is never true is a severity never given.
            case branch
        }

        public let rule: String
        public let place: Place
        /// As the author wrote it.
        public let text: String
        public let file: String
        public let line: Int
        public let column: Int
        public fileprivate(set) var wasTrue = false
        public fileprivate(set) var wasFalse = false

        /// How many of the two were seen.
        public var seen: Int { (wasTrue ? 1 : 0) + (wasFalse ? 1 : 0) }
    }

    private let points = Mutex<[Point]>([])

    /// Nothing was evaluated yet.
    public init() {}

    /// All parts, by rule and place.
    public var report: [Point] {
        points.withLock { $0 }.sorted {
            ($0.rule, $0.line, $0.column, $1.text) < ($1.rule, $1.line, $1.column, $0.text)
        }
    }

    /// The number of a part, the same for one that is compiled twice.
    func add(rule: String, place: Point.Place, text: String, file: SourceText, at span: Span) -> Int {
        let position = LineIndex(file.text).position(at: span.start)
        return points.withLock { points in
            let known = points.firstIndex { point in
                point.rule == rule && point.line == position.line && point.column == position.column
                    && point.text == text
            }
            if let known { return known }
            points.append(
                Point(
                    rule: rule, place: place, text: text, file: file.name, line: position.line,
                    column: position.column))
            return points.count - 1
        }
    }

    func note(_ number: Int, _ value: Bool) {
        points.withLock { points in
            if value { points[number].wasTrue = true } else { points[number].wasFalse = true }
        }
    }
}
