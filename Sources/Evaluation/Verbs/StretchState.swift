import CEL
import RuleLanguage
import Timekeeping

/// `threshold` with a calendar window or a session: aggregates over what came since it began, judged at every match.
final class StretchState: VerbState {
    private struct Stretch {
        var window: TimeWindow
        var accumulators: [Accumulator]
        var activityIDs = EvidenceIDs()

        var heldValues: Int { accumulators.reduce(0) { $0 + $1.heldValues } }
        var passedOver: Int { accumulators.reduce(0) { $0 + $1.passedOver } }
        var heldBytes: Int {
            accumulators.reduce(32 + accumulators.capacity * MemoryLayout<Accumulator>.stride) { $0 + $1.heldBytes }
                + activityIDs.heldBytes
        }
    }

    private let threshold: Verb.Threshold
    private let keys: KeyTable<Stretch>
    /// The calendar window of the last activity, which most often is the next one's too.
    private var current: TimeWindow?
    /// Different values that all windows may hold, and do.
    private let valueLimit: Int
    private var heldValues = 0
    private(set) var passedOver = 0
    /// Keys that left since all windows hold too many values.
    private var crowdedOut = 0

    init(_ threshold: Verb.Threshold, _ limits: EngineLimits) {
        self.threshold = threshold
        keys = KeyTable(limit: limits.keys)
        valueLimit = max(1, limits.activities)
    }

    var evictedKeys: Int { keys.evictedCount + crowdedOut }
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
        func fresh() -> Stretch {
            Stretch(window: window, accumulators: aggregates.map { Accumulator($0, values: valueLimit) })
        }
        // The key that was quiet for longest has the window that ended first: what is over takes no room.
        while let oldest = keys.oldest, keys[oldest.place].window.end <= activity.time {
            release(oldest.place)
            keys.removeOldest()
        }
        if keys.isFull, keys.place(of: key) == nil, let oldest = keys.oldest { release(oldest.place) }
        let place = keys.use(key, at: activity.time, make: fresh).place
        if isOver(keys[place]) {
            release(place)
            keys[place] = fresh()
        }
        keys[place].window = window
        keys[place].activityIDs.append(activity.id)
        let (held, over) = (keys[place].heldValues, keys[place].passedOver)
        for index in aggregates.indices {
            keys[place].accumulators[index].add(Sample(of: aggregates[index], frame))
            frame.set(aggregates[index], to: keys[place].accumulators[index].result)
        }
        keys.note(bytes: keys[place].heldBytes, of: place)
        heldValues += keys[place].heldValues - held
        passedOver += keys[place].passedOver - over
        // The key that is in use is the newest, so it is not the one that leaves.
        while heldValues > valueLimit, keys.count > 1, let oldest = keys.oldest {
            release(oldest.place)
            keys.removeOldest()
            crowdedOut += 1
        }
        return place
    }

    private func release(_ place: Int) { heldValues -= keys[place].heldValues }
}

extension StretchState {
    func save(to writer: inout StateWriter, _ scratch: SavingScratch) throws(StateFault) {
        writer.write(passedOver)
        writer.write(crowdedOut)
        try keys.save(to: &writer) { stretch, writer throws(StateFault) in
            writer.write(stretch.window)
            for accumulator in stretch.accumulators { try accumulator.save(to: &writer) }
            try writer.write(each: stretch.activityIDs.elements) { id, writer in writer.write(id) }
        }
    }

    func restore(from reader: inout StateReader, _ scratch: SavingScratch) throws(StateFault) {
        passedOver = try reader.read()
        crowdedOut = try reader.read()
        heldValues = 0
        let fresh = threshold.aggregates.map { Accumulator($0, values: valueLimit) }
        try keys.restore(from: &reader, bytes: \.heldBytes) { reader throws(StateFault) in
            var stretch = Stretch(window: try reader.readWindow(), accumulators: fresh)
            for place in fresh.indices { try stretch.accumulators[place].restore(from: &reader) }
            stretch.activityIDs = EvidenceIDs(
                try reader.readEach { reader throws(StateFault) in try reader.readText() })
            heldValues += stretch.heldValues
            return stretch
        }
    }
}
