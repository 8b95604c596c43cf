import CEL
import RuleLanguage
import Timekeeping

/// `threshold` with a calendar window or a session: aggregates over what came since it began, judged at every match.
final class StretchState: VerbState {
    private struct Stretch {
        var window: TimeWindow
        var accumulators: [Accumulator]
        var activityIDs = Ring<String>()
    }

    private let threshold: Verb.Threshold
    private let keys: KeyTable<Stretch>
    /// The calendar window of the last activity, which most often is the next one's too.
    private var current: TimeWindow?

    init(_ threshold: Verb.Threshold, _ limits: EngineLimits) {
        self.threshold = threshold
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
        frame.set(keys: unit.keys.slots, from: rule.firstKeyIndex)
        let place: Int
        var windowEnd: Timestamp?
        switch threshold.window {
        case .tumbling(let length, let zone):
            let window = window(of: length, zone, holding: activity.time)
            place = extend(activity, unit.keys.key, frame, window) { $0.window != window }
            if rule.bound.cooldown == nil { windowEnd = window.end }
        case .session(let gap), .sliding(let gap):
            let window = TimeWindow(start: activity.time, end: activity.time + gap)
            place = extend(activity, unit.keys.key, frame, window) { $0.window.end <= activity.time }
        }
        guard rule.holds(rule.body.alertIf, frame) else {
            rule.onMiss?(frame)
            return
        }
        engine.fire(
            rule, at: activity.time, activityIDs: keys[place].activityIDs.elements, windowEnd: windowEnd)
    }

    private func window(of length: TimeSpan, _ zone: TimeZoneRules, holding time: Timestamp) -> TimeWindow {
        if let current, current.contains(time) { return current }
        let window = zone.window(of: length, holding: time)
        current = window
        return window
    }

    /// Adds to a window that only grows, or begins the next one.
    private func extend(
        _ activity: Observed, _ key: KeyBytes, _ frame: RuleFrame, _ window: TimeWindow, isOver: (Stretch) -> Bool
    ) -> Int {
        let aggregates = threshold.aggregates
        func fresh() -> Stretch { Stretch(window: window, accumulators: aggregates.map(Accumulator.init)) }
        // The key that was quiet for longest has the window that ended first: what is over takes no room.
        while let oldest = keys.oldest, keys[oldest.place].window.end <= activity.time { keys.removeOldest() }
        let place = keys.use(key, at: activity.time, make: fresh).place
        if isOver(keys[place]) { keys[place] = fresh() }
        keys[place].window = window
        keys[place].activityIDs.append(activity.id)
        if keys[place].activityIDs.count > SlidingTable.evidenceLimit { keys[place].activityIDs.removeFirst() }
        for index in aggregates.indices {
            keys[place].accumulators[index].add(Sample(of: aggregates[index], frame))
            frame.set(aggregates[index], to: keys[place].accumulators[index].result)
        }
        return place
    }
}
