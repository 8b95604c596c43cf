import CEL
import FieldStorage
import RuleLanguage
import Timekeeping

/// What was seen of each key, for `is_new.<name>`.
struct ProfileState {
    /// What was seen of one key.
    private struct Known {
        let since: Timestamp
        var values: [Value: Timestamp] = [:]
    }

    /// How many values of one key are remembered; the one seen longest ago leaves first.
    static let valueLimit = 10_000

    private let profile: Profile
    private var keys: KeyTable<Known>
    private var current: (key: GroupKey, value: Value)?

    init(_ profile: Profile, limit: Int) {
        self.profile = profile
        keys = KeyTable(limit: limit)
    }

    var evictedKeys: Int { keys.evictedCount }

    /// Sets `is_new` for the activity in the frame; what is seen now counts from the next activity on.
    ///
    /// False for an activity that the profile does not match, for null, and while the key is younger than `learn`.
    mutating func look(_ time: Timestamp, _ rule: ActivityRule, _ frame: RuleFrame) {
        current = nil
        frame.variables.slots[profile.index] = .bool(false)
        guard rule.holds(profile.match, frame), let key = rule.key(profile.by, frame) else { return }
        switch profile.value.value(frame.frame) {
        case .failure(let failure):
            rule.statistics.note(failure)
            frame.variables.slots[profile.index] = .unknown
        case .success(.null): break
        case .success(let value):
            current = (key, value)
            guard let known = keys.state(of: key), !(time - known.since < profile.learn) else { return }
            let isNew = known.values[value].map { $0 <= time - profile.history } ?? true
            frame.variables.slots[profile.index] = .bool(isNew)
        }
    }

    /// Remembers what the last `look(_:_:_:)` saw.
    mutating func learn(_ time: Timestamp) {
        guard let (key, value) = current else { return }
        let history = profile.history
        keys.use(key, at: time, make: { Known(since: time) }) { known in
            known.values[value] = time
            guard known.values.count > Self.valueLimit else { return }
            known.values = known.values.filter { $0.value > time - history }
            while known.values.count > Self.valueLimit,
                let oldest = known.values.min(by: { $0.value < $1.value })?.key
            {
                known.values[oldest] = nil
            }
        }
    }
}
