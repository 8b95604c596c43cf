import CEL
import RuleLanguage
import Timekeeping

/// What one row or activity gives to one aggregate.
enum Sample: Sendable {
    /// It does not count: null, or a condition that does not hold.
    case absent
    case value(Value)
    /// It may count or not: nobody knows, so the aggregate has no value while it is in.
    case failed(EvaluationFailure)

    /// Evaluates an aggregate's argument or condition.
    init(of aggregate: Aggregate, _ frame: RuleFrame) {
        if let condition = aggregate.condition {
            switch condition.truth(frame.frame) {
            case .yes: self = .value(.bool(true))
            case .no: self = .absent
            case .failed: self = .failed(frame.failure)
            }
            return
        }
        guard let argument = aggregate.argument else {
            self = .value(.bool(true))
            return
        }
        switch argument.value(frame.frame) {
        case .success(.null): self = .absent
        case .success(let value): self = .value(value)
        case .failure(let failure): self = .failed(failure)
        }
    }
}

/// One aggregate over rows that only come and never go: groups of state rules, calendar windows, sessions.
///
/// Sums of integers are exact; an integer result that does not fit is an overflow.
struct Accumulator: Sendable {
    let function: Aggregate.Function
    private let limit: Int
    private let valueLimit: Int
    private let isDouble: Bool
    private var count: Int64 = 0
    private var sum: Int128 = 0
    private var doubleSum = 0.0
    private var kept: Value?
    private var seen: Set<Value> = []
    private var collected: [Value] = []
    private var failure: EvaluationFailure?
    /// Values that were not held since there were too many.
    private(set) var passedOver = 0
    /// Values that are held.
    var heldValues: Int { seen.count }
    private var textBytes = 0
    /// Bytes that it points to.
    var heldBytes: Int {
        (seen.capacity + collected.capacity) * MemoryLayout<Value>.stride + textBytes + (kept?.heldBytes ?? 0)
    }

    /// - Parameter values: How many different values are held; beyond them `distinct` grows no more.
    init(_ aggregate: Aggregate, values: Int = .max) {
        valueLimit = values
        function = aggregate.function
        limit = aggregate.limit ?? 1000
        isDouble = aggregate.argument?.type.withoutNull == .double
    }

    /// Takes in what the next row gives.
    mutating func add(_ sample: Sample) {
        switch sample {
        case .absent: break
        case .failed(let cause): failure = failure ?? cause
        case .value(let value): add(value)
        }
    }

    private mutating func add(_ value: Value) {
        count += 1
        switch function {
        case .count: break
        case .distinct: hold(value)
        case .sum, .avg: add(number: value)
        case .min: if let best = kept, (value.compared(to: best) ?? 0) >= 0 { break } else { kept = value }
        case .max: if let best = kept, (value.compared(to: best) ?? 0) <= 0 { break } else { kept = value }
        case .first: kept = kept ?? value
        case .last: kept = value
        case .collect:
            if collected.count < limit, seen.insert(value).inserted {
                collected.append(value)
                textBytes += value.heldBytes
            }
        }
    }

    private mutating func hold(_ value: Value) {
        guard seen.count < valueLimit || seen.contains(value) else {
            passedOver += 1
            return
        }
        if seen.insert(value).inserted { textBytes += value.heldBytes }
    }

    private mutating func add(number: Value) {
        switch number {
        case .int(let whole): sum += Int128(whole)
        case .uint(let whole): sum += Int128(whole)
        case .double(let real): doubleSum += real
        case .duration(let span): sum += Int128(span.seconds) * 1_000_000_000 + Int128(span.nanoseconds)
        default: failure = failure ?? .noOverload(function.rawValue)
        }
    }

    /// The value so far; null where there is none, such as the greatest of no values.
    var result: Result<Value, EvaluationFailure> {
        if let failure { return .failure(failure) }
        switch function {
        case .count: return .success(.int(count))
        case .distinct: return .success(.int(Int64(seen.count)))
        case .min, .max, .first, .last: return .success(kept ?? .null)
        case .collect: return .success(.list(collected))
        case .avg:
            if count == 0 { return .success(.null) }
            return .success(.double((Double(sum) + doubleSum) / Double(count)))
        case .sum:
            if isDouble { return .success(.double(doubleSum)) }
            guard let whole = Int64(exactly: sum) else { return .failure(.overflow) }
            return .success(.int(whole))
        }
    }
}

// MARK: Saving

extension Accumulator {
    func save(to writer: inout StateWriter) throws(StateFault) {
        writer.write(count)
        writer.write(sum)
        writer.write(doubleSum)
        writer.write(passedOver)
        try writer.write(ifAny: kept) { value, writer throws(StateFault) in try writer.write(value) }
        try writer.write(each: seen) { value, writer throws(StateFault) in try writer.write(value) }
        try writer.write(each: collected) { value, writer throws(StateFault) in try writer.write(value) }
        try writer.write(ifAny: failure) { failure, writer in writer.write(failure) }
    }

    /// Takes in what was saved of the same aggregate.
    mutating func restore(from reader: inout StateReader) throws(StateFault) {
        count = try reader.read()
        sum = try reader.read()
        doubleSum = try reader.readDouble()
        passedOver = try reader.read()
        kept = try reader.readIfAny { reader throws(StateFault) in try reader.readValue() }
        seen = Set(try reader.readEach { reader throws(StateFault) in try reader.readValue() })
        collected = try reader.readEach { reader throws(StateFault) in try reader.readValue() }
        textBytes = seen.reduce(0) { $0 + $1.heldBytes }
        failure = try reader.readIfAny { reader throws(StateFault) in try reader.readFailure() }
    }
}
