import CEL
import Directory
import FieldStorage
import RuleLanguage
import Timekeeping

/// `sequence`: several activities of one key within a time, in order or not, or the absence of the last.
///
/// The decisions of rule-language.md, section 4: the newest partial whose bindings satisfy a step takes the activity,
/// older ones stay; a completed partial is consumed; a new first step does not reset; an activity fills at most one
/// step, the later one first; `until` kills the partials of its own key.
final class SequenceState: VerbState {
    /// A sequence that has begun.
    private struct Partial {
        let number: UInt64
        /// By step; nil: still open.
        var bound: [HeldActivity?]
        let start: Timestamp

        var activityIDs: [String] {
            bound.compactMap { $0 }.sorted(by: HeldActivity.isBefore).map(\.id)
        }
    }

    private struct Deadline {
        let moment: Timestamp
        let key: GroupKey
        let number: UInt64
    }

    private let sequence: Verb.SequenceVerb
    private let partialLimit: Int
    private var keys: KeyTable<[Partial]>
    private let rows: [RowBuffer]
    private var lastNumber: UInt64 = 0
    /// Rising.
    private var deadlines: [Deadline] = []
    private(set) var evictedPartials = 0

    init(_ sequence: Verb.SequenceVerb, _ limits: EngineLimits) {
        self.sequence = sequence
        partialLimit = limits.partials
        keys = KeyTable(limit: limits.keys)
        rows = sequence.steps.map { _ in RowBuffer(slotCount: ActivityField.count) }
    }

    var evictedKeys: Int { keys.evictedCount + evictedPartials }
    var waitsForSilence: Bool { absentStep != nil }
    var nextDeadline: Timestamp? { deadlines.first?.moment }

    private var absentStep: Int? {
        guard let last = sequence.steps.indices.last, sequence.steps[last].isAbsent else { return nil }
        return last
    }

    /// The steps that must come.
    private var wanted: Range<Int> { 0..<(absentStep ?? sequence.steps.count) }

    func observe(_ activity: HeldActivity, _ rule: ActivityRule, _ engine: ActivityEngine) {
        let frame = engine.frame
        guard rule.holds(rule.body.match, frame), !engine.isExcluded(rule),
            let key = rule.key(sequence.by, frame)
        else { return }
        frame.set(keys: key, of: rule.bound.layout)
        while let oldest = keys.oldest, oldest.lastUsed < activity.time - sequence.within {
            keys.removeOldest()
        }
        var partials = (keys.state(of: key) ?? []).filter { $0.start + sequence.within >= activity.time }
        if let until = sequence.until, !partials.isEmpty, rule.holds(until, frame) { partials.removeAll() }
        if let absent = absentStep { partials.removeAll { isComplete($0) && satisfies(absent, $0, rule, engine) } }
        var complete: Partial?
        if let (place, step) = next(for: partials, rule, engine) {
            rule.statistics.matched += 1
            partials[place].bound[step] = activity
            if isComplete(partials[place]) {
                if absentStep == nil { complete = partials.remove(at: place) } else { schedule(partials[place], key) }
            }
        } else if let started = begin(activity, rule, engine) {
            rule.statistics.matched += 1
            partials.append(started)
            if isComplete(started) {
                if absentStep == nil { complete = partials.removeLast() } else { schedule(started, key) }
            }
            if partials.count > partialLimit {
                partials.removeFirst()
                evictedPartials += 1
            }
        }
        if partials.isEmpty {
            keys.remove(key)
        } else {
            keys.use(key, at: activity.time, make: { [] }) { $0 = partials }
        }
        if let complete { fire(complete, at: activity.time, rule, engine) }
    }

    private func isComplete(_ partial: Partial) -> Bool { wanted.allSatisfy { partial.bound[$0] != nil } }

    /// The partial, newest first, and its step, latest first, that the activity in the frame fills.
    private func next(for partials: [Partial], _ rule: ActivityRule, _ engine: ActivityEngine) -> (Int, Int)? {
        for step in wanted.reversed() {
            for place in partials.indices.reversed() where isOpen(step, partials[place]) {
                if satisfies(step, partials[place], rule, engine) { return (place, step) }
            }
        }
        return nil
    }

    private func isOpen(_ step: Int, _ partial: Partial) -> Bool {
        guard partial.bound[step] == nil else { return false }
        return sequence.isUnordered || (step > 0 && partial.bound[step - 1] != nil)
    }

    private func satisfies(_ step: Int, _ partial: Partial?, _ rule: ActivityRule, _ engine: ActivityEngine) -> Bool {
        bind(partial, engine)
        engine.frame.tables[FrameLayout.firstStepTable + step] = engine.frame.tables[FrameLayout.subjectTable]
        defer { engine.frame.tables[FrameLayout.firstStepTable + step] = nil }
        return rule.holds(sequence.steps[step].match, engine.frame)
    }

    /// A sequence that the activity begins.
    private func begin(_ activity: HeldActivity, _ rule: ActivityRule, _ engine: ActivityEngine) -> Partial? {
        let first = sequence.isUnordered ? wanted : wanted.prefix(1)
        for step in first where satisfies(step, nil, rule, engine) {
            lastNumber += 1
            var bound: [HeldActivity?] = Array(repeating: nil, count: sequence.steps.count)
            bound[step] = activity
            return Partial(number: lastNumber, bound: bound, start: activity.time)
        }
        return nil
    }

    /// Puts the steps of a partial into their tables.
    private func bind(_ partial: Partial?, _ engine: ActivityEngine) {
        for step in sequence.steps.indices {
            guard let activity = partial?.bound[step] else {
                engine.frame.tables[FrameLayout.firstStepTable + step] = nil
                continue
            }
            activity.write(to: rows[step].slots, engine.heldFields)
            engine.frame.tables[FrameLayout.firstStepTable + step] = UnsafePointer(rows[step].slots)
        }
    }

    private func fire(_ partial: Partial, at time: Timestamp, _ rule: ActivityRule, _ engine: ActivityEngine) {
        bind(partial, engine)
        guard rule.holds(rule.body.alertIf, engine.frame) else {
            rule.onMiss?(engine.frame)
            return
        }
        engine.fire(rule, at: time, activityIDs: partial.activityIDs)
    }

    // MARK: Absence

    /// Notes when the absence of the last step is a fact.
    private func schedule(_ partial: Partial, _ key: GroupKey) {
        let deadline = Deadline(moment: partial.start + sequence.within, key: key, number: partial.number)
        var place = deadlines.count
        while place > 0, deadlines[place - 1].moment > deadline.moment { place -= 1 }
        deadlines.insert(deadline, at: place)
    }

    func conclude(before moment: Timestamp, _ rule: ActivityRule, _ engine: ActivityEngine) {
        var done = 0
        while done < deadlines.count, deadlines[done].moment < moment {
            let deadline = deadlines[done]
            done += 1
            var found: Partial?
            keys.change(deadline.key) { partials in
                if let place = partials.firstIndex(where: { $0.number == deadline.number }) {
                    found = partials.remove(at: place)
                }
            }
            guard let partial = found else { continue }
            engine.beginSilence(at: deadline.moment, after: partial.bound.compactMap { $0 }.last, rule)
            engine.frame.set(keys: deadline.key, of: rule.bound.layout)
            fire(partial, at: deadline.moment, rule, engine)
        }
        deadlines.removeFirst(done)
    }
}
