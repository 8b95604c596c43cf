import CEL
import FieldStorage
import RuleLanguage
import Timekeeping

/// What was seen of each key, for `is_new.<name>`.
struct ProfileState {
    private let profile: Profile
    private let value: Condition
    private let memory: ProfileMemory
    private let reader: KeyReader
    /// The key whose value the last `look(_:_:_:)` saw.
    private var place: Int?

    init(_ profile: Profile, _ limits: EngineLimits) {
        self.profile = profile
        value = Condition(unretained: profile.value)
        memory = ProfileMemory(history: profile.history, limits)
        reader = KeyReader(profile.by)
    }

    var evictedKeys: Int { memory.evictedKeys }
    /// How many values had to leave before their time.
    var forgottenValues: Int { memory.crowdedOut }
    var liveKeys: Int { memory.liveKeys }
    var byteCount: Int { memory.byteCount }

    /// Sets `is_new` for the activity in the frame; what is seen now counts from the next activity on.
    ///
    /// False for an activity that the profile does not match, for null, and while the key is younger than `learn`;
    /// unknown where `match`, `by` or `value` has no value.
    mutating func look(_ activity: Observed, _ rule: ActivityRule, _ frame: RuleFrame) {
        place = nil
        frame.variables.slots[profile.index] = .bool(false)
        switch profile.match?.truth(frame.frame) ?? .yes {
        case .yes: break
        case .no: return
        case .failed: return fail(frame.failure, rule, frame)
        }
        switch reader.read(frame, turn: activity.turn) {
        case .key: break
        case .null: return
        case .failed(let failure): return fail(failure, rule, frame)
        }
        guard let seen = value.slot(frame.frame) else { return fail(frame.failure, rule, frame) }
        guard seen.tag != .null else { return }
        let time = activity.time
        let key = memory.use(reader.key, at: time)
        place = key.place
        let last = memory.lastSeen(seen, of: key.place)
        guard !key.isNew, !(time - memory.since(key.place) < profile.learn) else { return }
        frame.variables.slots[profile.index] = .bool(last.map { $0 <= time - profile.history } ?? true)
    }

    private func fail(_ failure: EvaluationFailure, _ rule: ActivityRule, _ frame: RuleFrame) {
        rule.statistics.note(failure)
        frame.variables.slots[profile.index] = .unknown
    }

    /// Remembers what the last `look(_:_:_:)` saw.
    mutating func learn(_ time: Timestamp) {
        if let place { memory.see(place, at: time) }
        place = nil
    }
}

extension ProfileState {
    func save(to writer: inout StateWriter) throws(StateFault) { try memory.save(to: &writer) }

    func restore(from reader: inout StateReader) throws(StateFault) { try memory.restore(from: &reader) }
}
