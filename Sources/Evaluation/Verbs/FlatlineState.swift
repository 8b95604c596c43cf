import CEL
import RuleLanguage
import Timekeeping

/// `flatline`: a key that was seen is quiet for longer than `within`.
///
/// It fires once, at the last activity's time plus `within`, and again only after the key was seen again. `by: []` is
/// the whole connection, which counts as seen when its coverage begins.
final class FlatlineState: VerbState {
    private struct Last {
        let key: GroupKey
        var activity: HeldActivity?

        var heldBytes: Int { key.heldBytes + (activity?.byteCount ?? 0) }
    }

    private let flatline: Verb.Flatline
    private let keys: KeyTable<Last>

    init(_ flatline: Verb.Flatline, _ limits: EngineLimits) {
        self.flatline = flatline
        keys = KeyTable(limit: limits.keys)
        if flatline.by.isEmpty, let start = limits.coverageStart {
            let writer = KeyWriter()
            writer.begin()
            _ = keys.use(writer.key, at: start) { Last(key: .only) }
        }
    }

    var evictedKeys: Int { keys.evictedCount }
    var liveKeys: Int { keys.count }
    var byteCount: Int { keys.byteCount }
    var waitsForSilence: Bool { true }
    var nextDeadline: Timestamp? { keys.oldest.map { $0.lastUsed + flatline.within } }

    func observe(_ activity: Observed, _ unit: OrderedUnit, _ engine: ActivityEngine) {
        unit.matched += 1
        guard unit.readsKey(engine.frame, turn: activity.turn) else { return }
        let place = keys.use(unit.keys.key, at: activity.time) { Last(key: unit.keys.values) }.place
        keys[place].activity = HeldActivity(copying: activity.row, at: activity.time, unit.lead.heldFields)
        keys.note(bytes: keys[place].heldBytes, of: place)
    }

    func conclude(before moment: Timestamp, _ unit: OrderedUnit, _ engine: ActivityEngine) {
        let rule = unit.lead
        while let (place, last) = keys.oldest, last + flatline.within < moment {
            let quiet = keys[place]
            keys.remove(place)
            let deadline = last + flatline.within
            engine.beginSilence(at: deadline, after: quiet.activity, rule)
            engine.frame.set(keys: quiet.key, from: rule.firstKeyIndex)
            guard rule.holds(rule.body.alertIf, engine.frame) else { continue }
            engine.fire(rule, at: deadline, activityIDs: quiet.activity.map { [$0.id] } ?? [])
        }
    }
}

extension FlatlineState {
    func save(to writer: inout StateWriter, _ scratch: SavingScratch) throws(StateFault) {
        try keys.save(to: &writer) { last, writer throws(StateFault) in
            try writer.write(last.key)
            try writer.write(ifAny: last.activity) { activity, writer throws(StateFault) in
                try writer.write(activity, scratch)
            }
        }
    }

    func restore(from reader: inout StateReader, _ scratch: SavingScratch) throws(StateFault) {
        try keys.restore(from: &reader, bytes: \.heldBytes) { reader throws(StateFault) in
            let key = try reader.readKey()
            return Last(
                key: key,
                activity: try reader.readIfAny { reader throws(StateFault) in try reader.readActivity(scratch) })
        }
    }
}
