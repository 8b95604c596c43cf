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
    private(set) var rules: [ActivityRule] = []
    private let arrivals: ArrivalIndex
    let ordered: OrderedRules
    let waiting: ReorderBuffer
    private var maker: FindingMaker
    @exclusivity(unchecked) var users: any UserRows
    let userSlots: [Int]
    let target: RowBuffer
    let actor: RowBuffer
    let subject: RowBuffer
    /// Whether `target` and `actor` are those of the activity in the subject table.
    @exclusivity(unchecked) var usersAreFilled = false
    var collector: FindingCollector
    private let seen: SeenIDs
    let occurrences: Occurrences
    @exclusivity(unchecked) var signals: [(batch: ActivityBatch, policy: Int32)] = []
    /// The policy of the signal that arrives; below 0 while what arrives is no signal.
    @exclusivity(unchecked) var signalPolicy: Int32 = -1
    /// Units that wait for the signal that is arriving, while signals of rules with memory arrive.
    @exclusivity(unchecked) var settled: [[UInt32]] = []
    @exclusivity(unchecked) var isSettling = false
    /// Counts what is looked at, so that units which share a condition or a key evaluate it once.
    @exclusivity(unchecked) var turn: UInt64 = 0
    /// What signal rules raised, for their tests; empty unless `keepsSignals`.
    private(set) var raisedSignals: [Finding] = []
    private let keepsSignals: Bool
    private let countsOnly: Bool
    let keyLimit: Int
    let hasSignals: Bool
    /// Everything before it has been evaluated.
    @exclusivity(unchecked) public internal(set) var watermark = Timestamp.earliest
    /// The latest time of an activity so far.
    @exclusivity(unchecked) public internal(set) var latestTime: Timestamp?
    /// What became of the activities.
    @exclusivity(unchecked) public internal(set) var counts = Counts()

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
        let bookLimits = bindings.first?.limits ?? .default
        keyLimit = options.keyLimit ?? bookLimits.keys
        let limits = EngineLimits(
            keys: keyLimit, partials: options.partialLimit ?? bookLimits.partials,
            profileValues: options.profileValues ?? bookLimits.profileValues,
            valuesOfKey: options.valuesOfKey ?? bookLimits.valuesOfKey,
            activities: options.windowActivities ?? bookLimits.windowActivities,
            walked: options.walkedActivities ?? bookLimits.walkedActivities, coverageStart: options.coverageStart)
        let policies = Set(bindings.map(\.policy)).sorted()
        let rules = bindings.compactMap { bound -> ActivityRule? in
            guard case .activity(let body) = bound.body else { return nil }
            return ActivityRule(
                bound, body, connection: connection,
                policy: Int32(policies.firstIndex(of: bound.policy) ?? 0), activeFrom: options.activeFrom(bound),
                limits)
        }
        self.rules = rules
        self.users = users
        maker = FindingMaker(connection: connection)
        frame = RuleFrame(for: rules.map(\.bound), patternClock: options.patternClock)
        frame.context.honour(options.endedSearches)
        arrivals = ArrivalIndex(
            rules.enumerated().filter { !$1.isOrdered }.map { place, rule in
                ArrivalIndex.Entry(place: place, anchors: rule.body.anchors, tests: rule.body.fieldTests)
            }, ruleCount: rules.count, ordered: KindIndex(rules.map { ($0.isOrdered, $0.anchors) }))
        ordered = OrderedRules(rules, limits)
        hasSignals = rules.contains { $0.bound.rule.isSignal }
        var held = Set(rules.filter(\.isOrdered).flatMap { $0.bound.fields(of: "Activity") })
        if hasSignals { held.formUnion(SignalActivity.copied) }
        occurrences = Occurrences(comparesFeeds: options.comparesFeeds, limit: options.duplicateMemory)
        held.formUnion(occurrences.comparedFields)
        waiting = ReorderBuffer(HeldFields(names: held))
        let wanted = Set(rules.flatMap { $0.bound.fields(of: "User") })
        userSlots = UserFields.all.objectType.fields.filter { wanted.contains($0.name) }.map(\.slot)
        target = RowBuffer(slotCount: UserFields.all.objectType.slotCount)
        actor = RowBuffer(slotCount: UserFields.all.objectType.slotCount)
        subject = RowBuffer(slotCount: ActivityField.count)
        keepsSignals = options.keepsSignals
        countsOnly = options.countsOnly
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
        if batch.count > 0 {
            var row = UnsafePointer(batch.slots(of: 0))
            for _ in 0..<batch.count {
                arrive(row)
                if !signals.isEmpty { drainSignals() }
                row += ActivityField.count
            }
        }
        counts.pending = waiting.count
        return collector.take()
    }

    func arrive(_ row: UnsafePointer<Slot>) {
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
        var (count, mayBeHeld) = arrivals.candidates(row, frame)
        if occurrences.concerns(row[ActivityField.typeID.rawValue]), isRepeated(row, at: time, isLate: isLate) {
            count = 0
        }
        let wantsOrder = mayBeHeld && !isLate
        guard count > 0 || wantsOrder else { return }
        usersAreFilled = false
        frame.setNow(time)
        for place in 0..<count { look(rules[Int(arrivals.found[place])], row, time) }
        if wantsOrder { hold(row, at: time) }
        frame.context.reset()
    }

    /// Whether an activity that arrives tells of what one before it told of; rules with memory ask again in order.
    private func isRepeated(_ row: UnsafePointer<Slot>, at time: Timestamp, isLate: Bool) -> Bool {
        switch occurrences.arrive(row, at: time, isLate: isLate) {
        case .new: return false
        case .echo: counts.echoes += 1
        case .twin: counts.twins += 1
        }
        return true
    }

    /// Whether activities came of which some have numbers as ids and some have not, as those of two feeds do.
    public var sawTwoFeeds: Bool { seen.sawNumber && seen.sawOther }
    /// Whether an activity came so late that what it may repeat had been forgotten.
    public var forgotTooMuch: Bool { occurrences.tooOld > 0 }

    static func time(of row: UnsafePointer<Slot>) -> Timestamp {
        let slot = row[ActivityField.time.rawValue]
        return slot.tag == .timestamp ? Timestamp(seconds: slot.intValue, nanoseconds: slot.count) : .earliest
    }

    /// A rule without memory looks at the activity in the subject table.
    private func look(_ rule: ActivityRule, _ row: UnsafePointer<Slot>, _ time: Timestamp) {
        guard signalPolicy < 0 || rule.policy == signalPolicy else { return }
        rule.statistics.looked += 1
        frame.context.forgetCutText()
        if rule.readsUsers { fillUsers(row, at: time) }
        guard rule.holds(rule.body.match, frame), !isExcluded(rule) else { return }
        rule.statistics.matched += 1
        guard rule.holds(rule.body.alertIf, frame) else { return }
        let id = row[ActivityField.id.rawValue]
        fire(rule, at: time, activityIDs: [id.tag == .string ? id.string : ""])
    }

    // MARK: Findings

    /// Raises what a rule found in the frame as it stands.
    ///
    /// - Parameters:
    ///   - activityIDs: Those behind it, the one that made the rule fire last.
    ///   - windowEnd: The end of the calendar window whose findings are one episode.
    func fire(_ rule: ActivityRule, at time: Timestamp, activityIDs: [String], windowEnd: Timestamp? = nil) {
        fire(rule, at: time, id: activityIDs.last ?? "", .activities(activityIDs), windowEnd: windowEnd)
    }

    /// Raises what a rule found in the frame as it stands.
    ///
    /// - Parameter id: The activity that made the rule fire.
    func fire(
        _ rule: ActivityRule, at time: Timestamp, id: String, _ evidence: ActivityEvidence,
        windowEnd: Timestamp? = nil
    ) {
        // A signal is state of the rules that read it, and they have a moment of their own from which on they raise.
        guard time >= rule.activeFrom || rule.bound.rule.isSignal else { return }
        if countsOnly, !rule.bound.rule.isSignal {
            let key = maker.count(rule.bound, frame, at: time, statistics: &rule.statistics)
            if let key { rule.count(key: key) }
            return
        }
        let cooldown =
            windowEnd.map { $0 - time + TimeSpan(seconds: 0, nanoseconds: -1) } ?? rule.bound.cooldown ?? .hours(1)
        let hit = FindingMaker.Hit.activity(id: id, at: time, cooldown: cooldown, activityIDs: [])
        maker.superUsersBy = rule.bound.readsSuperUsers ? users.superUsersBy(at: time) : nil
        let outcome = maker.finding(rule.bound, frame, hit: hit, statistics: &rule.statistics)
        guard case .finding(let finding) = outcome else {
            rule.onOutcome?(outcome, frame)
            return
        }
        if let told = rule.onOutcome {
            told(.finding(finding.with(severity: finding.severity, activityIDs: evidence.activityIDs)), frame)
        }
        if rule.bound.rule.isSignal {
            if keepsSignals {
                raisedSignals.append(finding.with(severity: finding.severity, activityIDs: evidence.activityIDs))
            }
            let batch = SignalActivity.batch(
                kind: rule.bound.rule.signalKind, of: finding, like: frame.tables[FrameLayout.subjectTable])
            signals.append((batch, rule.policy))
        } else if !collector.add(finding, evidence) {
            rule.statistics.overflowed += 1
        }
    }

    /// Lets signals of rules without memory arrive as activities.
    private func drainSignals() {
        while !signals.isEmpty {
            let batches = signals
            signals.removeAll()
            for (batch, policy) in batches {
                signalPolicy = policy
                arrive(UnsafePointer(batch.slots(of: 0)))
            }
        }
        signalPolicy = -1
    }
}
