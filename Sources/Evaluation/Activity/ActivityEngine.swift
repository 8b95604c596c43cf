public import Alerting
import CEL
public import Directory
import FieldStorage
public import RuleLanguage
public import Timekeeping

/// Runs the activity rules of one connection: a function of the activities, the directory and the book.
///
/// Rules without verb and profile answer as activities arrive. The others wait in a reorder buffer and are evaluated
/// in (time, id) order once the watermark has passed, so that any arrival order within the lateness gives the same
/// findings. One owner calls it; it keeps no clock and does no I/O.
public final class ActivityEngine {
    let frame: RuleFrame
    let heldFields: HeldFields
    private(set) var rules: [ActivityRule] = []
    private let index: KindIndex
    private let timed: [ActivityRule]
    private let maker: FindingMaker
    private var users: any UserRows
    private let userSlots: [Int]
    private let target: RowBuffer
    private let actor: RowBuffer
    private let subject: RowBuffer
    private var usersAreFilled = false
    private var collector: FindingCollector
    private var seen: SeenIDs
    private var pending: [HeldActivity] = []
    private var signals: [ActivityBatch] = []
    /// What signal rules raised, for their tests; empty unless `keepsSignals`.
    private(set) var raisedSignals: [Finding] = []
    private let keepsSignals: Bool
    private let hasSignals: Bool
    /// Everything before it has been evaluated.
    public private(set) var watermark = Timestamp.earliest
    /// The latest time of an activity so far.
    public private(set) var latestTime: Timestamp?
    /// What became of the activities.
    public private(set) var counts = Counts()

    /// An engine for the activities of one connection.
    ///
    /// - Parameter history: The directory through time, for `target` and `actor`.
    public convenience init(
        book: RuleBook, connection: String, history: DirectoryTimeline, options: Options = Options()
    ) {
        let order = Dictionary(book.signalOrder.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let bindings = book.bindings(for: connection).sorted { left, right in
            (order[left.rule.id] ?? .max, left.policy, left.rule.id)
                < (order[right.rule.id] ?? .max, right.policy, right.rule.id)
        }
        self.init(
            bindings: bindings, connection: connection, users: TimelineUsers(timeline: history), options: options)
    }

    /// - Parameter bindings: Signal rules before those that read their signals.
    init(bindings: [BoundRule], connection: String, users: any UserRows, options: Options) {
        let limits = EngineLimits(
            keys: options.keyLimit, partials: options.partialLimit, coverageStart: options.coverageStart)
        let rules = bindings.compactMap { bound -> ActivityRule? in
            guard case .activity(let body) = bound.body else { return nil }
            return ActivityRule(
                bound, body, connection: connection, activeFrom: options.activeFrom(bound), limits)
        }
        self.rules = rules
        self.users = users
        maker = FindingMaker(connection: connection)
        frame = RuleFrame(for: rules.map(\.bound))
        frame.context.knownDeadlineHits = options.knownDeadlineHits
        index = KindIndex(rules.map { ($0.isOrdered, $0.anchors) })
        timed = rules.filter { $0.verb?.waitsForSilence ?? false }
        hasSignals = rules.contains { $0.bound.rule.isSignal }
        var held = Set(rules.filter(\.isOrdered).flatMap { $0.bound.fields(of: "Activity") })
        if hasSignals { held.formUnion(SignalActivity.copied) }
        heldFields = HeldFields(names: held)
        let wanted = Set(rules.flatMap { $0.bound.fields(of: "User") })
        userSlots = UserFields.all.objectType.fields.filter { wanted.contains($0.name) }.map(\.slot)
        target = RowBuffer(slotCount: UserFields.all.objectType.slotCount)
        actor = RowBuffer(slotCount: UserFields.all.objectType.slotCount)
        subject = RowBuffer(slotCount: ActivityField.count)
        keepsSignals = options.keepsSignals
        collector = FindingCollector(limit: options.findingLimit)
        seen = SeenIDs(limit: options.duplicateMemory)
    }

    /// Goes on with a newer history of the directory: what it says of the past must agree with the one before.
    public func follow(_ history: DirectoryTimeline) { users = TimelineUsers(timeline: history) }

    // MARK: Arrival

    /// Takes in activities in any order.
    ///
    /// - Returns: What rules without memory found, in the order of arrival, so that the cut of batches does not show.
    public func process(_ batch: ActivityBatch) -> [Finding] {
        for row in 0..<batch.count {
            arrive(UnsafePointer(batch.slots(of: row)))
            if !signals.isEmpty { drainSignals() }
        }
        counts.pending = pending.count
        return collector.take()
    }

    private func arrive(_ row: UnsafePointer<Slot>) {
        counts.activities += 1
        guard seen.insert(row[ActivityField.id.rawValue], feed: row[ActivityField.observedBy.rawValue]) else {
            counts.duplicates += 1
            return
        }
        let time = Self.time(of: row)
        if time > latestTime ?? .earliest { latestTime = time }
        let isLate = time < watermark || row[ActivityField.isLate.rawValue].boolValue
        if isLate { counts.late += 1 }
        frame.tables[FrameLayout.subjectTable] = row
        usersAreFilled = false
        frame.setNow(time)
        let candidates = index.candidates(kind: row[ActivityField.kind.rawValue])
        let others = index.candidates(type: row[ActivityField.typeID.rawValue])
        for place in candidates.plain { look(rules[place], row, time) }
        if let others { for place in others.plain { look(rules[place], row, time) } }
        if !isLate, !candidates.ordered.isEmpty || !(others?.ordered.isEmpty ?? true) {
            pending.append(HeldActivity(copying: row, heldFields))
        }
        frame.context.reset()
    }

    private static func time(of row: UnsafePointer<Slot>) -> Timestamp {
        let slot = row[ActivityField.time.rawValue]
        return slot.tag == .timestamp ? Timestamp(seconds: slot.intValue, nanoseconds: slot.count) : .earliest
    }

    /// A rule without memory looks at the activity in the subject table.
    private func look(_ rule: ActivityRule, _ row: UnsafePointer<Slot>, _ time: Timestamp) {
        rule.statistics.looked += 1
        frame.context.forgetCutText()
        if rule.readsUsers { fillUsers(row, at: time) }
        guard rule.holds(rule.body.match, frame), !isExcluded(rule) else { return }
        rule.statistics.matched += 1
        guard rule.holds(rule.body.alertIf, frame) else { return }
        let id = row[ActivityField.id.rawValue]
        fire(rule, at: time, activityIDs: [id.tag == .string ? id.string : ""])
    }

    /// Puts `target` and `actor` as of just before `time` into their tables, once an activity.
    func fillUsers(_ row: UnsafePointer<Slot>, at time: Timestamp) {
        guard !usersAreFilled else { return }
        usersAreFilled = true
        frame.tables[FrameLayout.targetTable] = user(row[ActivityField.userID.rawValue], target, at: time)
        frame.tables[FrameLayout.actorTable] = user(row[ActivityField.actorID.rawValue], actor, at: time)
    }

    private func user(_ id: Slot, _ row: RowBuffer, at time: Timestamp) -> UnsafePointer<Slot>? {
        guard id.tag == .int, users.fill(row, id: id.intValue, at: time, wanted: userSlots) else { return nil }
        return UnsafePointer(row.slots)
    }

    /// Whether the policy leaves the activity's target out.
    func isExcluded(_ rule: ActivityRule) -> Bool {
        guard !rule.exclusions.isEmpty, let user = frame.tables[FrameLayout.targetTable] else { return false }
        let activity = frame.tables[FrameLayout.subjectTable]
        frame.tables[FrameLayout.subjectTable] = user
        defer { frame.tables[FrameLayout.subjectTable] = activity }
        return rule.exclusions.contains { $0.truth(frame.frame) == .yes }
    }

    // MARK: Order

    /// Evaluates rules with memory for everything before `watermark`: all activities before it are here.
    ///
    /// - Returns: What they found, sorted by time. A watermark that does not rise does nothing.
    public func advance(to watermark: Timestamp) -> [Finding] {
        guard watermark > self.watermark else { return [] }
        evaluate(before: watermark)
        self.watermark = watermark
        counts.pending = pending.count
        return collector.take().sorted(by: Finding.isBefore)
    }

    /// Evaluates what is left: there are no more activities.
    ///
    /// - Parameter end: How far silence is known, exclusive of what happens at it; nil: to the last activity.
    public func finish(at end: Timestamp? = nil) -> [Finding] {
        let instant = TimeSpan(seconds: 0, nanoseconds: 1)
        let last = pending.map(\.time).max().map { $0 + instant } ?? .earliest
        return advance(to: max(end ?? latestTime ?? .earliest, last, watermark + instant))
    }

    private func evaluate(before edge: Timestamp) {
        collector.isInOrder = true
        var due = pending.filter { $0.time < edge }
        pending.removeAll { $0.time < edge }
        counts.duplicates += HeldActivity.sort(&due)
        for held in due {
            conclude(before: held.time)
            observe(held)
            settleSignals()
        }
        conclude(before: edge)
        settleSignals()
    }

    private func conclude(before edge: Timestamp) {
        for rule in timed {
            guard let deadline = rule.verb?.nextDeadline, deadline < edge else { continue }
            rule.verb?.conclude(before: edge, rule, self)
            frame.context.reset()
        }
    }

    private func observe(_ held: HeldActivity) {
        held.write(to: subject.slots, heldFields)
        let row = UnsafePointer(subject.slots)
        let candidates = index.candidates(kind: row[ActivityField.kind.rawValue])
        let others = index.candidates(type: row[ActivityField.typeID.rawValue])
        for place in candidates.ordered { observe(held, rules[place], row) }
        if let others { for place in others.ordered { observe(held, rules[place], row) } }
        frame.context.reset()
    }

    private func observe(_ held: HeldActivity, _ rule: ActivityRule, _ row: UnsafePointer<Slot>) {
        rule.statistics.looked += 1
        frame.context.forgetCutText()
        frame.begin(now: held.time)
        frame.tables[FrameLayout.subjectTable] = row
        usersAreFilled = false
        if rule.readsUsers { fillUsers(row, at: held.time) }
        for place in rule.profiles.indices { rule.profiles[place].look(held.time, rule, frame) }
        if let verb = rule.verb {
            verb.observe(held, rule, self)
        } else if rule.holds(rule.body.match, frame), !isExcluded(rule) {
            rule.statistics.matched += 1
            if rule.holds(rule.body.alertIf, frame) {
                fire(rule, at: held.time, activityIDs: [held.id])
            } else {
                rule.onMiss?(frame)
            }
        }
        for place in rule.profiles.indices { rule.profiles[place].learn(held.time) }
    }

    /// Sets the frame for a moment at which nothing happened; the subject is the last activity before it.
    func beginSilence(at moment: Timestamp, after activity: HeldActivity?, _ rule: ActivityRule) {
        frame.begin(now: moment)
        usersAreFilled = false
        guard let activity else {
            frame.tables[FrameLayout.subjectTable] = nil
            return
        }
        activity.write(to: subject.slots, heldFields)
        frame.tables[FrameLayout.subjectTable] = UnsafePointer(subject.slots)
        if rule.readsUsers { fillUsers(UnsafePointer(subject.slots), at: moment) }
    }

    // MARK: Findings

    /// Raises what a rule found in the frame as it stands.
    ///
    /// - Parameters:
    ///   - activityIDs: Those behind it, the one that made the rule fire last.
    ///   - windowEnd: The end of the calendar window whose findings are one episode.
    func fire(_ rule: ActivityRule, at time: Timestamp, activityIDs: [String], windowEnd: Timestamp? = nil) {
        guard time >= rule.activeFrom else { return }
        let cooldown =
            windowEnd.map { $0 - time + TimeSpan(seconds: 0, nanoseconds: -1) } ?? rule.bound.cooldown ?? .hours(1)
        let hit = FindingMaker.Hit.activity(
            id: activityIDs.last ?? "", at: time, cooldown: cooldown, activityIDs: activityIDs)
        let outcome = maker.finding(rule.bound, frame, hit: hit, statistics: &rule.statistics)
        rule.onOutcome?(outcome, frame)
        guard case .finding(let finding) = outcome else { return }
        if rule.bound.rule.isSignal {
            if keepsSignals { raisedSignals.append(finding) }
            signals.append(
                SignalActivity.batch(
                    kind: rule.bound.rule.signalKind, of: finding, like: frame.tables[FrameLayout.subjectTable]))
        } else if !collector.add(finding) {
            rule.statistics.overflowed += 1
        }
    }

    /// Lets signals of rules without memory arrive as activities.
    private func drainSignals() {
        while !signals.isEmpty {
            let batches = signals
            signals.removeAll()
            for batch in batches { arrive(UnsafePointer(batch.slots(of: 0))) }
        }
    }

    /// Lets signals of rules with memory arrive at once, since their turn in time is now.
    private func settleSignals() {
        while !signals.isEmpty {
            let batches = signals
            signals.removeAll()
            for batch in batches {
                let waiting = pending.count
                arrive(UnsafePointer(batch.slots(of: 0)))
                while pending.count > waiting { observe(pending.removeLast()) }
            }
        }
    }
}
