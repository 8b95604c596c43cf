import CEL
import FieldStorage
import RuleLanguage

/// A key as bytes, with its hash: equal bytes are equal values of equal kinds.
///
/// It points into a ``KeyWriter`` and is good until that writes again.
struct KeyBytes {
    let base: UnsafeRawPointer
    let count: Int
    /// The first sixteen bytes, filled up with zeros.
    let low: UInt64
    let high: UInt64
    let hash: UInt32
}

/// Writes values as bytes such that two values have the same bytes only if they are the same.
///
/// The comparison is exact, as keys are: 1 and 1.0 differ, and text is compared by its code points.
final class KeyWriter {
    @exclusivity(unchecked) private var base: UnsafeMutableRawPointer
    @exclusivity(unchecked) private var capacity = 64
    @exclusivity(unchecked) private var count = 0

    /// Two secrets of this process, so that nobody outside can choose keys that collide.
    private static let seeds: (UInt64, UInt64) = (
        UInt64(bitPattern: Int64("first".hashValue)) | 1, UInt64(bitPattern: Int64("second".hashValue)) | 1
    )
    private let seed = KeyWriter.seeds

    init() { base = .allocate(byteCount: 64, alignment: 8) }

    deinit { base.deallocate() }

    /// Begins a new key.
    @inline(__always)
    func begin() {
        count = 0
        base.storeBytes(of: 0, as: UInt64.self)
        base.storeBytes(of: 0, toByteOffset: 8, as: UInt64.self)
    }

    /// The key of bytes that a writer wrote before, in this process or another.
    func key(of bytes: UnsafeRawBufferPointer) -> KeyBytes {
        begin()
        grow(by: bytes.count)
        if let start = bytes.baseAddress { base.copyMemory(from: start, byteCount: bytes.count) }
        count = bytes.count
        return key
    }

    /// Adds one part.
    ///
    /// - Parameter isLast: Whether no part follows, so that text needs no length.
    @inline(__always)
    func append(_ slot: Slot, isLast: Bool) {
        switch slot.tag {
        case .int:
            grow(by: 9)
            base.storeBytes(of: slot.tag.rawValue, toByteOffset: count, as: UInt8.self)
            base.storeBytes(of: slot.bits, toByteOffset: count + 1, as: UInt64.self)
            count += 9
        case .string:
            grow(by: 5 + Int(slot.count))
            base.storeBytes(of: slot.tag.rawValue, toByteOffset: count, as: UInt8.self)
            count += 1
            if !isLast {
                base.storeBytes(of: slot.count, toByteOffset: count, as: UInt32.self)
                count += 4
            }
            guard let text = slot.text.baseAddress else { return }
            (base + count).copyMemory(from: text, byteCount: Int(slot.count))
            count += Int(slot.count)
        case .reference: append(boxed: slot)
        default:
            grow(by: 13)
            base.storeBytes(of: slot.tag.rawValue, toByteOffset: count, as: UInt8.self)
            base.storeBytes(of: slot.bits, toByteOffset: count + 1, as: UInt64.self)
            base.storeBytes(of: slot.count, toByteOffset: count + 9, as: UInt32.self)
            count += 13
        }
    }

    /// Adds bytes as they are: a part of fixed length, or what follows one in a key that was written before.
    func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        grow(by: bytes.count)
        (base + count).copyMemory(from: start, byteCount: bytes.count)
        count += bytes.count
    }

    @inline(never)
    private func append(boxed slot: Slot) {
        var bytes: [UInt8] = [slot.tag.rawValue]
        (Value(scalarOrBox: slot) ?? .null).appendIdentity(to: &bytes)
        grow(by: bytes.count)
        (base + count).copyMemory(from: bytes, byteCount: bytes.count)
        count += bytes.count
    }

    @inline(__always)
    private func grow(by more: Int) {
        // Eight bytes of slack for the zeros behind the last word.
        if count + more + 8 > capacity { makeRoom(count + more + 8) }
    }

    @inline(never)
    private func makeRoom(_ wanted: Int) {
        while capacity < wanted { capacity *= 2 }
        let next = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        next.storeBytes(of: 0, as: UInt64.self)
        next.storeBytes(of: 0, toByteOffset: 8, as: UInt64.self)
        next.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = next
    }

    /// The key that was written.
    @inline(__always)
    var key: KeyBytes {
        let low = base.load(as: UInt64.self)
        let high = base.load(fromByteOffset: 8, as: UInt64.self)
        var mixed = Self.mix(low ^ seed.0, high ^ seed.1 ^ UInt64(truncatingIfNeeded: count))
        if count > 16 { mixed = mixTail(mixed) }
        return KeyBytes(
            base: UnsafeRawPointer(base), count: count, low: low, high: high,
            hash: UInt32(truncatingIfNeeded: mixed ^ (mixed >> 32)))
    }

    @inline(never)
    private func mixTail(_ start: UInt64) -> UInt64 {
        base.storeBytes(of: 0, toByteOffset: count, as: UInt64.self)
        var mixed = start
        var place = 16
        while place < count {
            mixed = Self.mix(base.loadUnaligned(fromByteOffset: place, as: UInt64.self) ^ seed.0, mixed ^ seed.1)
            place += 8
        }
        return mixed
    }

    @inline(__always)
    private static func mix(_ one: UInt64, _ two: UInt64) -> UInt64 {
        let product = one.multipliedFullWidth(by: two)
        return product.high ^ product.low
    }
}

/// Evaluates the `by` expressions of a verb, once an activity however many rules share them.
final class KeyReader {
    /// What `by` says of an activity.
    enum Outcome {
        case key
        /// A part is null, and a null key never joins.
        case null
        /// The frame's context holds the failure.
        case failed(EvaluationFailure)
    }

    private let programs: [Program]
    private let conditions: UnsafeMutablePointer<Condition>
    private let count: Int
    private let writer = KeyWriter()
    private let parts: UnsafeMutablePointer<Slot>
    @exclusivity(unchecked) private(set) var key: KeyBytes
    @exclusivity(unchecked) private var outcome = Outcome.null
    @exclusivity(unchecked) private var turn: UInt64 = 0

    init(_ programs: [Program]) {
        self.programs = programs
        count = programs.count
        conditions = .allocate(capacity: max(1, count))
        for (place, program) in programs.enumerated() {
            (conditions + place).initialize(to: Condition(unretained: program))
        }
        parts = .allocate(capacity: max(1, count))
        parts.initialize(repeating: .null, count: max(1, count))
        writer.begin()
        key = writer.key
    }

    deinit {
        parts.deallocate()
        conditions.deallocate()
    }

    /// The parts of the key; their text lives as long as the activity they were read from.
    var slots: UnsafeBufferPointer<Slot> { UnsafeBufferPointer(start: parts, count: count) }

    /// The parts as values of their own.
    var values: GroupKey { GroupKey(values: slots.map { Value(scalarOrBox: $0) ?? .null }) }

    /// Evaluates the expressions, unless that was done in this turn.
    ///
    /// - Parameter turn: Another number for every activity, from 1.
    @inline(__always)
    func read(_ frame: RuleFrame, turn: UInt64) -> Outcome {
        if turn != self.turn {
            self.turn = turn
            outcome = evaluate(frame)
        }
        return outcome
    }

    private func evaluate(_ frame: RuleFrame) -> Outcome {
        writer.begin()
        for place in 0..<count {
            guard let slot = conditions[place].slot(frame.frame) else { return .failed(frame.failure) }
            guard slot.tag != .null else { return .null }
            parts[place] = slot
            writer.append(slot, isLast: place == count - 1)
        }
        key = writer.key
        return .key
    }
}
