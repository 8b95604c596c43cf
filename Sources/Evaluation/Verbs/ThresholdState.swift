import CEL
import RuleLanguage
import Timekeeping

/// `threshold`: aggregates over the activities of a key in a window, judged at every match.
final class ThresholdState: VerbState {
    /// A calendar window or a session: what came since it began.
    private struct Stretch {
        var window: TimeWindow
        var accumulators: [Accumulator]
        var activityIDs = Ring<String>()
    }

    private let threshold: Verb.Threshold
    private var sliding: KeyTable<SlidingWindow>
    private var stretches: KeyTable<Stretch>

    init(_ threshold: Verb.Threshold, _ limits: EngineLimits) {
        self.threshold = threshold
        sliding = KeyTable(limit: limits.keys)
        stretches = KeyTable(limit: limits.keys)
    }

    var evictedKeys: Int { sliding.evictedCount + stretches.evictedCount }

    func observe(_ activity: HeldActivity, _ rule: ActivityRule, _ engine: ActivityEngine) {
        let frame = engine.frame
        guard rule.holds(rule.body.match, frame), !engine.isExcluded(rule) else { return }
        rule.statistics.matched += 1
        guard let key = rule.key(threshold.by, frame) else { return }
        frame.set(keys: key, of: rule.bound.layout)
        switch threshold.window {
        case .sliding(let within):
            let ids = slide(activity, key, within, frame)
            judge(activity, rule, engine, ids: ids, windowEnd: nil)
        case .tumbling(let length, let zone):
            let window = zone.window(of: length, holding: activity.time)
            let ids = extend(activity, key, frame, window) { $0.window != window }
            judge(activity, rule, engine, ids: ids, windowEnd: rule.bound.cooldown == nil ? window.end : nil)
        case .session(let gap):
            let window = TimeWindow(start: activity.time, end: activity.time + gap)
            let ids = extend(activity, key, frame, window) { $0.window.end <= activity.time }
            judge(activity, rule, engine, ids: ids, windowEnd: nil)
        }
    }

    private func slide(_ activity: HeldActivity, _ key: GroupKey, _ within: TimeSpan, _ frame: RuleFrame) -> () ->
        [String]
    {
        while let oldest = sliding.oldest, oldest.lastUsed <= activity.time - within { sliding.removeOldest() }
        let aggregates = threshold.aggregates
        sliding.use(key, at: activity.time, make: { SlidingWindow(aggregates) }) { window in
            window.add(activity.time, id: activity.id, within: within, aggregates, frame)
            for (place, aggregate) in aggregates.enumerated() {
                frame.set(aggregate, to: window.result(of: aggregate, at: place))
            }
        }
        return { [self] in sliding.state(of: key)?.activityIDs ?? [] }
    }

    /// Adds to a window that only grows, or begins the next one.
    private func extend(
        _ activity: HeldActivity, _ key: GroupKey, _ frame: RuleFrame, _ window: TimeWindow,
        isOver: (Stretch) -> Bool
    ) -> () -> [String] {
        let aggregates = threshold.aggregates
        func fresh() -> Stretch { Stretch(window: window, accumulators: aggregates.map(Accumulator.init)) }
        stretches.use(key, at: activity.time, make: fresh) { stretch in
            if isOver(stretch) { stretch = fresh() }
            stretch.window = window
            stretch.activityIDs.append(activity.id)
            if stretch.activityIDs.count > SlidingWindow.evidenceLimit { stretch.activityIDs.removeFirst() }
            for (place, aggregate) in aggregates.enumerated() {
                stretch.accumulators[place].add(Sample(of: aggregate, frame))
                frame.set(aggregate, to: stretch.accumulators[place].result)
            }
        }
        return { [self] in stretches.state(of: key)?.activityIDs.elements ?? [] }
    }

    private func judge(
        _ activity: HeldActivity, _ rule: ActivityRule, _ engine: ActivityEngine, ids: () -> [String],
        windowEnd: Timestamp?
    ) {
        guard rule.holds(rule.body.alertIf, engine.frame) else {
            rule.onMiss?(engine.frame)
            return
        }
        engine.fire(rule, at: activity.time, activityIDs: ids(), windowEnd: windowEnd)
    }
}
