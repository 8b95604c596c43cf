import Alerting
import CEL
import RuleLanguage
import Timekeeping

extension EvidenceValue {
    /// A value as evidence: records and maps become text, lengths of time become text such as `90d`.
    init(_ value: Value) {
        switch value {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .int(let number): self = .int(number)
        case .uint(let number): self = Int64(exactly: number).map(EvidenceValue.int) ?? .text(String(number))
        case .double(let number): self = .double(number)
        case .string(let text), .type(let text): self = .text(text)
        case .timestamp(let moment): self = .time(moment)
        case .duration(let span): self = .text(span.shortText)
        case .list(let elements): self = .list(elements.map(EvidenceValue.init))
        case .bytes(let bytes): self = .text(bytes.map { String($0, radix: 16) }.joined(separator: " "))
        case .map(let map):
            self = .list(zip(map.keys, map.values).map { .list([EvidenceValue($0), EvidenceValue($1)]) })
        case .optional(let inner): self = inner.map(EvidenceValue.init) ?? .null
        case .object(let object): self = object.fieldValues.first.map(EvidenceValue.init) ?? .null
        case .ip(let address): self = .text(String(describing: address))
        case .cidr(let block): self = .text(String(describing: block))
        }
    }

    /// Which of two values comes first in reports: by kind, then by value.
    static func isBefore(_ left: EvidenceValue, _ right: EvidenceValue) -> Bool { order(left, right) < 0 }

    private static func order(_ left: EvidenceValue, _ right: EvidenceValue) -> Int {
        switch (left, right) {
        case (.bool(let one), .bool(let two)): compare(one ? 1 : 0, two ? 1 : 0)
        case (.int(let one), .int(let two)): compare(one, two)
        case (.double(let one), .double(let two)): compare(one, two)
        case (.text(let one), .text(let two)):
            one.utf8.elementsEqual(two.utf8) ? 0 : one.utf8.lexicographicallyPrecedes(two.utf8) ? -1 : 1
        case (.time(let one), .time(let two)): compare(one, two)
        case (.list(let one), .list(let two)):
            zip(one, two).lazy.map(order).first { $0 != 0 } ?? compare(one.count, two.count)
        default: compare(left.rank, right.rank)
        }
    }

    private static func compare<T: Comparable>(_ one: T, _ two: T) -> Int { one < two ? -1 : one == two ? 0 : 1 }

    private var rank: Int {
        switch self {
        case .null: 0
        case .bool: 1
        case .int: 2
        case .double: 3
        case .text: 4
        case .time: 5
        case .list: 6
        }
    }
}

extension Finding {
    /// The order in which findings leave an evaluation: time, activity, binding, key.
    static func isBefore(_ left: Finding, _ right: Finding) -> Bool {
        if left.time != right.time { return left.time < right.time }
        let (one, two) = (left.activityID, right.activityID)
        if one != two { return one < two }
        if left.dedupKey.binding != right.dedupKey.binding { return left.dedupKey.binding < right.dedupKey.binding }
        return EvidenceValue.isBefore(.list(left.dedupKey.key), .list(right.dedupKey.key))
    }

    /// The same finding with at least that severity.
    func raised(to severity: Severity) -> Finding {
        severity <= self.severity ? self : with(severity: severity, activityIDs: activityIDs)
    }

    /// The same finding with another severity and other activities behind it, standing for so many.
    func with(severity: Severity, activityIDs: [String], count: Int? = nil) -> Finding {
        Finding(
            dedupKey: dedupKey, origin: origin, severity: severity, time: time, title: title, message: message,
            evidence: evidence, activityIDs: activityIDs, hold: hold, receivers: receivers, count: count ?? self.count)
    }

    private var activityID: String {
        if case .activity(let id, _) = origin { return id }
        return ""
    }
}
