import CEL
import Directory
import FieldStorage
import RuleLanguage
import Timekeeping

/// `previous`: the last match of the same key, at most `within` ago, inclusive.
final class PreviousState: VerbState {
    private let previous: Verb.Previous
    private let keys: KeyTable<HeldActivity>
    private let row = RowBuffer(slotCount: ActivityField.count)

    init(_ previous: Verb.Previous, _ limits: EngineLimits) {
        self.previous = previous
        keys = KeyTable(limit: limits.keys)
    }

    var evictedKeys: Int { keys.evictedCount }
    var liveKeys: Int { keys.count }
    var byteCount: Int { keys.byteCount }

    func observe(_ activity: Observed, _ unit: OrderedUnit, _ engine: ActivityEngine) {
        let frame = engine.frame
        let rule = unit.lead
        unit.matched += 1
        guard unit.readsKey(frame, turn: activity.turn) else { return }
        while let oldest = keys.oldest, oldest.lastUsed < activity.time - previous.within { keys.removeOldest() }
        let held = HeldActivity(copying: activity.row, at: activity.time, rule.heldFields)
        let (place, isNew) = keys.use(unit.keys.key, at: activity.time) { held }
        keys.note(bytes: held.byteCount, of: place)
        guard !isNew else { return }
        let last = keys[place]
        keys[place] = held
        frame.set(keys: unit.keys.slots, from: rule.firstKeyIndex)
        last.write(to: row.slots, rule.heldFields)
        frame.tables[FrameLayout.previousTable] = UnsafePointer(row.slots)
        if let index = rule.bound.layout.index(of: "elapsed") {
            frame.set(index, to: .duration(activity.time - last.time))
        }
        guard rule.holds(rule.body.alertIf, frame) else {
            rule.onMiss?(frame)
            return
        }
        engine.fire(rule, at: activity.time, activityIDs: [last.id, activity.id])
    }
}

extension PreviousState {
    func save(to writer: inout StateWriter, _ scratch: SavingScratch) throws(StateFault) {
        try keys.save(to: &writer) { last, writer throws(StateFault) in try writer.write(last, scratch) }
    }

    func restore(from reader: inout StateReader, _ scratch: SavingScratch) throws(StateFault) {
        try keys.restore(from: &reader, bytes: \.byteCount) { reader throws(StateFault) in
            try reader.readActivity(scratch)
        }
    }
}
