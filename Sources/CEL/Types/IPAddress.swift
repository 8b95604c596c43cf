/// An IPv4 or IPv6 address without a zone.
public struct IPAddress: Hashable, Sendable {
    /// The address as a number: 32 bits for IPv4, 128 for IPv6.
    public let bits: UInt128
    public let isVersion4: Bool

    init(bits: UInt128, isVersion4: Bool) {
        self.bits = bits
        self.isVersion4 = isVersion4
    }

    /// 32 or 128.
    public var width: Int { isVersion4 ? 32 : 128 }

    /// An address from text.
    ///
    /// - Parameter text: Dotted quads without leading zeros, or RFC 4291 groups; no zone, no IPv4 tail.
    /// - Returns: nil for anything else.
    public init?(_ text: String) {
        var text = text
        guard let address = text.withUTF8({ IPAddress(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = address
    }

    /// An address from the UTF-8 of its text; see `init(_:)-(String)`.
    public init?(_ text: UnsafeRawBufferPointer) {
        guard text.count >= 2, text.count <= 45 else { return nil }
        if text.contains(0x3a) {
            guard let bits = Self.groups(text) else { return nil }
            self.init(bits: bits, isVersion4: false)
        } else {
            guard let bits = Self.quads(text) else { return nil }
            self.init(bits: UInt128(bits), isVersion4: true)
        }
    }

    private static func quads(_ text: UnsafeRawBufferPointer) -> UInt32? {
        var bits: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var parts = 0
        for byte in text {
            if byte == 0x2e {
                guard digits > 0, parts < 3 else { return nil }
                bits = bits << 8 | part
                (part, digits, parts) = (0, 0, parts + 1)
                continue
            }
            guard byte &- 48 < 10, digits == 0 || part != 0 else { return nil }
            part = part * 10 + UInt32(byte - 48)
            digits += 1
            guard part <= 255 else { return nil }
        }
        guard parts == 3, digits > 0 else { return nil }
        return bits << 8 | part
    }

    private static func groups(_ text: UnsafeRawBufferPointer) -> UInt128? {
        var head: [UInt16] = []
        var tail: [UInt16] = []
        var isAfterGap = false
        var place = 0
        if text[0] == 0x3a {
            guard text[1] == 0x3a else { return nil }
            isAfterGap = true
            place = 2
        }
        while place < text.count {
            var group: UInt32 = 0
            var digits = 0
            while place < text.count, let digit = hexDigit(text[place]) {
                group = group << 4 | UInt32(digit)
                digits += 1
                place += 1
                guard digits <= 4 else { return nil }
            }
            guard digits > 0 else { return nil }
            if isAfterGap { tail.append(UInt16(group)) } else { head.append(UInt16(group)) }
            guard head.count + tail.count <= 8 else { return nil }
            if place == text.count { break }
            guard text[place] == 0x3a else { return nil }
            place += 1
            guard place < text.count else { return nil }
            if text[place] == 0x3a {
                guard !isAfterGap else { return nil }
                isAfterGap = true
                place += 1
            }
        }
        let count = head.count + tail.count
        guard isAfterGap ? count < 8 : count == 8 else { return nil }
        let all = head + Array(repeating: 0, count: 8 - count) + tail
        return all.reduce(0) { $0 << 16 | UInt128($1) }
    }

    /// Whether only this machine can be meant.
    public var isLoopback: Bool { isVersion4 ? bits >> 24 == 127 : bits == 1 }
    /// Whether it is the address of no machine, all zeros.
    public var isUnspecified: Bool { bits == 0 }
    /// 169.254.0.0/16 and fe80::/10.
    public var isLinkLocalUnicast: Bool { isVersion4 ? bits >> 16 == 0xa9fe : bits >> 118 == 0x3fa }
    /// 224.0.0.0/24 and ffx2::/16.
    public var isLinkLocalMulticast: Bool {
        isVersion4 ? bits >> 8 == 0xe00000 : bits >> 112 & 0xff0f == 0xff02
    }
    /// Neither unspecified, loopback, multicast, link-local nor the IPv4 broadcast; private networks count as global.
    public var isGlobalUnicast: Bool {
        let isMulticast = isVersion4 ? bits >> 28 == 0xe : bits >> 120 == 0xff
        let isBroadcast = isVersion4 && bits == 0xffff_ffff
        return !isUnspecified && !isLoopback && !isMulticast && !isLinkLocalUnicast && !isBroadcast
    }
}

/// The value of a hexadecimal digit, nil for any other byte.
func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
}

extension IPAddress: CustomStringConvertible {
    /// The canonical text: RFC 5952 for IPv6.
    public var description: String {
        if isVersion4 {
            return (0..<4).map { String(bits >> UInt128(24 - 8 * $0) & 0xff) }.joined(separator: ".")
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(1, best.count) { best = start..<end }
            start = max(end, start + 1)
        }
        func text(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if best.isEmpty { return text(groups[...]) }
        return text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
    }
}

/// A block of addresses in CIDR notation; bits past the prefix are kept until `masked`.
public struct AddressBlock: Hashable, Sendable {
    public let address: IPAddress
    /// 0 to the address's width.
    public let prefixLength: Int

    init(address: IPAddress, prefixLength: Int) {
        self.address = address
        self.prefixLength = prefixLength
    }

    /// A block from text such as `10.0.0.0/8`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])),
            parts[1].utf8.allSatisfy({ $0 &- 48 < 10 }), parts[1].utf8.count <= 3, let length = Int(parts[1]),
            length <= address.width, parts[1] == "0" || parts[1].utf8.first != 48
        else { return nil }
        self.init(address: address, prefixLength: length)
    }

    private var mask: UInt128 {
        guard prefixLength > 0 else { return 0 }
        let all: UInt128 = address.isVersion4 ? 0xffff_ffff : .max
        return all << UInt128(address.width - prefixLength) & all
    }

    /// The block with zeros past its prefix.
    public var masked: AddressBlock {
        AddressBlock(
            address: IPAddress(bits: address.bits & mask, isVersion4: address.isVersion4), prefixLength: prefixLength)
    }

    /// Whether an address of the same version lies in the block.
    public func contains(_ other: IPAddress) -> Bool {
        other.isVersion4 == address.isVersion4 && (other.bits ^ address.bits) & mask == 0
    }

    /// Whether the whole of another block lies in this one.
    public func contains(_ other: AddressBlock) -> Bool {
        other.prefixLength >= prefixLength && contains(other.address)
    }
}

extension AddressBlock: CustomStringConvertible {
    public var description: String { "\(address)/\(prefixLength)" }
}
