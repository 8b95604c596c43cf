import FieldStorage

/// A set of texts that is asked with bytes: one hash over at most 24 bytes, then one comparison.
final class TextSet: @unchecked Sendable {
    // Written in init only.
    private let texts: [ConstantText]
    private let table: UnsafeMutablePointer<Slot>
    private let mask: Int

    init(_ members: [String]) {
        texts = members.map { ConstantText($0) }
        var size = 4
        while size < members.count * 2 { size *= 2 }
        mask = size - 1
        table = .allocate(capacity: size)
        table.initialize(repeating: .null, count: size)
        for text in texts {
            var place = Self.hash(text.slot) & mask
            while table[place].tag == .string, !textEqual(table[place], text.slot) { place = (place + 1) & mask }
            table[place] = text.slot
        }
    }

    deinit { table.deallocate() }

    /// Whether the text of a string slot is a member.
    @inline(__always)
    func contains(_ slot: Slot) -> Bool {
        var place = Self.hash(slot) & mask
        while true {
            let member = table[place]
            if member.tag != .string { return false }
            if textEqual(member, slot) { return true }
            place = (place &+ 1) & mask
        }
    }

    /// Mixes the length, the first, the last and the middle eight bytes.
    @inline(__always)
    private static func hash(_ slot: Slot) -> Int {
        let count = Int(slot.count)
        var mixed = UInt64(truncatingIfNeeded: count) &* 0x9e37_79b9_7f4a_7c15
        guard count > 0, let base = UnsafeRawPointer(bitPattern: UInt(slot.bits)) else { return Int(mixed >> 33) }
        if count >= 8 {
            mixed ^= base.loadUnaligned(as: UInt64.self)
            mixed = mixed &* 0xff51_afd7_ed55_8ccd
            mixed ^= mixed >> 32
            mixed ^= base.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            mixed = mixed &* 0xc4ce_b9fe_1a85_ec53
            mixed ^= mixed >> 32
            mixed ^= base.loadUnaligned(fromByteOffset: (count &- 8) / 2, as: UInt64.self)
        } else if count >= 4 {
            mixed ^= UInt64(base.loadUnaligned(as: UInt32.self)) << 32
            mixed ^= UInt64(base.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
        } else {
            mixed ^= UInt64(base.load(as: UInt8.self)) << 16
            mixed ^= UInt64(base.load(fromByteOffset: count / 2, as: UInt8.self)) << 8
            mixed ^= UInt64(base.load(fromByteOffset: count &- 1, as: UInt8.self))
        }
        mixed = mixed &* 0xff51_afd7_ed55_8ccd
        return Int(mixed >> 33)
    }
}

/// A set of whole numbers: one multiplication, then comparisons until a free place.
final class NumberSet: @unchecked Sendable {
    // Written in init only.
    private let table: UnsafeMutablePointer<Slot>
    private let mask: Int

    init(_ members: [Int64]) {
        var size = 4
        while size < members.count * 2 { size *= 2 }
        mask = size - 1
        table = .allocate(capacity: size)
        table.initialize(repeating: .null, count: size)
        for number in members where !contains(number) {
            var place = Self.hash(number) & mask
            while table[place].tag == .int { place = (place + 1) & mask }
            table[place] = .int(number)
        }
    }

    deinit { table.deallocate() }

    /// Whether the number is a member.
    @inline(__always)
    func contains(_ number: Int64) -> Bool {
        var place = Self.hash(number) & mask
        while true {
            let member = table[place]
            if member.tag != .int { return false }
            if member.intValue == number { return true }
            place = (place &+ 1) & mask
        }
    }

    @inline(__always)
    private static func hash(_ number: Int64) -> Int {
        Int((UInt64(bitPattern: number) &* 0x9e37_79b9_7f4a_7c15) >> 33)
    }
}
