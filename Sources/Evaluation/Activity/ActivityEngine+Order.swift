public import Alerting
import CEL
import Directory
import FieldStorage
import RuleLanguage
public import Timekeeping

/// Rules with memory: what they may care for waits, and is evaluated in order once the watermark has passed.
extension ActivityEngine {
    /// The bit of a unit's number that says that a pattern saw a part of a text only: asked again when the turn comes,
    /// `match` says so to the finding.
    private static let matchesAgain: UInt32 = 1 << 31
    /// The shortest span there is.
    private static let instant = TimeSpan(seconds: 0, nanoseconds: 1)

    /// Keeps the activity in the frame for the rules with memory that it matches.
    func hold(_ row: UnsafePointer<Slot>, at time: Timestamp) {
        let candidates = ordered.units(of: row)
        guard !candidates.isEmpty else { return }
        turn += 1
        frame.setNow(time)
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: candidates.count) { chosen in
            var count = 0
            for number in candidates {
                let mark: UInt32? = ordered.with(number) { unit in
                    guard signalPolicy < 0 || unit.lead.policy == signalPolicy else { return nil }
                    unit.note(time)
                    guard unit.isMatchedOnArrival else { return 0 }
                    return unit.matches(frame, turn: turn) ? (unit.wasCut ? Self.matchesAgain : 0) : nil
                }
                guard let mark else { continue }
                chosen[count] = number | mark
                count += 1
            }
            guard count > 0 else { return }
            if isSettling {
                settled.append(chosen[..<count].map { $0 })
            } else {
                waiting.push(row, at: time, units: UnsafeBufferPointer(rebasing: chosen[..<count]))
            }
        }
    }

    /// Evaluates rules with memory for everything before `watermark`: all activities before it are here.
    ///
    /// - Returns: What they found, sorted by time. A watermark that does not rise does nothing.
    public func advance(to watermark: Timestamp) -> [Finding] {
        let edge = occurrences.edge(watermark)
        guard edge > self.watermark else { return [] }
        evaluate(before: edge)
        self.watermark = edge
        counts.pending = waiting.count
        return collector.take().sorted(by: Finding.isBefore)
    }

    /// Evaluates what is left: there are no more activities.
    ///
    /// - Parameter end: How far silence is known, exclusive of what happens at it; nil: to the last activity.
    public func finish(at end: Timestamp? = nil) -> [Finding] {
        let last = waiting.count > 0 ? waiting.latest + Self.instant : .earliest
        let edge = max(end ?? latestTime ?? .earliest, last, watermark + Self.instant)
        return advance(to: occurrences.edge(edge) == edge ? edge : edge + .seconds(1))
    }

    private func evaluate(before edge: Timestamp) {
        collector.isInOrder = true
        var last: ReorderBuffer.Waiting?
        while let next = waiting.popFirst(before: edge) {
            if let last, waiting.isSame(last, next) {
                counts.duplicates += 1
                waiting.release(next)
                continue
            }
            if let last { waiting.release(last) }
            last = next
            let time = next.time
            if !ordered.timed.isEmpty { conclude(before: time) }
            waiting.write(next, to: subject.slots)
            if occurrences.concerns(subject.slots[ActivityField.typeID.rawValue]),
                occurrences.isRepeated(UnsafePointer(subject.slots), at: time)
            {
                continue
            }
            observe(UnsafePointer(subject.slots), at: time, waiting.units(of: next))
            if hasSignals { settleSignals() }
        }
        if let last { waiting.release(last) }
        conclude(before: edge)
        occurrences.advance(to: edge)
        frame.context.reset()
    }

    /// Lets silence speak until before `edge`, and what its signals bring about.
    private func conclude(before edge: Timestamp) {
        guard hasSignals else {
            for unit in ordered.timed {
                guard let deadline = unit.verb?.nextDeadline, deadline < edge else { continue }
                conclude(unit, before: edge)
            }
            return
        }
        // A signal is an activity at its deadline: it comes before what silence says later, whoever says it.
        while let (unit, deadline) = ordered.firstDeadline(before: edge) {
            conclude(unit, before: deadline + Self.instant)
            settleSignals()
        }
    }

    private func conclude(_ unit: OrderedUnit, before moment: Timestamp) {
        unit.verb?.conclude(before: moment, unit, self)
        frame.context.reset()
    }

    private func observe(_ row: UnsafePointer<Slot>, at time: Timestamp, _ units: UnsafeBufferPointer<UInt32>) {
        turn += 1
        usersAreFilled = false
        frame.begin(now: time)
        frame.tables[FrameLayout.subjectTable] = row
        let observed = Observed(time: time, row: row, turn: turn)
        for number in units {
            frame.context.forgetCutText()
            ordered.with(number & ~Self.matchesAgain) { unit in
                if number & Self.matchesAgain != 0 { _ = unit.matches(frame, turn: turn) }
                observe(observed, unit)
            }
        }
        // Text that programs made is given back now and then: that costs more than most of them.
        if turn & 63 == 0 { frame.context.reset() }
    }

    private func observe(_ activity: Observed, _ unit: OrderedUnit) {
        if let sliding = unit.sliding {
            sliding._withUnsafeGuaranteedRef { table in
                table.observe(activity, unit, self)
                if table.evictedKeys &+ table.passedOver != unit.lacksNoted.count { noteRoom(unit, activity) }
            }
            return
        }
        if unit.isSimple, let verb = unit.verb {
            verb.observe(activity, unit, self)
            if verb.evictedKeys &+ verb.passedOver != unit.lacksNoted.count { noteRoom(unit, activity) }
            return
        }
        let rule = unit.lead
        if unit.readsUsers { fillUsers(activity.row, at: activity.time) }
        if !rule.profiles.isEmpty { look(rule, activity) }
        defer {
            if !rule.profiles.isEmpty { learn(rule, activity) }
            if unit.lacks != unit.lacksNoted { noteRoom(unit, activity) }
        }
        if !unit.isMatchedOnArrival, !unit.matches(frame, turn: activity.turn) { return }
        if !rule.exclusions.isEmpty, isExcluded(rule) { return }
        if let verb = unit.verb {
            verb.observe(activity, unit, self)
            return
        }
        unit.matched += 1
        if rule.holds(rule.body.alertIf, frame) {
            fire(rule, at: activity.time, activityIDs: [activity.id])
        } else {
            rule.onMiss?(frame)
        }
    }

    private func look(_ rule: ActivityRule, _ activity: Observed) {
        for place in rule.profiles.indices { rule.profiles[place].look(activity, rule, frame) }
    }

    private func learn(_ rule: ActivityRule, _ activity: Observed) {
        for place in rule.profiles.indices { rule.profiles[place].learn(activity.time) }
    }

    /// Sets the frame for a moment at which nothing happened; the subject is the last activity before it.
    func beginSilence(at moment: Timestamp, after activity: HeldActivity?, _ rule: ActivityRule) {
        frame.begin(now: moment)
        usersAreFilled = false
        guard let activity else {
            frame.tables[FrameLayout.subjectTable] = nil
            return
        }
        activity.write(to: subject.slots, rule.heldFields)
        frame.tables[FrameLayout.subjectTable] = UnsafePointer(subject.slots)
        if rule.readsUsers { fillUsers(UnsafePointer(subject.slots), at: moment) }
    }

    /// Lets signals of rules with memory arrive at once, since their turn in time is now.
    private func settleSignals() {
        while !signals.isEmpty {
            let batches = signals
            signals.removeAll()
            for (batch, policy) in batches {
                let row = UnsafePointer(batch.slots(of: 0))
                isSettling = true
                signalPolicy = policy
                arrive(row)
                signalPolicy = -1
                isSettling = false
                let units = settled
                settled.removeAll()
                for numbers in units { numbers.withUnsafeBufferPointer { observe(row, at: Self.time(of: row), $0) } }
            }
        }
    }
}
