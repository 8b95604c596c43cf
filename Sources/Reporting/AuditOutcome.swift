public import Alerting
import Timekeeping

/// Why a command ends with which exit code: a pure function of what holds.
public struct ExitDecision: Hashable, Sendable {
    /// What may hold, by the code that stands for it.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Settings, rule or usage are wrong.
        case ruleError = "rule_error"
        /// The tenant did not answer, or refused.
        case remoteError = "remote_error"
        /// A source is incomplete, or a bound rule's verdict is unknown.
        case incompleteData = "incomplete_data"
        case findings

        /// The exit code that stands for it.
        public var code: Int32 {
            switch self {
            case .ruleError: 2
            case .remoteError: 4
            case .incompleteData: 3
            case .findings: 1
            }
        }
    }

    /// Everything that holds, the one that decides first.
    public let reasons: [Reason]

    /// A decision over what holds, in any order.
    public init(_ reasons: Set<Reason>) { self.reasons = Reason.allCases.filter(reasons.contains) }

    /// The first of 2, 4, 3, 1 that holds, else 0.
    public var code: Int32 { reasons.first?.code ?? 0 }
}

/// What a verdict is without its reasons.
public enum VerdictKind: String, Hashable, Sendable, CaseIterable {
    case fail, error, unknown, pass

    /// How bad it is, 0 the worst: a control is as bad as its worst rule.
    var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Verdict {
    var kind: VerdictKind {
        switch self {
        case .pass: .pass
        case .fail: .fail
        case .unknown: .unknown
        case .error: .error
        }
    }

    /// Why it is unknown or an error.
    var reasons: [String] {
        switch self {
        case .pass, .fail: []
        case .unknown(let reasons): reasons
        case .error(let causes): causes
        }
    }
}

extension AuditReport {
    /// The rules as they are shown: what failed first, the worst before, then by id and policy.
    public var sortedRules: [RuleResult] {
        rules.sorted { left, right in
            if left.verdict.kind != right.verdict.kind { return left.verdict.kind.rank < right.verdict.kind.rank }
            if left.severity != right.severity { return left.severity > right.severity }
            return (left.id, left.policy) < (right.id, right.policy)
        }
    }

    /// The rules of one verdict, as they are shown.
    public func rules(_ kind: VerdictKind) -> [RuleResult] { sortedRules.filter { $0.verdict.kind == kind } }

    /// How many findings there are in all, without excepted ones.
    public var findingCount: Int { rules.reduce(0) { $0 + $1.findingCount } }

    /// How many findings are of each severity, the worst first; severities without findings are left out.
    ///
    /// Findings that a rule only counts have the rule's severity.
    public var findingCounts: [(severity: Severity, count: Int)] {
        var counts: [Severity: Int] = [:]
        for rule in rules {
            for finding in rule.findings { counts[finding.severity, default: 0] += 1 }
            counts[rule.severity, default: 0] += rule.findingCount - rule.findings.count
        }
        return Severity.allCases.reversed().compactMap { severity in
            counts[severity].flatMap { $0 > 0 ? (severity, $0) : nil }
        }
    }

    /// What a control's rules say together: as bad as the worst; nil when none of its rules is bound.
    public func state(of control: Control, in policy: String) -> VerdictKind? {
        rules.filter { $0.policy == policy && control.rules.contains($0.id) }.map(\.verdict.kind)
            .min { $0.rank < $1.rank }
    }

    /// What could not be seen, as clauses.
    public var gaps: [String] {
        var gaps: [String] = []
        for source in sources where !source.isComplete { gaps.append("`\(source.name)` was not read to its end") }
        if quarantineCount > 0 { gaps.append("\(plural(quarantineCount, "record")) could not be read") }
        for collection in collections where collection.availability == .incomplete {
            gaps.append("the collection `\(collection.name)` is incomplete")
        }
        return gaps
    }

    /// The exit code and all that speaks for it.
    public var exitDecision: ExitDecision {
        var reasons: Set<ExitDecision.Reason> = []
        let kinds = Set(rules.map(\.verdict.kind))
        if kinds.contains(.error) || failures.contains(where: { $0.kind == .rules }) { reasons.insert(.ruleError) }
        if failures.contains(where: { $0.kind == .remote }) { reasons.insert(.remoteError) }
        if kinds.contains(.unknown) || !gaps.isEmpty { reasons.insert(.incompleteData) }
        if kinds.contains(.fail) || findingCount > 0 { reasons.insert(.findings) }
        return ExitDecision(reasons)
    }
}

/// A number and its noun: `1 record`, `2 records`.
func plural(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }

/// A number with commas between thousands.
func grouped(_ number: Int) -> String {
    var text = ""
    for (place, digit) in String(number.magnitude).reversed().enumerated() {
        if place > 0, place % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
}

extension EvidenceValue {
    /// The value as people read it: no quotes, times in RFC 3339, lists with commas.
    public var plainText: String {
        switch self {
        case .null: "none"
        case .bool(let value): value ? "yes" : "no"
        case .int(let value): String(value)
        case .double(let value): Self.number(value)
        case .text(let text): text
        case .time(let moment): moment.rfc3339
        case .list(let values): values.map(\.plainText).joined(separator: ", ")
        }
    }

    /// At most four digits after the point: evidence is read, not computed with.
    private static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let rounded = (value * 10_000).rounded() / 10_000
        return rounded == rounded.rounded() ? String(Int64(rounded)) : "\(rounded)"
    }
}
