import CEL
import RuleLanguage
import Timekeeping

/// `flatline`: a key that was seen is quiet for longer than `within`.
///
/// It fires once, at the last activity's time plus `within`, and again only after the key was seen again. `by: []` is
/// the whole connection, which counts as seen when its coverage begins.
final class FlatlineState: VerbState {
    private let flatline: Verb.Flatline
    private var keys: KeyTable<HeldActivity?>

    init(_ flatline: Verb.Flatline, _ limits: EngineLimits) {
        self.flatline = flatline
        keys = KeyTable(limit: limits.keys)
        if flatline.by.isEmpty, let start = limits.coverageStart {
            keys.use(.only, at: start, make: { nil }) { _ in }
        }
    }

    var evictedKeys: Int { keys.evictedCount }
    var waitsForSilence: Bool { true }
    var nextDeadline: Timestamp? { keys.oldest.map { $0.lastUsed + flatline.within } }

    func observe(_ activity: HeldActivity, _ rule: ActivityRule, _ engine: ActivityEngine) {
        guard rule.holds(rule.body.match, engine.frame), !engine.isExcluded(rule) else { return }
        rule.statistics.matched += 1
        guard let key = rule.key(flatline.by, engine.frame) else { return }
        keys.use(key, at: activity.time, make: { nil }) { $0 = activity }
    }

    func conclude(before moment: Timestamp, _ rule: ActivityRule, _ engine: ActivityEngine) {
        while let (key, last) = keys.oldest, last + flatline.within < moment {
            let activity = keys.state(of: key) ?? nil
            keys.remove(key)
            let deadline = last + flatline.within
            engine.beginSilence(at: deadline, after: activity, rule)
            engine.frame.set(keys: key, of: rule.bound.layout)
            guard rule.holds(rule.body.alertIf, engine.frame) else { continue }
            engine.fire(rule, at: deadline, activityIDs: activity.map { [$0.id] } ?? [])
        }
    }
}
