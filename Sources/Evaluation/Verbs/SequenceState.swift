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

        /// Bytes that it points to.
        var heldBytes: Int {
            bound.reduce(32 + bound.count * MemoryLayout<HeldActivity?>.stride) { $0 + ($1?.byteCount ?? 0) }
        }

        var activityIDs: [String] {
            bound.compactMap { $0 }.sorted(by: HeldActivity.isBefore).map(\.id)
        }
    }

    private let sequence: Verb.SequenceVerb
    private let partialLimit: Int
    private let keys: KeyTable<[Partial]>
    private let rows: [RowBuffer]
    private let absentStep: Int?
    private var lastNumber: UInt64 = 0
    private var deadlines = DeadlineQueue()
    private var evictedPartials = 0

    init(_ sequence: Verb.SequenceVerb, _ limits: EngineLimits) {
        self.sequence = sequence
        partialLimit = limits.partials
        keys = KeyTable(limit: limits.keys)
        rows = sequence.steps.map { _ in RowBuffer(slotCount: ActivityField.count) }
        let last = sequence.steps.indices.last
        absentStep = last.flatMap { sequence.steps[$0].isAbsent ? $0 : nil }
    }

    var evictedKeys: Int { keys.evictedCount + evictedPartials }
    var liveKeys: Int { keys.count }
    var byteCount: Int { keys.byteCount + deadlines.byteCount }
    /// How many deadlines are held, some of them of sequences that have ended.
    var heldDeadlines: Int { deadlines.count }
    var waitsForSilence: Bool { absentStep != nil }
    var nextDeadline: Timestamp? { deadlines.first?.moment }

    /// The steps that must come.
    private var wanted: Range<Int> { 0..<(absentStep ?? sequence.steps.count) }

    func observe(_ activity: Observed, _ unit: OrderedUnit, _ engine: ActivityEngine) {
        let rule = unit.lead
        guard unit.readsKey(engine.frame, turn: activity.turn) else { return }
        engine.frame.set(keys: unit.keys.slots, from: rule.firstKeyIndex)
        while let oldest = keys.oldest, oldest.lastUsed < activity.time - sequence.within { keys.removeOldest() }
        guard let place = keys.place(of: unit.keys.key) else {
            beginFirst(activity, unit, engine)
            return
        }
        var partials: [Partial] = []
        swap(&partials, &keys[place])
        partials.removeAll { $0.start + sequence.within < activity.time }
        if let until = sequence.until, !partials.isEmpty, rule.holds(until, engine.frame) { partials.removeAll() }
        if let absent = absentStep { partials.removeAll { isComplete($0) && satisfies(absent, $0, rule, engine) } }
        let complete = take(activity, into: &partials, place, unit, engine)
        if partials.isEmpty {
            keys.remove(place)
        } else {
            keys[place] = partials
            keys.note(bytes: Self.heldBytes(partials), of: place)
            keys.touch(place, at: activity.time)
        }
        if let complete { fire(complete, at: activity.time, rule, engine) }
    }

    /// Takes in an activity whose key has no sequence that has begun.
    private func beginFirst(_ activity: Observed, _ unit: OrderedUnit, _ engine: ActivityEngine) {
        guard let started = begin(activity, unit.lead, engine) else { return }
        unit.matched += 1
        tell(started, unit.lead, engine)
        if isComplete(started), absentStep == nil {
            fire(started, at: activity.time, unit.lead, engine)
            return
        }
        let place = keys.use(unit.keys.key, at: activity.time) { [started] }.place
        keys.note(bytes: Self.heldBytes(keys[place]), of: place)
        if isComplete(started) { schedule(started, place, unit.keys.values) }
    }

    /// Lets an activity fill a step or begin a sequence.
    ///
    /// - Returns: The sequence that it completes, which is consumed.
    private func take(
        _ activity: Observed, into partials: inout [Partial], _ place: Int, _ unit: OrderedUnit,
        _ engine: ActivityEngine
    ) -> Partial? {
        let changed: Int
        if let (found, step) = next(for: partials, unit.lead, engine) {
            partials[found].bound[step] = HeldActivity(copying: activity.row, at: activity.time, unit.lead.heldFields)
            changed = found
        } else if let started = begin(activity, unit.lead, engine) {
            partials.append(started)
            changed = partials.count - 1
        } else {
            return nil
        }
        unit.matched += 1
        tell(partials[changed], unit.lead, engine)
        var complete: Partial?
        if isComplete(partials[changed]) {
            if absentStep == nil {
                complete = partials.remove(at: changed)
            } else {
                schedule(partials[changed], place, unit.keys.values)
            }
        }
        if partials.count > partialLimit {
            partials.removeFirst()
            evictedPartials += 1
        }
        return complete
    }

    private func tell(_ partial: Partial, _ rule: ActivityRule, _ engine: ActivityEngine) {
        if let onStep = rule.onStep { onStep(engine.frame, partial.bound.map { $0 != nil }) }
    }

    private static func heldBytes(_ partials: [Partial]) -> Int {
        partials.reduce(32 + partials.capacity * MemoryLayout<Partial>.stride) { $0 + $1.heldBytes }
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
        bind(partial, rule, engine)
        engine.frame.tables[FrameLayout.firstStepTable + step] = engine.frame.tables[FrameLayout.subjectTable]
        defer { engine.frame.tables[FrameLayout.firstStepTable + step] = nil }
        return rule.holds(sequence.steps[step].match, engine.frame)
    }

    /// A sequence that the activity begins.
    private func begin(_ activity: Observed, _ rule: ActivityRule, _ engine: ActivityEngine) -> Partial? {
        let first = sequence.isUnordered ? wanted : wanted.prefix(1)
        for step in first where satisfies(step, nil, rule, engine) {
            lastNumber += 1
            var bound: [HeldActivity?] = Array(repeating: nil, count: sequence.steps.count)
            bound[step] = HeldActivity(copying: activity.row, at: activity.time, rule.heldFields)
            return Partial(number: lastNumber, bound: bound, start: activity.time)
        }
        return nil
    }

    /// Puts the steps of a partial into their tables.
    private func bind(_ partial: Partial?, _ rule: ActivityRule, _ engine: ActivityEngine) {
        for step in sequence.steps.indices {
            guard let activity = partial?.bound[step] else {
                engine.frame.tables[FrameLayout.firstStepTable + step] = nil
                continue
            }
            activity.write(to: rows[step].slots, rule.heldFields)
            engine.frame.tables[FrameLayout.firstStepTable + step] = UnsafePointer(rows[step].slots)
        }
    }

    private func fire(_ partial: Partial, at time: Timestamp, _ rule: ActivityRule, _ engine: ActivityEngine) {
        bind(partial, rule, engine)
        guard rule.holds(rule.body.alertIf, engine.frame) else {
            rule.onMiss?(engine.frame)
            return
        }
        engine.fire(rule, at: time, activityIDs: partial.activityIDs)
    }

    // MARK: Absence

    /// Notes when the absence of the last step is a fact.
    private func schedule(_ partial: Partial, _ place: Int, _ key: GroupKey) {
        let deadline = DeadlineQueue.Deadline(
            moment: partial.start + sequence.within, key: key, place: place, number: partial.number)
        deadlines.push(deadline) { waits($0) }
    }

    func conclude(before moment: Timestamp, _ unit: OrderedUnit, _ engine: ActivityEngine) {
        let rule = unit.lead
        while let deadline = deadlines.popFirst(before: moment) {
            guard let partial = takePartial(deadline) else { continue }
            engine.beginSilence(at: deadline.moment, after: partial.bound.compactMap { $0 }.last, rule)
            engine.frame.set(keys: deadline.key, from: rule.firstKeyIndex)
            fire(partial, at: deadline.moment, rule, engine)
        }
    }

    /// Whether the sequence of a deadline still waits.
    private func waits(_ deadline: DeadlineQueue.Deadline) -> Bool {
        keys.holds(deadline.place) && keys[deadline.place].contains { $0.number == deadline.number }
    }

    /// Takes the sequence of a deadline out of its key, if it still waits: places are used again, numbers are not.
    private func takePartial(_ deadline: DeadlineQueue.Deadline) -> Partial? {
        let place = deadline.place
        guard keys.holds(place), let at = keys[place].firstIndex(where: { $0.number == deadline.number })
        else { return nil }
        let partial = keys[place].remove(at: at)
        if keys[place].isEmpty {
            keys.remove(place)
        } else {
            keys.note(bytes: Self.heldBytes(keys[place]), of: place)
        }
        return partial
    }
}

// MARK: Saving

extension SequenceState {
    func save(to writer: inout StateWriter, _ scratch: SavingScratch) throws(StateFault) {
        writer.write(lastNumber)
        writer.write(evictedPartials)
        let places = try keys.save(to: &writer) { partials, writer throws(StateFault) in
            try writer.write(each: partials) { partial, writer throws(StateFault) in
                writer.write(partial.number)
                writer.write(partial.start)
                for activity in partial.bound {
                    try writer.write(ifAny: activity) { activity, writer throws(StateFault) in
                        try writer.write(activity, scratch)
                    }
                }
            }
        }
        let numbers = Dictionary(places.enumerated().map { ($1, UInt32($0)) }, uniquingKeysWith: { first, _ in first })
        // A sequence that has ended since is none to wait for.
        let waiting = deadlines.sorted.filter(waits)
        try writer.write(each: waiting) { deadline, writer throws(StateFault) in
            writer.write(deadline.moment)
            try writer.write(deadline.key)
            writer.write(numbers[deadline.place] ?? 0)
            writer.write(deadline.number)
        }
    }

    func restore(from reader: inout StateReader, _ scratch: SavingScratch) throws(StateFault) {
        lastNumber = try reader.read()
        evictedPartials = try reader.read()
        let steps = sequence.steps.indices
        let places = try keys.restore(from: &reader, bytes: Self.heldBytes) { reader throws(StateFault) in
            try reader.readEach { reader throws(StateFault) in
                let number: UInt64 = try reader.read()
                let start = try reader.readMoment()
                var bound: [HeldActivity?] = []
                for _ in steps {
                    bound.append(
                        try reader.readIfAny { reader throws(StateFault) in try reader.readActivity(scratch) })
                }
                return Partial(number: number, bound: bound, start: start)
            }
        }
        let waiting = try reader.readEach { reader throws(StateFault) in
            let moment = try reader.readMoment()
            let key = try reader.readKey()
            let place = Int(try reader.read(UInt32.self))
            guard place < places.count else { throw .damaged("a deadline without its sequence") }
            return DeadlineQueue.Deadline(
                moment: moment, key: key, place: places[place], number: try reader.read())
        }
        deadlines.replace(by: waiting)
    }
}
