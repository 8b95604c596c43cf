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

        mutating func learn(_ value: Value, at time: Timestamp, history: TimeSpan) {
            values[value] = time
            guard values.count > ProfileState.valueLimit else { return }
            values = values.filter { $0.value > time - history }
            while values.count > ProfileState.valueLimit, let oldest = values.min(by: { $0.value < $1.value })?.key {
                values[oldest] = nil
            }
        }
    }

    /// How many values of one key are remembered; the one seen longest ago leaves first.
    static let valueLimit = 10_000

    private let profile: Profile
    private let keys: KeyTable<Known>
    private let reader: KeyReader
    private var current: Value?

    init(_ profile: Profile, limit: Int) {
        self.profile = profile
        keys = KeyTable(limit: limit)
        reader = KeyReader(profile.by)
    }

    var evictedKeys: Int { keys.evictedCount }
    var liveKeys: Int { keys.count }
    var byteCount: Int { keys.byteCount }

    /// Sets `is_new` for the activity in the frame; what is seen now counts from the next activity on.
    ///
    /// False for an activity that the profile does not match, for null, and while the key is younger than `learn`.
    mutating func look(_ activity: Observed, _ rule: ActivityRule, _ frame: RuleFrame) {
        current = nil
        frame.variables.slots[profile.index] = .bool(false)
        guard rule.holds(profile.match, frame) else { return }
        switch reader.read(frame, turn: activity.turn) {
        case .key: break
        case .null: return
        case .failed(let failure):
            rule.statistics.note(failure)
            return
        }
        switch profile.value.value(frame.frame) {
        case .failure(let failure):
            rule.statistics.note(failure)
            frame.variables.slots[profile.index] = .unknown
        case .success(.null): break
        case .success(let value):
            current = value
            let time = activity.time
            guard let place = keys.place(of: reader.key), !(time - keys[place].since < profile.learn) else { return }
            let isNew = keys[place].values[value].map { $0 <= time - profile.history } ?? true
            frame.variables.slots[profile.index] = .bool(isNew)
        }
    }

    /// Remembers what the last `look(_:_:_:)` saw.
    mutating func learn(_ time: Timestamp) {
        guard let value = current else { return }
        let place = keys.use(reader.key, at: time) { Known(since: time) }.place
        keys[place].learn(value, at: time, history: profile.history)
    }
}

extension ProfileState {
    func save(to writer: inout StateWriter) throws(StateFault) {
        try keys.save(to: &writer) { known, writer throws(StateFault) in
            writer.write(known.since)
            try writer.write(each: known.values) { entry, writer throws(StateFault) in
                try writer.write(entry.key)
                writer.write(entry.value)
            }
        }
    }

    func restore(from reader: inout StateReader) throws(StateFault) {
        try keys.restore(from: &reader) { reader throws(StateFault) in
            var known = Known(since: try reader.readMoment())
            let values = try reader.readEach { reader throws(StateFault) in
                let value = try reader.readValue()
                return (value, try reader.readMoment())
            }
            known.values = Dictionary(values, uniquingKeysWith: { first, _ in first })
            return known
        }
    }
}
