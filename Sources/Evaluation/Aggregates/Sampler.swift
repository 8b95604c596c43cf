import CEL
import FieldStorage
import RuleLanguage

/// Follows one aggregate through sliding windows: what each activity gives, and what the windows of all keys say.
///
/// Counts, different values and sums of integers follow what comes and goes; the others walk the window.
final class Sampler {
    /// How an aggregate is kept.
    private enum Way {
        /// Every activity counts: nothing is kept.
        case count
        case condition
        case distinct
        case integers
        case walk
    }

    private struct Running {
        var count: Int64 = 0
        var failed = 0
        var distinct: Int64 = 0
        var sum: Int128 = 0
    }

    /// The sample of an activity that does not count.
    private static let absent: UInt32 = 0
    /// The sample of one of which nobody knows.
    private static let failure: UInt32 = .max

    let aggregate: Aggregate
    private let index: Int
    private let program: Condition?
    private let way: Way
    private let values: ValueTable
    private let pairs = PairCounts()
    /// By the key's place.
    @exclusivity(unchecked) private var running: UnsafeMutablePointer<Running>
    @exclusivity(unchecked) private var room = 0

    init(_ aggregate: Aggregate) {
        self.aggregate = aggregate
        index = aggregate.index
        program = (aggregate.condition ?? aggregate.argument).map { Condition(unretained: $0) }
        way = Self.way(of: aggregate)
        values = ValueTable(keepsValues: way == .walk || way == .integers)
        running = .allocate(capacity: 1)
    }

    deinit { running.deallocate() }

    private static func way(of aggregate: Aggregate) -> Way {
        if aggregate.condition != nil { return .condition }
        guard let argument = aggregate.argument else { return .count }
        switch aggregate.function {
        case .distinct: return .distinct
        case .sum, .avg: return argument.type.withoutNull == .int ? .integers : .walk
        case .count: return .walk
        default: return .walk
        }
    }

    /// Whether it keeps something of each activity.
    var hasSamples: Bool { way != .count }
    /// Bytes held.
    var byteCount: Int { way == .count ? 0 : values.byteCount + pairs.byteCount + room * MemoryLayout<Running>.stride }

    /// Begins a key at a place that may have been another's.
    func begin(_ place: Int) {
        if place >= room { grow(place) }
        running[place] = Running()
    }

    private func grow(_ place: Int) {
        let size = max(16, place + 1 + place / 2)
        let next = UnsafeMutablePointer<Running>.allocate(capacity: size)
        next.initialize(repeating: Running(), count: size)
        next.update(from: running, count: room)
        running.deallocate()
        running = next
        room = size
    }

    /// What the activity in the frame gives, counted for a key.
    func take(_ place: Int, _ frame: RuleFrame) -> UInt32 {
        if way == .condition, let program {
            switch program.truth(frame.frame) {
            case .no: return Self.absent
            case .yes:
                running[place].count += 1
                return 1
            case .failed:
                running[place].failed += 1
                return Self.failure
            }
        }
        guard let program else { return Self.absent }
        guard let slot = program.slot(frame.frame) else {
            running[place].failed += 1
            return Self.failure
        }
        guard slot.tag != .null else { return Self.absent }
        let number = values.use(slot)
        running[place].count += 1
        switch way {
        case .distinct: if pairs.add(place, number) { running[place].distinct += 1 }
        case .integers: if slot.tag == .int { running[place].sum += Int128(slot.intValue) }
        default: break
        }
        return UInt32(number + 1)
    }

    /// Takes back what an activity gave to a key.
    func drop(_ sample: UInt32, _ place: Int) {
        guard sample != Self.absent else { return }
        guard sample != Self.failure else {
            running[place].failed -= 1
            return
        }
        running[place].count -= 1
        guard way != .condition else { return }
        let number = Int(sample) - 1
        switch way {
        case .distinct: if pairs.remove(place, number) { running[place].distinct -= 1 }
        case .integers: if case .int(let whole) = values.value(number) { running[place].sum -= Int128(whole) }
        default: break
        }
        values.leave(number)
    }

    /// Sets the aggregate's variable.
    ///
    /// - Parameters:
    ///   - size: How many activities the window has.
    ///   - walk: Gives the samples of the window, oldest first.
    func set(_ frame: RuleFrame, _ place: Int, size: UInt32, walk: () -> [UInt32]) {
        if way == .count {
            frame.variables.slots[index] = .int(Int64(size))
            return
        }
        let state = running[place]
        guard state.failed == 0 else {
            frame.variables.slots[index] = .unknown
            return
        }
        switch way {
        case .count, .condition: frame.variables.slots[index] = .int(state.count)
        case .distinct: frame.variables.slots[index] = .int(state.distinct)
        case .integers:
            if aggregate.function == .sum {
                frame.variables.slots[index] = Int64(exactly: state.sum).map { .int($0) } ?? .unknown
            } else {
                frame.variables.slots[index] =
                    state.count == 0 ? .null : .double(Double(state.sum) / Double(state.count))
            }
        case .walk:
            var accumulator = Accumulator(aggregate)
            for sample in walk() where sample != Self.absent {
                accumulator.add(.value(values.value(Int(sample) - 1)))
            }
            frame.set(aggregate, to: accumulator.result)
        }
    }
}

// MARK: Saving

extension Sampler {
    /// Writes the values that samples name; how they count follows from the samples.
    func save(to writer: inout StateWriter) throws(StateFault) { try values.save(to: &writer) }

    /// Takes in the values that were saved.
    ///
    /// - Returns: Their numbers of today by those in saved samples.
    func restore(from reader: inout StateReader) throws(StateFault) -> [UInt32: Int] {
        try values.restore(from: &reader)
    }

    /// Counts a saved sample for a key.
    ///
    /// - Returns: The sample as it is written today.
    func take(
        _ sample: UInt32, _ place: Int, numbers: [UInt32: Int]
    ) throws(StateFault) -> UInt32 {
        switch sample {
        case Self.absent: return sample
        case Self.failure:
            running[place].failed += 1
            return sample
        default: break
        }
        running[place].count += 1
        guard way != .condition else { return sample }
        guard let number = numbers[sample - 1] else { throw .damaged("a sample without its value") }
        values.use(again: number)
        switch way {
        case .distinct: if pairs.add(place, number) { running[place].distinct += 1 }
        case .integers: if case .int(let whole) = values.value(number) { running[place].sum += Int128(whole) }
        default: break
        }
        return UInt32(number + 1)
    }
}
