import CEL
import Directory
import FieldStorage
import RuleLanguage
import Timekeeping

/// `previous`: the last match of the same key, at most `within` ago, inclusive.
final class PreviousState: VerbState {
    private let previous: Verb.Previous
    private var keys: KeyTable<HeldActivity>
    private let row = RowBuffer(slotCount: ActivityField.count)

    init(_ previous: Verb.Previous, _ limits: EngineLimits) {
        self.previous = previous
        keys = KeyTable(limit: limits.keys)
    }

    var evictedKeys: Int { keys.evictedCount }

    func observe(_ activity: HeldActivity, _ rule: ActivityRule, _ engine: ActivityEngine) {
        let frame = engine.frame
        guard rule.holds(rule.body.match, frame), !engine.isExcluded(rule) else { return }
        rule.statistics.matched += 1
        guard let key = rule.key(previous.by, frame) else { return }
        while let oldest = keys.oldest, oldest.lastUsed < activity.time - previous.within { keys.removeOldest() }
        let last = keys.state(of: key)
        keys.use(key, at: activity.time, make: { activity }) { $0 = activity }
        guard let last else { return }
        frame.set(keys: key, of: rule.bound.layout)
        last.write(to: row.slots, engine.heldFields)
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
