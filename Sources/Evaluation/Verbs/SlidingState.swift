import CEL
import RuleLanguage
import Timekeeping

/// `threshold` with a sliding window: aggregates over the look-back of a key, judged at every match.
final class SlidingState: VerbState {
    private let table: SlidingTable

    init(_ threshold: Verb.Threshold, within: TimeSpan, _ limits: EngineLimits) {
        table = SlidingTable(
            threshold.aggregates, within: within, limit: limits.keys, activities: limits.activities,
            walked: limits.walked)
    }

    var evictedKeys: Int { table.evictedCount }
    var passedOver: Int { table.passedOver }
    var liveKeys: Int { table.count }
    var byteCount: Int { table.byteCount }

    func observe(_ activity: Observed, _ unit: OrderedUnit, _ engine: ActivityEngine) {
        let frame = engine.frame
        unit.matched += 1
        guard unit.readsKey(frame, turn: activity.turn) else { return }
        let place = table.add(unit.keys.key, at: activity.time.heldNanoseconds, id: activity.idSlot, frame)
        frame.set(keys: unit.keys.slots, from: unit.lead.firstKeyIndex)
        table.set(frame, place)
        unit.forEachRule { rule in
            if rule.isAlert(frame) {
                engine.fire(rule, at: activity.time, id: activity.id, .window(table, place: place))
            } else {
                rule.onMiss?(frame)
            }
        }
    }
}

extension SlidingState {
    func save(to writer: inout StateWriter, _ scratch: SavingScratch) throws(StateFault) {
        try table.save(to: &writer)
    }

    func restore(from reader: inout StateReader, _ scratch: SavingScratch) throws(StateFault) {
        try table.restore(from: &reader)
    }
}
