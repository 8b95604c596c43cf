import CEL
import FieldStorage
import RuleLanguage
import Timekeeping

/// One piece of memory with the rules that it serves: one rule, or several that differ only in what they ask of it.
final class OrderedUnit {
    /// At least one, in the order of evaluation.
    let rules: [ActivityRule]
    let ruleCount: Int
    private let references: UnsafeMutablePointer<Unmanaged<ActivityRule>>
    /// What is remembered; nil for a rule with profiles and no verb.
    let verb: (any VerbState)?
    /// Who reads the key; shared with other units of the same `by`.
    let keys: KeyReader
    /// Whether `match` says the same when the activity arrives as when its turn comes.
    let isMatchedOnArrival: Bool
    /// Whether `target` or `actor` has to be there.
    let readsUsers: Bool
    /// Whether only the verb is left to do when an activity's turn comes.
    let isSimple: Bool
    /// `verb` of a simple unit with a sliding window, the usual case, without counting references to it.
    let sliding: Unmanaged<SlidingState>?
    /// Activities it was a candidate for.
    @exclusivity(unchecked) var looked = 0
    /// Those that matched.
    @exclusivity(unchecked) var matched = 0
    /// What there was no room for when that was last looked at, and when it may be told again.
    @exclusivity(unchecked) var lacksNoted = RoomFinding.Lacks()
    var nextRoomFinding = Timestamp.earliest
    /// The time of the first of them, where the verb asks for it.
    @exclusivity(unchecked) private(set) var firstSeen = Timestamp.latest
    private let notesFirst: Bool

    /// The rule whose conditions speak for all.
    let lead: ActivityRule
    private let match: Condition?
    /// Whether a pattern of `match` looked at the first part of a longer text only.
    @exclusivity(unchecked) private(set) var wasCut = false
    private let shared: SharedMatch?

    /// - Parameters:
    ///   - match: What is known of `match` already for other units, when they have the same.
    init(_ rules: [ActivityRule], _ lead: ActivityRule, keys: KeyReader, match: SharedMatch?, _ limits: EngineLimits) {
        self.rules = rules
        ruleCount = rules.count
        self.lead = lead
        self.keys = keys
        self.match = lead.body.match.map { Condition(unretained: $0) }
        shared = match
        isMatchedOnArrival =
            lead.body.identity.map { $0.isMatchOfActivityAlone } ?? (!lead.readsUsers && lead.profiles.isEmpty)
        readsUsers = rules.contains(where: \.readsUsers)
        isSimple =
            isMatchedOnArrival && !readsUsers && lead.profiles.isEmpty && lead.exclusions.isEmpty
        verb = lead.body.verb.map { Self.state(of: $0, limits) }
        sliding = isSimple ? (verb as? SlidingState).map { .passUnretained($0) } : nil
        references = .allocate(capacity: rules.count)
        for (place, rule) in rules.enumerated() { (references + place).initialize(to: .passUnretained(rule)) }
        if case .spike? = lead.body.verb { notesFirst = true } else { notesFirst = false }
    }

    deinit { references.deallocate() }

    /// Lets each rule do something, without counting references to them.
    @inline(__always)
    func forEachRule(_ body: (ActivityRule) -> Void) {
        for place in 0..<ruleCount { references[place]._withUnsafeGuaranteedRef(body) }
    }

    /// How many keys had to leave.
    private var evictedKeys: Int {
        var count = verb?.evictedKeys ?? 0
        if !isSimple { for place in lead.profiles.indices { count += lead.profiles[place].evictedKeys } }
        return count
    }

    /// How often there was no room: for keys, in windows, and in profiles.
    var lacks: RoomFinding.Lacks {
        var lacks = RoomFinding.Lacks(keys: evictedKeys, activities: verb?.passedOver ?? 0)
        if !isSimple { for place in lead.profiles.indices { lacks.values += lead.profiles[place].forgottenValues } }
        return lacks
    }

    /// Notes that an activity may be the unit's.
    @inline(__always)
    func note(_ time: Timestamp) {
        looked += 1
        if notesFirst, time < firstSeen { firstSeen = time }
    }

    private static func state(of verb: Verb, _ limits: EngineLimits) -> any VerbState {
        switch verb {
        case .threshold(let threshold):
            if case .sliding(let within) = threshold.window {
                SlidingState(threshold, within: within, limits)
            } else {
                StretchState(threshold, limits)
            }
        case .sequence(let sequence): SequenceState(sequence, limits)
        case .previous(let previous): PreviousState(previous, limits)
        case .spike(let spike): SpikeState(spike, limits)
        case .flatline(let flatline): FlatlineState(flatline, limits)
        }
    }

    /// Writes what is remembered.
    func save(to writer: inout StateWriter, row: UnsafeMutablePointer<Slot>) throws(StateFault) {
        writer.write(firstSeen)
        writer.write(nextRoomFinding)
        writer.write(lacksNoted.keys)
        writer.write(lacksNoted.activities)
        writer.write(lacksNoted.values)
        try verb?.save(to: &writer, SavingScratch(fields: lead.heldFields, row: row))
    }

    /// Takes in what the same unit wrote.
    func restore(from reader: inout StateReader, row: UnsafeMutablePointer<Slot>) throws(StateFault) {
        firstSeen = try reader.readMoment()
        nextRoomFinding = try reader.readMoment()
        lacksNoted = RoomFinding.Lacks(
            keys: try reader.read(), activities: try reader.read(), values: try reader.read())
        try verb?.restore(from: &reader, SavingScratch(fields: lead.heldFields, row: row))
    }

    /// Whether `match` holds for the activity in the frame; a failure is counted for every rule.
    @inline(__always)
    func matches(_ frame: RuleFrame, turn: UInt64) -> Bool {
        guard let match else { return true }
        let truth: Truth
        if let shared {
            truth = shared.truth(match, frame, turn: turn)
            wasCut = shared.wasCut
        } else {
            frame.context.forgetCutText()
            truth = match.truth(frame.frame)
            wasCut = frame.context.didCutText
        }
        switch truth {
        case .yes: return true
        case .no: return false
        case .failed:
            let failure = shared?.failure ?? frame.failure
            for rule in rules { rule.statistics.note(failure) }
            return false
        }
    }

    /// Reads the key of the activity in the frame; a failure is counted for every rule.
    @inline(__always)
    func readsKey(_ frame: RuleFrame, turn: UInt64) -> Bool {
        switch keys.read(frame, turn: turn) {
        case .key: return true
        case .null: return false
        case .failed(let failure):
            for rule in rules { rule.statistics.note(failure) }
            return false
        }
    }
}

/// What units with one and the same `match` know of the activity in turn.
final class SharedMatch {
    @exclusivity(unchecked) private var turn: UInt64 = 0
    @exclusivity(unchecked) private var truth = Truth.no
    /// Whether a pattern looked at the first part of a longer text only.
    @exclusivity(unchecked) private(set) var wasCut = false
    /// Why the condition had no value.
    @exclusivity(unchecked) private(set) var failure: EvaluationFailure?

    @inline(__always)
    func truth(_ match: Condition, _ frame: RuleFrame, turn: UInt64) -> Truth {
        if turn != self.turn {
            self.turn = turn
            frame.context.forgetCutText()
            truth = match.truth(frame.frame)
            wasCut = frame.context.didCutText
            failure = truth == .failed ? frame.failure : nil
        }
        return truth
    }
}

/// What a verb remembers, and what it makes of activities in order of time.
protocol VerbState: AnyObject {
    /// Takes in an activity that matches and is in the subject table; profiles are in their variables.
    func observe(_ activity: Observed, _ unit: OrderedUnit, _ engine: ActivityEngine)
    /// Whether time alone can make it fire.
    var waitsForSilence: Bool { get }
    /// The first moment at which silence means something; nil when none does.
    var nextDeadline: Timestamp? { get }
    /// Concludes what silence means until before `moment`.
    func conclude(before moment: Timestamp, _ unit: OrderedUnit, _ engine: ActivityEngine)
    /// Writes what is remembered.
    ///
    /// - Parameter scratch: The fields that its rule remembers, and room to lay them out.
    func save(to writer: inout StateWriter, _ scratch: SavingScratch) throws(StateFault)
    /// Takes in what the same verb of the same rule wrote; this one is new.
    func restore(from reader: inout StateReader, _ scratch: SavingScratch) throws(StateFault)
    /// How many keys had to leave.
    var evictedKeys: Int { get }
    /// How many activities or values windows left out since they hold as many as they may.
    var passedOver: Int { get }
    /// How many keys there are now.
    var liveKeys: Int { get }
    /// Bytes held.
    var byteCount: Int { get }
}

extension VerbState {
    var waitsForSilence: Bool { false }
    var passedOver: Int { 0 }
    var nextDeadline: Timestamp? { nil }
    func conclude(before moment: Timestamp, _ unit: OrderedUnit, _ engine: ActivityEngine) {}
}
