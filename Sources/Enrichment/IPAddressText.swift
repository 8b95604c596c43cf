/// An IP address as 128 bits; IPv4 is mapped into `::ffff:0:0/96`, so both are one ordered space.
struct IPAddress: Hashable, Comparable, Sendable {
    let bits: UInt128

    static let v4Prefix: UInt128 = 0xFFFF << 32

    init(bits: UInt128) { self.bits = bits }

    static func < (left: IPAddress, right: IPAddress) -> Bool { left.bits < right.bits }

    /// An address from text, without allocation.
    ///
    /// - Parameter text: Dotted IPv4 without leading zeros, or IPv6 as RFC 4291 section 2.2 writes it, without zone.
    /// - Returns: nil for anything else.
    init?(_ text: UnsafeRawBufferPointer) {
        guard text.count >= 2, text.count <= 45 else { return nil }
        if text.contains(UInt8(ascii: ":")) {
            guard let bits = Self.v6(text) else { return nil }
            self.bits = bits
        } else {
            guard let bits = Self.v4(text) else { return nil }
            self.bits = Self.v4Prefix | UInt128(bits)
        }
    }

    init?(_ text: String) {
        var text = text
        guard let address = text.withUTF8({ IPAddress(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = address
    }

    private static func v4(_ text: some Collection<UInt8>) -> UInt32? {
        var bits: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var dots = 0
        for byte in text {
            if byte == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                bits = bits << 8 | part
                (part, digits, dots) = (0, 0, dots + 1)
                continue
            }
            let digit = UInt32(byte &- 48)
            guard digit < 10, digits < 3, !(digits == 1 && part == 0) else { return nil }
            part = part * 10 + digit
            guard part < 256 else { return nil }
            digits += 1
        }
        guard dots == 3, digits > 0 else { return nil }
        return bits << 8 | part
    }

    private static func v6(_ text: UnsafeRawBufferPointer) -> UInt128? {
        var head: UInt128 = 0
        var headGroups = 0
        var tail: UInt128 = 0
        var tailGroups = 0
        var hasGap = false
        var place = 0
        func add(_ group: UInt128, _ bits: Int = 16) {
            let groups = bits / 16
            if hasGap {
                tail = tail << bits | group; tailGroups += groups
            } else {
                head = head << bits | group
                headGroups += groups
            }
        }
        if text.count >= 2, text[0] == UInt8(ascii: ":") {
            guard text[1] == UInt8(ascii: ":") else { return nil }
            hasGap = true
            place = 2
        }
        while place < text.count {
            let start = place
            var group: UInt128 = 0
            while place < text.count, let digit = hex(text[place]) {
                group = group << 4 | UInt128(digit)
                place += 1
            }
            if place < text.count, text[place] == UInt8(ascii: ".") {
                guard headGroups + tailGroups <= 6, let last = v4(text[start...]) else { return nil }
                add(UInt128(last), 32)
                place = text.count
                break
            }
            guard place > start, place - start <= 4 else { return nil }
            add(group)
            guard headGroups + tailGroups <= 8 else { return nil }
            if place == text.count { break }
            guard text[place] == UInt8(ascii: ":") else { return nil }
            place += 1
            if place < text.count, text[place] == UInt8(ascii: ":") {
                guard !hasGap else { return nil }
                hasGap = true
                place += 1
            } else if place == text.count {
                return nil
            }
        }
        let groups = headGroups + tailGroups
        guard hasGap ? groups < 8 : groups == 8 else { return nil }
        return hasGap && headGroups > 0 ? head << (128 - 16 * headGroups) | tail : hasGap ? tail : head
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}

/// A block of addresses that share their first bits.
struct IPPrefix: Hashable, Sendable {
    let first: IPAddress
    /// 0 to 128 in the 128-bit space; an IPv4 `/24` is 120.
    let length: Int

    var last: IPAddress {
        IPAddress(bits: length == 0 ? .max : first.bits | ((UInt128(1) << UInt128(128 - length)) &- 1))
    }

    /// A block from CIDR text such as `192.0.2.0/24`; a bare address is a block of one.
    ///
    /// - Returns: nil for anything else, also when bits after the prefix are set.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        let isV4 = !parts[0].contains(":")
        var length = 128
        if parts.count == 2 {
            guard let bits = Int(parts[1]), bits >= 0, bits <= (isV4 ? 32 : 128), parts[1].allSatisfy(\.isNumber)
            else { return nil }
            length = isV4 ? bits + 96 : bits
        }
        let mask: UInt128 = length == 0 ? 0 : ~((length == 128 ? 0 : UInt128(1) << UInt128(128 - length)) &- 1)
        guard length == 128 || address.bits & ~mask == 0 else { return nil }
        first = address
        self.length = length
    }
}
