import Alerting
import CEL
import FieldStorage
import RuleLanguage
import Timekeeping

/// One bound state rule while the rows of a generation pass by.
final class StateRule {
    /// The first part of the key of a summary; no rule's key begins so by itself.
    static let summaryMark = EvidenceValue.text("more findings than the limit")

    let bound: BoundRule
    let body: StateBody
    private let maker: FindingMaker
    private let generation: Int64
    private let moment: Timestamp
    private let exclusions: [Program]
    private var groups: StateGroups
    private var findings: StateFindings
    /// Keys of live alerts of the binding: it matters for these alone that they could not be decided.
    private let alertKeys: Set<DedupKey>
    private var undecided: Set<DedupKey> = []
    private var reasons: Set<String> = []
    private(set) var statistics = RuleStatistics()
    /// Told of every group for which `alert_if` did not hold; for explanations.
    var onMiss: ((RuleFrame) -> Void)?
    /// Told of the exception that held a finding back; for explanations.
    var onExcepted: ((String, RuleFrame) -> Void)?
    /// Told of every finding; for explanations.
    var onFired: ((Finding, RuleFrame) -> Void)?
    /// A row that belongs to nobody knows which group: no group has a value.
    private var everyGroupIsUnknown: EvaluationFailure?

    /// - Parameters:
    ///   - alertKeys: Keys of live alerts of the binding.
    ///   - limit: Findings that stand for themselves; the others make one, and their alerts stay as they are.
    init(
        _ bound: BoundRule, _ body: StateBody, maker: FindingMaker, generation: Int64, at moment: Timestamp,
        alertKeys: Set<DedupKey>, limit: Int
    ) {
        self.alertKeys = alertKeys
        findings = StateFindings(limit: limit, alertKeys: alertKeys)
        self.generation = generation
        self.moment = moment
        self.bound = bound
        self.body = body
        self.maker = maker
        exclusions = bound.scope.filter { $0.row == body.each }.map(\.when)
        groups = StateGroups(body.group?.aggregates ?? [])
        if let group = body.group, group.by.isEmpty { groups.addEmpty(.only) }
    }

    // MARK: Rows

    /// Looks at the row in the subject table.
    func judge(_ frame: RuleFrame) {
        statistics.looked += 1
        let counts = body.where?.truth(frame.frame) ?? .yes
        if counts == .no { return }
        var failure = counts == .failed ? frame.failure : nil
        switch exclusion(frame) {
        case .out: return
        case .failed(let cause):
            // Nobody knows whether the row is one of the rule's; where it would say nothing, that is of no matter.
            if failure == nil, body.group == nil, body.alertIf?.truth(frame.frame) ?? .yes == .no { return }
            failure = failure ?? cause
        case .stays: break
        }
        if let failure { return undecidedRow(failure, frame) }
        statistics.matched += 1
        if let group = body.group { return collect(group, frame) }
        switch body.alertIf?.truth(frame.frame) ?? .yes {
        case .no: return
        case .failed: undecidedRow(frame.failure, frame)
        case .yes: fire(frame)
        }
    }

    /// What the policy's scope says of a row.
    enum Exclusion {
        case stays
        case out
        case failed(EvaluationFailure)
    }

    /// Whether the policy leaves the row in the subject table out.
    func exclusion(_ frame: RuleFrame) -> Exclusion {
        var failure: EvaluationFailure?
        for exclusion in exclusions {
            switch exclusion.truth(frame.frame) {
            case .yes: return .out
            case .failed: failure = failure ?? frame.failure
            case .no: break
            }
        }
        return failure.map(Exclusion.failed) ?? .stays
    }

    private func collect(_ group: StateBody.Group, _ frame: RuleFrame) {
        switch GroupKey.evaluate(group.by, frame.frame) {
        case .null: return
        case .failed(let failure):
            note(failure)
            everyGroupIsUnknown = everyGroupIsUnknown ?? failure
        case .key(let key):
            groups.add(key) { Sample(of: $0, frame) }
        }
    }

    /// A row of which nobody knows whether it counts: its own key stays as it is, its group has no value.
    private func undecidedRow(_ failure: EvaluationFailure, _ frame: RuleFrame) {
        note(failure)
        guard let group = body.group else {
            noteUndecided(frame)
            return
        }
        switch GroupKey.evaluate(group.by, frame.frame) {
        case .null: break
        case .failed: everyGroupIsUnknown = everyGroupIsUnknown ?? failure
        case .key(let key):
            groups.add(key) { _ in .failed(failure) }
        }
    }

    private func noteUndecided(_ frame: RuleFrame) {
        guard !alertKeys.isEmpty, let key = maker.key(bound, frame) else { return }
        let dedupKey = maker.dedupKey(bound, key)
        if alertKeys.contains(dedupKey) { undecided.insert(dedupKey) }
    }

    private func note(_ failure: EvaluationFailure) {
        if failure.isUnknown { reasons.insert(failure.description) } else { statistics.note(failure) }
    }

    // MARK: The end

    /// What the rule says once every row has passed.
    ///
    /// - Parameter missing: Why rows may be missing; nil when all were there.
    func finish(_ frame: RuleFrame, missing: String?) -> StateEvaluation {
        if let missing { reasons.insert(missing) }
        if let group = body.group { judgeGroups(group, frame, hidden: missing != nil) }
        var (sorted, worstOfRest) = findings.finish()
        if let worstOfRest {
            undecided.formUnion(findings.overflowKeys)
            statistics.overflowed += findings.overflow
            sorted.append(summary(worstOfRest))
        }
        let verdict: Verdict =
            if !sorted.isEmpty {
                .fail
            } else if !statistics.causes.isEmpty {
                .error(causes: statistics.causes.keys.sorted())
            } else if !reasons.isEmpty {
                .unknown(reasons: reasons.sorted())
            } else {
                .pass
            }
        return StateEvaluation(
            binding: maker.binding(bound), generation: generation, time: moment, verdict: verdict, findings: sorted,
            undecided: undecided.sorted { EvidenceValue.isBefore(.list($0.key), .list($1.key)) },
            superUsersBy: bound.readsSuperUsers ? maker.superUsersBy : nil)
    }

    private func summary(_ severity: Severity) -> Finding {
        Finding(
            dedupKey: maker.dedupKey(bound, [Self.summaryMark]), origin: .state(generation: generation),
            severity: severity, time: moment, title: bound.rule.title,
            message: "\(findings.overflow) more findings beyond the limit of \(findings.limit)",
            evidence: [Finding.Evidence(name: "more", value: .int(Int64(findings.overflow)))], hold: bound.hold,
            receivers: bound.receivers)
    }

    private func judgeGroups(_ group: StateBody.Group, _ frame: RuleFrame, hidden: Bool) {
        groups.forEach { key, accumulators in
            frame.context.reset()
            frame.tables[FrameLayout.subjectTable] = nil
            frame.set(keys: key, from: bound.layout.firstKeyIndex)
            for (place, aggregate) in group.aggregates.enumerated() {
                var result = accumulators[place].result
                if let failure = everyGroupIsUnknown { result = .failure(failure) }
                if hidden { result = .failure(.unknown(field: aggregate.name)) }
                frame.set(aggregate, to: result)
            }
            switch body.alertIf?.truth(frame.frame) ?? .yes {
            case .no: onMiss?(frame)
            case .yes: fire(frame)
            case .failed:
                onMiss?(frame)
                // Which aggregate is unknown says less than why it is.
                if !frame.failure.isUnknown || reasons.isEmpty { note(frame.failure) }
                noteUndecided(frame)
            }
        }
    }

    private func fire(_ frame: RuleFrame) {
        switch maker.finding(bound, frame, hit: .state(generation: generation, at: moment), statistics: &statistics) {
        case .finding(let finding):
            findings.append(finding)
            onFired?(finding, frame)
        case .excepted(let name): onExcepted?(name, frame)
        case .failed: break
        }
    }
}
