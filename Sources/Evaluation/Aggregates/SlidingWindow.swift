import CEL
import RuleLanguage
import Timekeeping

/// The activities of one key that are in a look-back window `(t - within, t]`, and what aggregates say of them.
///
/// Counts, different values and integer sums follow what comes and goes; the other aggregates walk the window.
struct SlidingWindow: Sendable {
    /// How many activities a finding names as its evidence.
    static let evidenceLimit = 100

    private struct Running: Sendable {
        var count: Int64 = 0
        var failed = 0
        var sum: Int128 = 0
        var seen: [Value: Int32] = [:]
    }

    private var times = Ring<Timestamp>()
    private var ids = Ring<String>()
    /// One an activity and aggregate, in that order.
    private var samples = Ring<Sample>()
    private var running: [Running]

    init(_ aggregates: [Aggregate]) { running = Array(repeating: Running(), count: aggregates.count) }

    /// How many activities are in the window.
    var count: Int { times.count }
    /// The ids of the last ones, oldest first.
    var activityIDs: [String] { ids.elements }

    /// Adds an activity that is not before the last one, and drops those that have left the window.
    mutating func add(_ time: Timestamp, id: String, within: TimeSpan, _ aggregates: [Aggregate], _ frame: RuleFrame) {
        expire(upTo: time - within, aggregates)
        times.append(time)
        ids.append(id)
        if ids.count > Self.evidenceLimit { ids.removeFirst() }
        for (place, aggregate) in aggregates.enumerated() {
            let sample = Sample(of: aggregate, frame)
            samples.append(sample)
            count(sample, of: aggregate.function, at: place, by: 1)
        }
    }

    /// Drops activities at or before `edge`.
    private mutating func expire(upTo edge: Timestamp, _ aggregates: [Aggregate]) {
        while let first = times.first, first <= edge {
            times.removeFirst()
            if ids.count > times.count { ids.removeFirst() }
            for (place, aggregate) in aggregates.enumerated() {
                if let sample = samples.removeFirst() {
                    count(sample, of: aggregate.function, at: place, by: -1)
                }
            }
        }
    }

    private mutating func count(_ sample: Sample, of function: Aggregate.Function, at place: Int, by step: Int) {
        switch sample {
        case .absent: break
        case .failed: running[place].failed += step
        case .value(let value):
            running[place].count += Int64(step)
            switch (function, value) {
            case (.distinct, _):
                let left = (running[place].seen[value] ?? 0) + Int32(step)
                running[place].seen[value] = left == 0 ? nil : left
            case (.sum, .int(let number)), (.avg, .int(let number)):
                running[place].sum += Int128(number) * Int128(step)
            default: break
            }
        }
    }

    /// What an aggregate says of the window now.
    func result(of aggregate: Aggregate, at place: Int) -> Result<Value, EvaluationFailure> {
        let state = running[place]
        if state.failed == 0 {
            switch aggregate.function {
            case .count: return .success(.int(state.count))
            case .distinct: return .success(.int(Int64(state.seen.count)))
            case .sum where aggregate.argument?.type.withoutNull == .int:
                return Int64(exactly: state.sum).map { .success(.int($0)) } ?? .failure(.overflow)
            case .avg where aggregate.argument?.type.withoutNull == .int:
                return .success(state.count == 0 ? .null : .double(Double(state.sum) / Double(state.count)))
            default: break
            }
        }
        var walk = Accumulator(aggregate)
        var index = place
        while index < samples.count {
            walk.add(samples[index])
            index += running.count
        }
        return walk.result
    }
}

/// A queue in one array: taking from the front moves a mark, and the array is compacted when half of it is spent.
struct Ring<Element: Sendable>: Sendable {
    private var storage: [Element] = []
    private var head = 0

    var count: Int { storage.count - head }
    var first: Element? { head < storage.count ? storage[head] : nil }
    /// What is in it, oldest first.
    var elements: [Element] { Array(storage[head...]) }

    subscript(_ place: Int) -> Element { storage[head + place] }

    mutating func append(_ element: Element) { storage.append(element) }

    @discardableResult
    mutating func removeFirst() -> Element? {
        guard head < storage.count else { return nil }
        let element = storage[head]
        head += 1
        if head == storage.count {
            storage.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 32, head * 2 >= storage.count {
            storage.removeSubrange(0..<head)
            head = 0
        }
        return element
    }
}
