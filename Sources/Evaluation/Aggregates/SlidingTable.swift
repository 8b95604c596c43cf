import FieldStorage
import RuleLanguage
import Timekeeping

/// The look-back windows `(t - within, t]` of all keys of a rule, or of rules that differ only in what they ask.
///
/// All windows have one length, so activities leave in the order in which they came: one log holds them, a key holds a
/// count and the number of its last activity, and each activity costs the same however long the windows are.
final class SlidingTable {
    /// How many activities a finding names as its evidence.
    static let evidenceLimit = 100

    /// How far a table has come.
    struct Mark {
        private let table: ObjectIdentifier
        private let compactions: Int
        /// The number of the last activity.
        let number: Int

        fileprivate init(_ table: SlidingTable, _ number: Int) {
            self.table = ObjectIdentifier(table)
            compactions = table.compactions
            self.number = number
        }

        /// Whether numbers of the table still mean what they meant at the mark.
        func isOf(_ table: SlidingTable) -> Bool {
            self.table == ObjectIdentifier(table) && compactions == table.compactions
        }
    }

    private struct Tally {
        var count: UInt32
        /// The number of the key's last activity, its low bits.
        var newest: UInt32
    }

    private let keys = KeyedStore<Tally>()
    private let log: EventLog
    private let within: Int64
    private let limit: Int
    private let activityLimit: Int
    private let walkLimit: Int
    private let samplers: [Sampler]
    /// Those that keep something of each activity.
    private let sampled: [Sampler]
    private let hasSamples: Bool
    /// Where the count goes when nothing else is asked; -1 when more is.
    private let countIndex: Int
    /// Every activity before it that is in the log is not the last of its key.
    @exclusivity(unchecked) private var oldestNumber = 0
    @exclusivity(unchecked) private var deadCount = 0
    @exclusivity(unchecked) private var compactions = 0
    /// How many keys had to leave because there was no room.
    @exclusivity(unchecked) private(set) var evictedCount = 0
    /// How many activities left before their time, or were not looked at, because there were too many.
    @exclusivity(unchecked) private(set) var passedOver = 0

    /// - Parameters:
    ///   - limit: How many keys there may be.
    ///   - activities: How many activities all windows may hold.
    ///   - walked: How many of one window, the newest, are looked at one by one.
    init(
        _ aggregates: [Aggregate], within: TimeSpan, limit: Int, activities: Int = .max, walked: Int = .max
    ) {
        activityLimit = max(1, activities)
        walkLimit = max(1, walked)
        samplers = aggregates.map(Sampler.init)
        sampled = samplers.filter(\.hasSamples)
        hasSamples = !sampled.isEmpty
        countIndex = samplers.count == 1 && sampled.isEmpty ? samplers[0].aggregate.index : -1
        log = EventLog(width: sampled.count)
        self.within = within.heldNanoseconds
        self.limit = min(max(1, limit), Int(Int32.max))
    }

    var count: Int { keys.count }
    /// Bytes held.
    var byteCount: Int { keys.byteCount + log.byteCount + samplers.reduce(0) { $0 + $1.byteCount } }

    /// Adds the activity in the frame, which is not before the last one, and drops what has left the windows.
    ///
    /// - Returns: The key's place.
    @inline(__always)
    func add(_ key: KeyBytes, at time: Int64, id: Slot, _ frame: RuleFrame) -> Int {
        expire(upTo: time &- within)
        if log.end &- log.start >= activityLimit { makeRoom() }
        var place = keys.place(of: key)
        if place < 0 { place = insert(key) }
        let known = keys[place]
        let back = back(to: known)
        let number = log.append(time: time, id: id, place: Int32(truncatingIfNeeded: place), back: back)
        keys[place] = Tally(count: known.count &+ 1, newest: UInt32(truncatingIfNeeded: number))
        if hasSamples { sample(number, place, frame) }
        return place
    }

    /// How far back the next activity finds the last one of its key; 0: it is the first.
    @inline(__always)
    private func back(to known: Tally) -> UInt32 {
        known.count == 0 ? 0 : UInt32(truncatingIfNeeded: log.end) &- known.newest
    }

    private func insert(_ key: KeyBytes) -> Int {
        if keys.count >= limit { evictOldest() }
        let place = keys.insert(key, Tally(count: 0, newest: 0))
        for sampler in sampled { sampler.begin(place) }
        return place
    }

    private func sample(_ number: Int, _ place: Int, _ frame: RuleFrame) {
        let samples = log.samples(of: number)
        for index in sampled.indices { samples[index] = sampled[index].take(place, frame) }
    }

    /// Drops activities at or before `edge`.
    @inline(__always)
    private func expire(upTo edge: Int64) {
        while !log.isEmpty {
            let event = log[log.start]
            guard event.time <= edge || event.place == EventLog.nobody else { return }
            drop(event)
        }
    }

    private func makeRoom() {
        if log[log.start].place != EventLog.nobody { passedOver += 1 }
        drop(log[log.start])
    }

    private func drop(_ event: EventLog.Event) {
        let number = log.start
        if event.place == EventLog.nobody {
            deadCount -= 1
        } else {
            let place = Int(event.place)
            if hasSamples { dropSamples(number, place) }
            keys[place].count &-= 1
            if keys[place].count == 0 { keys.remove(place) }
        }
        log.removeFirst()
    }

    private func dropSamples(_ number: Int, _ place: Int) {
        let samples = log.samples(of: number)
        for index in sampled.indices { sampled[index].drop(samples[index], place) }
    }

    /// Gives the numbers of the activities in a key's window, newest first, while they are wanted.
    @inline(__always)
    private func walk(_ place: Int, limit: Int = .max, _ body: (Int) -> Bool) {
        let tally = keys[place]
        var number = log.end - 1 - Int(UInt32(truncatingIfNeeded: log.end - 1) &- tally.newest)
        for left in (0..<min(limit, Int(tally.count))).reversed() {
            guard body(number) else { return }
            if left > 0 { number -= Int(log[number].back) }
        }
    }

    var mark: Mark { Mark(self, log.end - 1) }

    /// The ids of the last activities in a key's window, oldest first.
    ///
    /// - Parameter number: Only those after it.
    func activityIDs(of place: Int, after number: Int = -1) -> [String] {
        var ids: [String] = []
        walk(place, limit: Self.evidenceLimit) { found in
            guard found > number else { return false }
            ids.append(log.id(of: found))
            return true
        }
        return ids.reversed()
    }

    /// Sets the variables of the aggregates.
    @inline(__always)
    func set(_ frame: RuleFrame, _ place: Int) {
        let size = keys[place].count
        guard countIndex < 0 else {
            frame.variables.slots[countIndex] = .int(Int64(size))
            return
        }
        for sampler in samplers {
            sampler.set(frame, place, size: size) { samples(of: sampler, place) }
        }
    }

    private func samples(of sampler: Sampler, _ place: Int) -> [UInt32] {
        guard let column = sampled.firstIndex(where: { $0 === sampler }) else { return [] }
        var found: [UInt32] = []
        found.reserveCapacity(min(walkLimit, Int(keys[place].count)))
        walk(place, limit: walkLimit) {
            found.append(log.samples(of: $0)[column])
            return true
        }
        passedOver += max(0, Int(keys[place].count) - walkLimit)
        return found.reversed()
    }

    // MARK: Room

    /// Lets the key that was quiet for longest leave.
    private func evictOldest() {
        oldestNumber = max(oldestNumber, log.start)
        while oldestNumber < log.end {
            let event = log[oldestNumber]
            if event.place != EventLog.nobody,
                keys[Int(event.place)].newest == UInt32(truncatingIfNeeded: oldestNumber)
            {
                break
            }
            oldestNumber += 1
        }
        guard oldestNumber < log.end else { return }
        let place = Int(log[oldestNumber].place)
        walk(place) { number in
            if hasSamples { dropSamples(number, place) }
            log[number].place = EventLog.nobody
            deadCount += 1
            return true
        }
        keys.remove(place)
        evictedCount += 1
        while !log.isEmpty, log[log.start].place == EventLog.nobody { drop(log[log.start]) }
        if deadCount > 4096, deadCount * 2 > log.end - log.start { compact() }
    }

    /// Moves the activities of keys that are here together.
    private func compact() {
        let next = EventLog(width: sampled.count)
        for number in log.start..<log.end {
            let event = log[number]
            guard event.place != EventLog.nobody else { continue }
            let place = Int(event.place)
            // The first of a key that is left has nothing before it, whatever it was chained to.
            let isFirst = event.back == 0 || number - Int(event.back) < log.start
            let back = isFirst ? 0 : UInt32(truncatingIfNeeded: next.end) &- keys[place].newest
            keys[place].newest = UInt32(truncatingIfNeeded: next.end)
            log.copy(number, to: next, place: event.place, back: back)
        }
        log.take(over: next)
        compactions += 1
        oldestNumber = 0
        deadCount = 0
    }
}

// MARK: Saving

extension SlidingTable {
    /// Writes the keys, the values of samples and the activities in the windows.
    func save(to writer: inout StateWriter) throws(StateFault) {
        writer.write(evictedCount)
        writer.write(passedOver)
        var numbers: [Int: UInt32] = [:]
        let places = Array(keys.places)
        try writer.write(each: places) { place, writer throws(StateFault) in
            numbers[place] = UInt32(numbers.count)
            writer.write(keys.bytes(of: place))
        }
        for sampler in sampled { try sampler.save(to: &writer) }
        writer.write(UInt32(truncatingIfNeeded: log.end - log.start - deadCount))
        for number in log.start..<log.end {
            let event = log[number]
            guard event.place != EventLog.nobody else { continue }
            writer.write(event.time)
            writer.write(numbers[Int(event.place)] ?? 0)
            log.saveID(of: number, to: &writer)
            for column in sampled.indices { writer.write(log.samples(of: number)[column]) }
        }
    }

    /// Takes in what a table of the same aggregates wrote; this one is new.
    func restore(from reader: inout StateReader) throws(StateFault) {
        evictedCount = try reader.read()
        passedOver = try reader.read()
        let writer = KeyWriter()
        let places = try reader.readEach { reader throws(StateFault) in
            insert(writer.key(of: try reader.readContent()))
        }
        var values: [[UInt32: Int]] = []
        for sampler in sampled { values.append(try sampler.restore(from: &reader)) }
        for _ in 0..<(try reader.readCount()) {
            let time: Int64 = try reader.read()
            let key = Int(try reader.read(UInt32.self))
            guard key < places.count else { throw .damaged("an activity without its key") }
            let place = places[key]
            let known = keys[place]
            let back = back(to: known)
            let number = log.append(
                time: time, saved: try EventLog.readID(from: &reader), place: Int32(truncatingIfNeeded: place),
                back: back)
            keys[place] = Tally(count: known.count &+ 1, newest: UInt32(truncatingIfNeeded: number))
            let samples = log.samples(of: number)
            for column in sampled.indices {
                samples[column] = try sampled[column].take(try reader.read(), place, numbers: values[column])
            }
        }
    }
}
