import Diagnostics
import FieldStorage
import Timekeeping

/// Equality and order of slots, without making values of them.
@inline(__always)
func textEqual(_ left: Slot, _ right: Slot) -> Bool {
    left.count == right.count && bytesEqual(left, right)
}

@inline(__always)
private func bytesEqual(_ left: Slot, _ right: Slot) -> Bool {
    guard left.count > 0, left.bits != right.bits else { return true }
    guard let one = UnsafeRawPointer(bitPattern: UInt(left.bits)),
        let two = UnsafeRawPointer(bitPattern: UInt(right.bits))
    else { return false }
    return sameBytes(one, two, Int(left.count))
}

/// Whether so many bytes at two places are the same, eight at a time; the last word may overlap the one before.
@inline(__always)
func sameBytes(_ one: UnsafeRawPointer, _ two: UnsafeRawPointer, _ count: Int) -> Bool {
    guard count >= 8 else { return sameFewBytes(one, two, count) }
    var place = 0
    while place &+ 8 <= count {
        guard sameWord(one, two, place, UInt64.self) else { return false }
        place &+= 8
    }
    return place == count || sameWord(one, two, count &- 8, UInt64.self)
}

/// Fewer than eight bytes.
@inline(__always)
private func sameFewBytes(_ one: UnsafeRawPointer, _ two: UnsafeRawPointer, _ count: Int) -> Bool {
    if count >= 4 {
        return sameWord(one, two, 0, UInt32.self) && sameWord(one, two, count &- 4, UInt32.self)
    }
    if count >= 2 {
        return sameWord(one, two, 0, UInt16.self) && sameWord(one, two, count &- 2, UInt16.self)
    }
    return count == 0 || sameWord(one, two, 0, UInt8.self)
}

@inline(__always)
private func sameWord<Word: FixedWidthInteger>(
    _ one: UnsafeRawPointer, _ two: UnsafeRawPointer, _ place: Int, _ word: Word.Type
) -> Bool {
    one.loadUnaligned(fromByteOffset: place, as: word) == two.loadUnaligned(fromByteOffset: place, as: word)
}

/// Whether `part` stands in `text` at a place; false for a place before the start or too near to the end.
@inline(__always)
func sameBytes(_ text: UnsafeRawBufferPointer, at place: Int, _ part: UnsafeRawBufferPointer) -> Bool {
    guard place >= 0, place + part.count <= text.count else { return false }
    guard let one = text.baseAddress, let two = part.baseAddress else { return part.isEmpty }
    return sameBytes(one + place, two, part.count)
}

/// CEL's `==` for slots that are not unknown.
func slotsEqual(_ left: Slot, _ right: Slot) -> Bool {
    switch (left.tag, right.tag) {
    case (.string, .string): return textEqual(left, right)
    case (.int, .int), (.uint, .uint), (.bool, .bool): return left.bits == right.bits
    case (.null, .null): return true
    case (.timestamp, .timestamp), (.duration, .duration): return left.bits == right.bits && left.count == right.count
    case (.double, .double): return left.doubleValue == right.doubleValue
    case (.null, _), (_, .null), (.string, _), (_, .string): return false
    default:
        guard let one = Value(scalarOrBox: left), let two = Value(scalarOrBox: right) else { return false }
        return one.equals(two)
    }
}

/// The order of two slots: -1, 0 or 1; 2 when one is NaN, 3 when they have no order to each other.
@inline(__always)
func slotsOrder(_ left: Slot, _ right: Slot) -> Int {
    switch (left.tag, right.tag) {
    case (.int, .int): return order(left.intValue, right.intValue)
    case (.double, .double):
        let one = left.doubleValue
        let two = right.doubleValue
        return one < two ? -1 : one == two ? 0 : one > two ? 1 : 2
    case (.timestamp, .timestamp):
        return left.bits == right.bits ? order(left.count, right.count) : order(left.intValue, right.intValue)
    case (.duration, .duration):
        return left.bits == right.bits
            ? order(Int32(bitPattern: left.count), Int32(bitPattern: right.count))
            : order(left.intValue, right.intValue)
    default: return slowOrder(left, right)
    }
}

private func slowOrder(_ left: Slot, _ right: Slot) -> Int {
    if left.tag == .string, right.tag == .string {
        let one = left.text
        let two = right.text
        if one.lexicographicallyPrecedes(two) { return -1 }
        return textEqual(left, right) ? 0 : 1
    }
    guard let one = Value(scalarOrBox: left), let two = Value(scalarOrBox: right) else { return 3 }
    if let order = one.compared(to: two) { return order }
    return one.isOrdered(with: two) ? 2 : 3
}

extension EvaluationContext {
    /// Sets the failure, and its place if it has one, and gives the slot that says so.
    @inline(never)
    func failed(_ failure: EvaluationFailure, at span: Span? = nil) -> Slot {
        self.failure = failure
        failureSpan = span
        return .unknown
    }

    /// Sets the failure, and its place if it has one, and gives the truth that says so.
    @inline(never)
    func undecided(_ failure: EvaluationFailure, at span: Span? = nil) -> Truth {
        self.failure = failure
        failureSpan = span
        return .failed
    }
}

/// Text of constants, kept for as long as the closures that read it.
final class ConstantText: @unchecked Sendable {
    // Written in init only.
    private let storage: UnsafeMutableRawBufferPointer
    let slot: Slot

    init(_ text: String) {
        let bytes = Array(text.utf8)
        storage = .allocate(byteCount: max(1, bytes.count), alignment: 8)
        storage.copyBytes(from: bytes)
        slot = .string(UnsafeRawBufferPointer(rebasing: storage[0..<bytes.count]))
    }

    deinit { storage.deallocate() }
}
