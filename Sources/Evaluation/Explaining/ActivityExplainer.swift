import Alerting
import CEL
public import Directory
import FieldStorage
public import RuleLanguage
public import Timekeeping

/// Explains an activity rule: the engine that judges real facts runs over them again, and is watched.
public final class ActivityExplainer {
    /// How many of the latest activities of the key are looked at closely.
    private static let closeLook = 500
    private static let firingLimit = 20

    /// An activity of the key that did not fire by itself.
    private struct Kept {
        let time: Timestamp
        let row: ObjectValue
    }

    private let bound: BoundRule
    private let body: ActivityBody
    private let wanted: [String]
    private let moment: Timestamp
    private let engine: ActivityEngine
    private let reader: ExplainedFrame
    private let frame: RuleFrame
    private let users: any UserRows
    private let userSlots: [Int]
    private let target = RowBuffer(slotCount: UserFields.all.objectType.slotCount)
    private let actor = RowBuffer(slotCount: UserFields.all.objectType.slotCount)
    private let circumstances: ExplanationCircumstances
    private var material = RuleExplanation.Material(word: "activity")
    private var kept: [Kept] = []
    private var firings: [RuleExplanation.Firing] = []
    private var excepted: [(at: Timestamp, name: String)] = []
    private var expired: [String: Timestamp] = [:]
    private var attempts: (count: Int, closest: RuleExplanation.Attempt?, last: RuleExplanation.Attempt?) = (
        0, nil, nil
    )
    private var nearest = Int64.min

    /// An explanation under way.
    ///
    /// - Parameters:
    ///   - bound: An activity rule of `book`.
    ///   - key: The parts of the alert's key as text.
    ///   - moment: What came later is not looked at.
    ///   - circumstances: What holds beside the facts.
    /// - Returns: nil for a state rule.
    public convenience init?(
        _ bound: BoundRule, of book: RuleBook, connection: String, history: DirectoryTimeline, key: [String],
        at moment: Timestamp, circumstances: ExplanationCircumstances = ExplanationCircumstances()
    ) {
        let signals = book.signalOrder.compactMap { id in
            book.bindings.first {
                $0.rule.id == id && $0.policy == bound.policy && $0.rule.isSignal && $0.rule.id != bound.rule.id
            }
        }
        self.init(
            bound, signals: signals, connection: connection, users: TimelineUsers(timeline: history), key: key,
            at: moment, circumstances: circumstances)
    }

    init?(
        _ bound: BoundRule, signals: [BoundRule], connection: String, users: any UserRows, key: [String],
        at moment: Timestamp, circumstances: ExplanationCircumstances = ExplanationCircumstances()
    ) {
        guard case .activity(let body) = bound.body else { return nil }
        self.bound = bound
        self.body = body
        self.users = users
        self.moment = moment
        self.circumstances = circumstances
        wanted = key
        var options = ActivityEngine.Options()
        options.findingLimit = .max
        options.coverageStart = circumstances.coverageStart
        options.comparesFeeds = circumstances.comparesFeeds
        options.endedSearches = circumstances.endedSearches
        engine = ActivityEngine(bindings: signals + [bound], connection: connection, users: users, options: options)
        reader = ExplainedFrame(bound: bound, maker: FindingMaker(connection: connection))
        frame = RuleFrame(for: [bound])
        let fields = Set(bound.fields(of: "User"))
        userSlots = UserFields.all.objectType.fields.filter { fields.contains($0.name) }.map(\.slot)
        watch()
    }

    /// Takes note of what the engine does with the rule for the key.
    private func watch() {
        guard let rule = engine.rules.last(where: { $0.bound.rule.id == bound.rule.id }) else { return }
        rule.onMiss = { [unowned self] frame in
            guard frame.now <= moment, reader.key(frame).map({ $0 == wanted }) ?? false else { return }
            attempts.count += 1
            let nearness = reader.nearness(frame)
            let attempt = reader.attempt(frame, body.alertIf)
            attempts.last = attempt
            if nearness >= nearest {
                nearest = nearness
                attempts.closest = attempt
            }
        }
        rule.onOutcome = { [unowned self] outcome, frame in
            guard frame.now <= moment, reader.key(frame).map({ $0 == wanted }) ?? false else { return }
            switch outcome {
            case .finding(let finding):
                firings.append(
                    .init(
                        at: finding.time, severity: finding.severity, message: finding.message,
                        evidence: finding.evidence, activityIDs: finding.activityIDs))
                expired.merge(bound.expiredExceptions(frame, at: frame.now)) { first, _ in first }
            case .excepted(let name): excepted.append((frame.now, name))
            case .failed: break
            }
        }
    }

    // MARK: Activities

    /// Takes in activities in any order.
    ///
    /// - Parameter batch: May be used again afterwards.
    public func take(_ batch: ActivityBatch) {
        for row in 0..<batch.count { look(UnsafePointer(batch.slots(of: row))) }
        _ = engine.process(batch)
    }

    private func look(_ row: UnsafePointer<Slot>) {
        let slot = row[ActivityField.time.rawValue]
        guard slot.tag == .timestamp else { return }
        let time = Timestamp(seconds: slot.intValue, nanoseconds: slot.count)
        guard time <= moment else { return }
        material.all += 1
        material.first = min(material.first ?? time, time)
        material.last = max(material.last ?? time, time)
        place(row, at: time)
        guard isOfKey() else { return }
        material.ofKey += 1
        if body.match?.truth(frame.frame) ?? .yes == .yes {
            material.matched += 1
            if isExcluded() { material.leftOut += 1 }
        }
        kept.append(Kept(time: time, row: ObjectValue(type: ActivityFields.objectType, copying: row)))
        if kept.count > 2 * Self.closeLook { shorten() }
        frame.context.reset()
    }

    private func shorten() {
        kept.sort { $0.time < $1.time }
        kept.removeFirst(max(0, kept.count - Self.closeLook))
    }

    private func place(_ row: UnsafePointer<Slot>, at time: Timestamp) {
        frame.reset(now: time)
        frame.tables[FrameLayout.subjectTable] = row
        frame.tables[FrameLayout.targetTable] = user(row[ActivityField.userID.rawValue], target, at: time)
        frame.tables[FrameLayout.actorTable] = user(row[ActivityField.actorID.rawValue], actor, at: time)
    }

    private func user(_ id: Slot, _ row: RowBuffer, at time: Timestamp) -> UnsafePointer<Slot>? {
        guard id.tag == .int, users.fill(row, id: id.intValue, at: time, wanted: userSlots) else { return nil }
        return UnsafePointer(row.slots)
    }

    /// Whether the activity in the frame belongs to the key: by the key itself, or, where that needs what only a verb
    /// gives, by what the verb groups by.
    private func isOfKey() -> Bool {
        var parts: [String] = []
        if let by = body.verb?.by, !by.isEmpty {
            guard case .key(let key) = GroupKey.evaluate(by, frame.frame) else { return false }
            frame.set(keys: key, from: bound.layout.firstKeyIndex)
            parts = key.values.map { ExpectedValue.text(EvidenceValue($0)) }
        }
        if let key = reader.key(frame), !key.contains("null") || wanted.contains("null") { return key == wanted }
        return body.verb != nil && (parts.isEmpty || parts.contains { wanted.contains($0) })
    }

    private func isExcluded() -> Bool {
        guard let user = frame.tables[FrameLayout.targetTable] else { return false }
        let activity = frame.tables[FrameLayout.subjectTable]
        frame.tables[FrameLayout.subjectTable] = user
        defer { frame.tables[FrameLayout.subjectTable] = activity }
        return bound.scope.contains { $0.row == "user" && $0.when.truth(frame.frame) == .yes }
    }

    // MARK: The end

    /// What there is to say once every activity is in.
    public func finish() -> RuleExplanation {
        _ = engine.advance(to: moment + TimeSpan(seconds: 0, nanoseconds: 1))
        shorten()
        var tally = RefusalTally()
        for activity in kept { judge(activity, &tally) }
        firings.sort { $0.at < $1.at }
        let refusals = tally.sorted
        let steps = self.steps
        let active = firings.filter { $0.at >= circumstances.activeFrom ?? .earliest }
        let episode = self.episode(of: active)
        let wouldBe = self.episode(of: firings)
        let answer = answer(episode, wouldBe, active, refusals)
        var words = ExplanationWords(
            answer: answer, material: material, at: moment, firing: firings.last, openSince: episode,
            exception: excepted.last, closest: attempts.closest, steps: steps)
        words.activeFrom = circumstances.activeFrom
        words.missing = circumstances.missing
        return RuleExplanation(
            rule: bound.rule.id, policy: bound.policy, key: wanted, at: moment, answer: answer, summary: words.summary,
            material: material, refusals: refusals, steps: steps, closest: attempts.closest, last: attempts.last,
            firings: Array(firings.suffix(Self.firingLimit)), openSince: episode, notes: notes)
    }

    /// Looks again at one activity: why it did not match, or, for a rule without memory, why `alert_if` did not hold.
    private func judge(_ activity: Kept, _ tally: inout RefusalTally) {
        place(activity.row.row, at: activity.time)
        _ = isOfKey()
        let clauses = reader.clauses(body.match, frame)
        for clause in clauses { tally.add(clause) }
        if clauses.isEmpty, body.verb == nil, body.profiles.isEmpty, !isExcluded(),
            body.alertIf?.truth(frame.frame) ?? .yes != .yes
        {
            attempts.count += 1
            attempts.last = reader.attempt(frame, body.alertIf)
            attempts.closest = attempts.last
        }
        frame.context.reset()
    }

    /// Since when the episode of the last firing is open; nil when the moment is in none.
    private func episode(of firings: [RuleExplanation.Firing]) -> Timestamp? {
        let cooldown = bound.cooldown ?? body.verb?.span ?? .hours(1)
        guard let last = firings.last, last.at + max(cooldown, .seconds(1)) >= moment else { return nil }
        var opened = last.at
        for firing in firings.reversed().dropFirst() {
            guard firing.at + cooldown >= opened else { break }
            opened = firing.at
        }
        return opened
    }

    /// - Parameters:
    ///   - episode: Since when the alert is open.
    ///   - wouldBe: Since when it would be, had the rule always been active.
    ///   - active: The firings since the rule is active.
    private func answer(
        _ episode: Timestamp?, _ wouldBe: Timestamp?, _ active: [RuleExplanation.Firing],
        _ refusals: [RuleExplanation.Clause]
    ) -> RuleExplanation.Answer {
        if let episode, let last = active.last { return episode == last.at ? .fired : .joined }
        if wouldBe != nil { return .inactive }
        if !excepted.isEmpty { return .excepted }
        if !circumstances.missing.isEmpty { return .unknown }
        if attempts.count > 0 {
            return attempts.last?.clauses.contains { $0.failure != nil } ?? false ? .unknown : .conditionFalse
        }
        if material.ofKey == 0 { return .nothingOfKey }
        if material.matched == 0 {
            return refusals.contains { $0.failure != nil } ? .unknown : .nothingMatched
        }
        return material.leftOut == material.matched ? .outOfScope : .incomplete
    }

    /// How many activities of the key satisfy each step by itself.
    private var steps: [RuleExplanation.Step] {
        guard case .sequence(let sequence)? = body.verb else { return [] }
        return sequence.steps.enumerated().map { place, step in
            var times: [Timestamp] = []
            for activity in kept {
                self.place(activity.row.row, at: activity.time)
                frame.tables[FrameLayout.firstStepTable + place] = activity.row.row
                if step.match?.truth(frame.frame) ?? .yes == .yes { times.append(activity.time) }
            }
            return RuleExplanation.Step(id: step.id, count: times.count, last: times.max())
        }
    }

    private var notes: [String] {
        var notes = circumstances.notes + ExpiredException.notes(expired)
        if material.ofKey > Self.closeLook {
            notes.append("only the latest \(Self.closeLook) of the key were looked at closely")
        }
        let own = engine.rules.last { $0.bound.rule.id == bound.rule.id }
        for (cause, count) in (own?.statistics.causes ?? [:]).sorted(by: { $0.key < $1.key }) {
            notes.append("\(count) evaluations of any key failed: \(cause)")
        }
        for (cause, count) in (own?.statistics.unknownReasons ?? [:]).sorted(by: { $0.key < $1.key }) {
            notes.append("\(count) evaluations of any key had no value: \(cause)")
        }
        return notes
    }
}
