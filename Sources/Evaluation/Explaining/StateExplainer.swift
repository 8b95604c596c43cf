import Alerting
import CEL
public import Directory
import FieldStorage
public import RuleLanguage
public import Timekeeping

/// Explains a state rule: why the rows of a key violate it, or do not.
public struct StateExplainer {
    private let bound: BoundRule
    private let body: StateBody
    private let wanted: [String]
    private let moment: Timestamp
    private let judgedAt: Timestamp
    private let circumstances: ExplanationCircumstances
    private let connection: String
    private let reader: ExplainedFrame

    /// An explanation of a state rule.
    ///
    /// - Parameters:
    ///   - key: The parts of the alert's key as text.
    ///   - moment: The moment that is asked about.
    ///   - judgedAt: `now` of the rule, where that is not the moment: when the copy of the directory was made.
    ///   - circumstances: What holds beside the facts.
    /// - Returns: nil for an activity rule.
    public init?(
        _ bound: BoundRule, connection: String, key: [String], at moment: Timestamp, judgedAt: Timestamp? = nil,
        circumstances: ExplanationCircumstances = ExplanationCircumstances()
    ) {
        guard case .state(let body) = bound.body else { return nil }
        self.bound = bound
        self.body = body
        self.moment = moment
        self.judgedAt = judgedAt ?? moment
        self.circumstances = circumstances
        self.connection = connection
        wanted = key
        reader = ExplainedFrame(bound: bound, maker: FindingMaker(connection: connection))
    }

    /// What there is to say of a directory.
    public func explain(_ index: DirectoryIndex) -> RuleExplanation {
        explain(DirectoryRows(index: index, connection: connection))
    }

    func explain(_ rows: some StateRows) -> RuleExplanation {
        var outcome = Outcome(material: RuleExplanation.Material(word: body.each))
        outcome.missing = rows.missing(body.each)
        let frame = RuleFrame(for: [bound])
        let rule = StateRule(
            bound, body, maker: FindingMaker(connection: connection), generation: 0, at: judgedAt, alertKeys: [],
            limit: 1)
        rule.onMiss = { [reader, wanted, body] frame in
            guard reader.key(frame).map({ $0 == wanted }) ?? false else { return }
            outcome.attempt = reader.attempt(frame, body.alertIf)
        }
        rule.onExcepted = { [reader, wanted] name, frame in
            guard reader.key(frame).map({ $0 == wanted }) ?? false else { return }
            outcome.exception = name
        }
        rule.onFired = { [wanted, bound, judgedAt] finding, frame in
            guard finding.dedupKey.key.map({ ExpectedValue.text($0) }) == wanted else { return }
            outcome.firings.append(finding)
            outcome.expired.merge(bound.expiredExceptions(frame, at: judgedAt)) { first, _ in first }
        }
        let type = IdentitySchema.schema.row(body.each)?.type ?? ""
        let directory = DirectoryRow.make(rows, for: [bound])
        if let filler = rows.filler(of: body.each, wanted: bound.fields(of: type)) {
            frame.reset(now: judgedAt)
            frame.setDirectory(directory)
            frame.tables[FrameLayout.subjectTable] = UnsafePointer(filler.buffer.slots)
            for place in 0..<filler.count {
                filler.fill(place)
                outcome.material.all += 1
                look(frame, &outcome, rule)
                rule.judge(frame)
                frame.context.reset()
            }
            frame.tables[FrameLayout.subjectTable] = nil
        }
        frame.reset(now: judgedAt)
        frame.setDirectory(directory)
        _ = rule.finish(frame, missing: outcome.missing)
        return explanation(outcome)
    }

    private struct Outcome {
        var material: RuleExplanation.Material
        var tally = RefusalTally()
        var attempt: RuleExplanation.Attempt?
        var exception: String?
        var expired: [String: Timestamp] = [:]
        var firings: [Finding] = []
        var missing: String?
        /// Whether nobody knows if the policy leaves a row of the key out.
        var isUndecided = false
    }

    private func look(_ frame: RuleFrame, _ outcome: inout Outcome, _ rule: StateRule) {
        if let group = body.group {
            guard case .key(let key) = GroupKey.evaluate(group.by, frame.frame) else { return }
            frame.set(keys: key, from: bound.layout.firstKeyIndex)
        }
        guard reader.key(frame).map({ $0 == wanted }) ?? false else { return }
        outcome.material.ofKey += 1
        let clauses = reader.clauses(body.where, frame)
        for clause in clauses { outcome.tally.add(clause) }
        guard clauses.isEmpty else { return }
        outcome.material.matched += 1
        var isOut = false
        switch rule.exclusion(frame) {
        case .out: isOut = true
        case .failed: outcome.isUndecided = true
        case .stays: break
        }
        if isOut { outcome.material.leftOut += 1 }
        if body.group == nil, !isOut, body.alertIf?.truth(frame.frame) ?? .yes != .yes {
            outcome.attempt = reader.attempt(frame, body.alertIf)
        }
    }

    private func explanation(_ outcome: Outcome) -> RuleExplanation {
        let firings = outcome.firings.map {
            RuleExplanation.Firing(
                at: $0.time, severity: $0.severity, message: $0.message, evidence: $0.evidence,
                activityIDs: $0.activityIDs)
        }
        let refusals = outcome.tally.sorted
        let answer = answer(outcome, refusals)
        var words = ExplanationWords(
            answer: answer, material: outcome.material, at: moment, firing: firings.last,
            exception: outcome.exception.map { (judgedAt, $0) }, closest: outcome.attempt, hold: bound.hold)
        words.foundSince = circumstances.foundSince
        words.missing = circumstances.missing
        let notes = circumstances.notes + ExpiredException.notes(outcome.expired) + (outcome.missing.map { [$0] } ?? [])
        return RuleExplanation(
            rule: bound.rule.id, policy: bound.policy, key: wanted, at: moment, answer: answer, summary: words.summary,
            material: outcome.material, refusals: refusals, steps: [], closest: outcome.attempt, last: outcome.attempt,
            firings: firings, openSince: nil, notes: notes)
    }

    private func answer(_ outcome: Outcome, _ refusals: [RuleExplanation.Clause]) -> RuleExplanation.Answer {
        if !outcome.firings.isEmpty {
            let isHeld = circumstances.foundSince.map { judgedAt - $0 < bound.hold } ?? false
            return isHeld ? .held : .fired
        }
        if outcome.exception != nil { return .excepted }
        if !circumstances.missing.isEmpty { return .unknown }
        if let attempt = outcome.attempt {
            return attempt.clauses.contains { $0.failure != nil } ? .unknown : .conditionFalse
        }
        if outcome.material.ofKey == 0 { return outcome.missing == nil ? .nothingOfKey : .unknown }
        if outcome.material.matched == 0 {
            return refusals.contains { $0.failure != nil } ? .unknown : .nothingMatched
        }
        if outcome.isUndecided { return .unknown }
        return outcome.material.leftOut == outcome.material.matched ? .outOfScope : .incomplete
    }
}
