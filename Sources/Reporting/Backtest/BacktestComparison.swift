import Alerting
import Timekeeping

/// Compares the alerts of one rule book with those of another over the same stretch of time.
///
/// Two alerts are the same one when they have one id. Where the rule was edited, an alert may open at another activity
/// and so have another id: what is left is paired with an alert of the same policy, rule and key whose time meets its
/// own, and the pair is a change that says `opened`.
///
/// | of an alert | is compared when, on both sides |
/// | --- | --- |
/// | `severity`, `message`, `values` | its last finding is in the range |
/// | `opened` | its first finding is in the range |
/// | `count` | both are |
///
/// What happened before the range was not seen as a whole, and what comes after it does not belong to it.
public struct BacktestComparison: Hashable, Sendable {
    /// Only after, by time, rule and key.
    public private(set) var gained: [BacktestAlert] = []
    /// Only before.
    public private(set) var lost: [BacktestAlert] = []
    public private(set) var changed: [BacktestChange] = []

    private let range: BacktestRange

    /// - Parameters:
    ///   - before: In any order; those that do not touch the range are passed over.
    ///   - after: The same.
    /// - Complexity: O(n log n) in both together.
    public init(before: [BacktestAlert], after: [BacktestAlert], in range: BacktestRange) {
        self.range = range
        var left = Dictionary(
            before.filter(range.touches).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var rest: [BacktestAlert] = []
        for alert in after.filter(range.touches) {
            guard let same = left.removeValue(forKey: alert.id) else {
                rest.append(alert)
                continue
            }
            note(same, alert)
        }
        pair(Array(left.values), rest)
        gained.sort(by: Self.isBefore)
        lost.sort(by: Self.isBefore)
        changed.sort { Self.isBefore($0.after, $1.after) }
    }

    /// Whether both books raise the same alerts.
    public var isEmpty: Bool { gained.isEmpty && lost.isEmpty && changed.isEmpty }

    /// Pairs alerts of one key whose times meet, the earliest first; what finds no partner is lost or gained.
    private mutating func pair(_ before: [BacktestAlert], _ after: [BacktestAlert]) {
        var waiting = Dictionary(grouping: before, by: Key.init).mapValues { $0.sorted(by: Self.isBefore) }
        for alert in after.sorted(by: Self.isBefore) {
            let key = Key(alert)
            let place = waiting[key]?.firstIndex { $0.first <= alert.end && alert.first <= $0.end }
            guard let place, let partner = waiting[key]?.remove(at: place) else {
                gained.append(alert)
                continue
            }
            note(partner, alert)
        }
        lost += waiting.values.joined()
    }

    private mutating func note(_ before: BacktestAlert, _ after: BacktestAlert) {
        let fields = BacktestChange.Field.allCases.filter { differs($0, before, after) }
        guard !fields.isEmpty else { return }
        changed.append(BacktestChange(before: before, after: after, fields: fields))
    }

    private func differs(_ field: BacktestChange.Field, _ before: BacktestAlert, _ after: BacktestAlert) -> Bool {
        let beginsInside = before.first >= range.from && after.first >= range.from
        let endsInside = before.last <= range.to && after.last <= range.to
        return switch field {
        case .opened: beginsInside && (before.id != after.id || before.first != after.first)
        case .severity: endsInside && before.severity != after.severity
        case .count: beginsInside && endsInside && before.count != after.count
        case .message: endsInside && before.message != after.message
        case .values: endsInside && !Self.areSame(before.values, after.values)
        }
    }

    /// Whether two lists of values are the same; no number is the same as no number.
    private static func areSame(_ left: [Finding.Evidence], _ right: [Finding.Evidence]) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { one, two in
                if case .double(let first) = one.value, case .double(let second) = two.value, first.isNaN {
                    return one.name == two.name && second.isNaN
                }
                return one == two
            }
    }

    /// What alerts must have in common to be paired; text counts by its code points.
    private struct Key: Hashable {
        let bytes: [UInt8]

        init(_ alert: BacktestAlert) {
            let binding = RuleBinding(connection: "", policy: alert.policy, rule: alert.rule)
            bytes = DedupKey(binding: binding, key: alert.key).canonicalBytes
        }
    }

    private static func isBefore(_ left: BacktestAlert, _ right: BacktestAlert) -> Bool {
        if left.first != right.first { return left.first < right.first }
        if left.binding != right.binding { return left.binding < right.binding }
        let (one, two) = (left.key.map(\.plainText), right.key.map(\.plainText))
        return one == two ? left.id < right.id : one.lexicographicallyPrecedes(two)
    }
}
