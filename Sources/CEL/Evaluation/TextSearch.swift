import FieldStorage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A search for one constant text: looks for its rarest byte, then compares around it.
struct TextSearch: Sendable {
    private let part: ConstantText
    /// Where in `part` the byte is that is looked for.
    private let place: Int
    private let byte: Int32

    init(_ part: ConstantText) {
        self.part = part
        let bytes = part.slot.text
        let rarest = bytes.indices.min { Self.frequency(bytes[$0]) < Self.frequency(bytes[$1]) }
        place = rarest ?? 0
        byte = rarest.map { Int32(bytes[$0]) } ?? 0
    }

    /// Whether the text of a string slot has the constant in it.
    @inline(__always)
    func isIn(_ text: Slot) -> Bool {
        let part = part.slot
        guard part.count > 0 else { return true }
        guard text.count >= part.count, let base = UnsafeRawPointer(bitPattern: UInt(text.bits)),
            let wanted = UnsafeRawPointer(bitPattern: UInt(part.bits))
        else { return false }
        let end = base + place + Int(text.count - part.count) + 1
        var start = base + place
        while start < end, let found = memchr(start, byte, end - start) {
            if sameBytes(UnsafeRawPointer(found) - place, wanted, Int(part.count)) { return true }
            start = UnsafeRawPointer(found) + 1
        }
        return false
    }

    /// How often a byte is met in names, paths and sentences: a rank, not a count.
    private static func frequency(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "e"), UInt8(ascii: "a"), UInt8(ascii: "t"), UInt8(ascii: "o"), UInt8(ascii: " "): 6
        case UInt8(ascii: "i"), UInt8(ascii: "n"), UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "l"): 5
        case UInt8(ascii: "a")...UInt8(ascii: "z"): 4
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "-"): 3
        case 0x80...: 2
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): 1
        default: 0
        }
    }
}
