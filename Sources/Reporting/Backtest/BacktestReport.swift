import Timekeeping

/// What a rule book would have raised over a stretch of time, against another book or what was really raised.
public struct BacktestReport: Sendable {
    /// What the rules here are compared with.
    public enum Baseline: Hashable, Sendable {
        /// The alerts that the store holds.
        case raised
        /// The rules of a folder.
        case rules(String)
        /// Nothing: every alert is gained.
        case nothing
    }

    /// One binding, and how it differs.
    public struct Rule: Hashable, Sendable {
        public let policy: String
        public let rule: String
        /// Alerts that touch the range, with the baseline and with the rules here.
        public internal(set) var before = 0
        public internal(set) var after = 0
        public internal(set) var gained: [BacktestAlert] = []
        public internal(set) var lost: [BacktestAlert] = []
        public internal(set) var changed: [BacktestChange] = []
        /// Why the rules here gave no whole answer, sorted; empty where they did.
        public internal(set) var unknown: [String] = []
        /// The same of the baseline.
        public internal(set) var unknownBefore: [String] = []

        init(_ binding: Binding) {
            policy = binding.policy
            rule = binding.rule
        }

        public var isSame: Bool { gained.isEmpty && lost.isEmpty && changed.isEmpty }
    }

    /// Which policy's binding of which rule.
    public struct Binding: Hashable, Sendable, Comparable {
        public let policy: String
        public let rule: String

        public init(policy: String, rule: String) {
            self.policy = policy
            self.rule = rule
        }

        public static func < (left: Binding, right: Binding) -> Bool {
            (left.rule, left.policy) < (right.rule, right.policy)
        }
    }

    /// What one side gave.
    public struct Side: Sendable {
        public var alerts: [BacktestAlert]
        /// Every binding that was judged, those without alerts too.
        public var bindings: Set<Binding>
        /// Why bindings gave no whole answer.
        public var unknown: [Binding: [String]]

        public init(alerts: [BacktestAlert] = [], bindings: Set<Binding> = [], unknown: [Binding: [String]] = [:]) {
            self.alerts = alerts
            self.bindings = bindings
            self.unknown = unknown
        }
    }

    public let toolVersion: String
    public let connection: String
    public let range: BacktestRange
    public let baseline: Baseline
    /// By rule, then policy.
    public let rules: [Rule]
    public var activityCount = 0
    /// How many copies of the directory were judged.
    public var directoryCount = 0
    public var unreadableCount = 0
    /// What is missing of the facts, as clauses.
    public var gaps: [String] = []

    /// Compares two sides.
    ///
    /// - Parameter wanted: Says which bindings are of interest.
    public init(
        toolVersion: String, connection: String, range: BacktestRange, baseline: Baseline, before: Side, after: Side,
        wanted: (Binding) -> Bool = { _ in true }
    ) {
        self.toolVersion = toolVersion
        self.connection = connection
        self.range = range
        self.baseline = baseline
        var rules: [Binding: Rule] = [:]
        func change(_ binding: Binding, _ body: (inout Rule) -> Void) {
            if wanted(binding) { body(&rules[binding, default: Rule(binding)]) }
        }
        for binding in before.bindings.union(after.bindings) { change(binding) { _ in } }
        for alert in before.alerts where range.touches(alert) { change(alert.binding) { $0.before += 1 } }
        for alert in after.alerts where range.touches(alert) { change(alert.binding) { $0.after += 1 } }
        let comparison = BacktestComparison(before: before.alerts, after: after.alerts, in: range)
        for alert in comparison.gained { change(alert.binding) { $0.gained.append(alert) } }
        for alert in comparison.lost { change(alert.binding) { $0.lost.append(alert) } }
        for pair in comparison.changed { change(pair.after.binding) { $0.changed.append(pair) } }
        for (binding, reasons) in before.unknown { change(binding) { $0.unknownBefore = reasons.sorted() } }
        for (binding, reasons) in after.unknown { change(binding) { $0.unknown = reasons.sorted() } }
        self.rules = rules.sorted { $0.key < $1.key }.map(\.value)
    }

    public var beforeCount: Int { rules.reduce(0) { $0 + $1.before } }
    public var afterCount: Int { rules.reduce(0) { $0 + $1.after } }
    public var gainedCount: Int { rules.reduce(0) { $0 + $1.gained.count } }
    public var lostCount: Int { rules.reduce(0) { $0 + $1.lost.count } }
    public var changedCount: Int { rules.reduce(0) { $0 + $1.changed.count } }

    /// 1 where an alert was gained, lost or changed; 3 where facts are missing or a rule has no whole answer.
    public var exitDecision: ExitDecision {
        var reasons: Set<ExitDecision.Reason> = []
        if rules.contains(where: { !$0.isSame }) { reasons.insert(.findings) }
        let isPartial = rules.contains { !$0.unknown.isEmpty || !$0.unknownBefore.isEmpty }
        if isPartial || !gaps.isEmpty || unreadableCount > 0 { reasons.insert(.incompleteData) }
        return ExitDecision(reasons)
    }
}

extension BacktestAlert {
    /// Whose alert it is.
    public var binding: BacktestReport.Binding { BacktestReport.Binding(policy: policy, rule: rule) }
}
