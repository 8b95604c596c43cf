/// The scanner proper: positions in, positions out, over bytes that it does not own.
///
/// Every function takes the position of the first byte it is to read and gives the position after the last. Loads are
/// unchecked, so each is preceded by a comparison with `end`.
struct ByteScan {
    let base: UnsafeRawPointer
    let end: Int

    init(_ text: UnsafeRawBufferPointer) {
        // An empty buffer has no address; nothing is ever loaded through this one.
        base = text.baseAddress ?? UnsafeRawPointer(bitPattern: 8).unsafelyUnwrapped
        end = text.count
    }

    @inline(__always)
    func byte(_ place: Int) -> UInt8 { base.load(fromByteOffset: place, as: UInt8.self) }

    @inline(__always)
    func word(_ place: Int) -> UInt64 {
        UInt64(littleEndian: base.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }

    /// Past blanks: space, tab, line feed, carriage return.
    @inline(__always)
    func pastBlank(_ start: Int) -> Int {
        var place = start
        while place < end, byte(place) <= 0x20 {
            let found = byte(place)
            guard found == 0x20 || found == 0x0A || found == 0x0D || found == 0x09 else { return place }
            place += 1
        }
        return place
    }

    /// Past one value of any kind, all of its grammar checked.
    func pastValue(_ start: Int, depth: Int) throws(JSONFault) -> Int {
        guard start < end else { throw JSONFault(.unexpectedEnd, at: end) }
        switch byte(start) {
        case UInt8(ascii: "\""): return try pastString(start + 1).end + 1
        case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "f"): return try pastLiteral(start)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try pastNumber(start)
        case UInt8(ascii: "{"): return try pastObject(start, depth: depth + 1)
        case UInt8(ascii: "["): return try pastArray(start, depth: depth + 1)
        default: throw JSONFault(.unexpectedByte, at: start)
        }
    }

    /// The kind of the value that begins with the byte at `place`, which is inside the text.
    @inline(__always)
    func kind(_ place: Int) -> JSONKind? {
        switch byte(place) {
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "n"): .null
        case UInt8(ascii: "t"): .true
        case UInt8(ascii: "f"): .false
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): .number
        default: nil
        }
    }

    private func pastObject(_ start: Int, depth: Int) throws(JSONFault) -> Int {
        guard depth <= JSONLimits.depth else { throw JSONFault(.tooDeep, at: start) }
        var place = pastBlank(start + 1)
        if place < end, byte(place) == UInt8(ascii: "}") { return place + 1 }
        while true {
            let key = try openQuote(place)
            place = try pastColon(pastString(key).end + 1)
            place = pastBlank(try pastValue(place, depth: depth))
            guard place < end else { throw JSONFault(.unexpectedEnd, at: end) }
            if byte(place) == UInt8(ascii: "}") { return place + 1 }
            guard byte(place) == UInt8(ascii: ",") else { throw JSONFault(.unexpectedByte, at: place) }
            place = pastBlank(place + 1)
        }
    }

    private func pastArray(_ start: Int, depth: Int) throws(JSONFault) -> Int {
        guard depth <= JSONLimits.depth else { throw JSONFault(.tooDeep, at: start) }
        var place = pastBlank(start + 1)
        if place < end, byte(place) == UInt8(ascii: "]") { return place + 1 }
        while true {
            place = pastBlank(try pastValue(place, depth: depth))
            guard place < end else { throw JSONFault(.unexpectedEnd, at: end) }
            if byte(place) == UInt8(ascii: "]") { return place + 1 }
            guard byte(place) == UInt8(ascii: ",") else { throw JSONFault(.unexpectedByte, at: place) }
            place = pastBlank(place + 1)
        }
    }

    /// The position after the quote that must be at `place`.
    @inline(__always)
    func openQuote(_ place: Int) throws(JSONFault) -> Int {
        guard place < end else { throw JSONFault(.unexpectedEnd, at: end) }
        guard byte(place) == UInt8(ascii: "\"") else { throw JSONFault(.unexpectedByte, at: place) }
        return place + 1
    }

    /// Past the colon between key and value, and the blanks around it.
    @inline(__always)
    func pastColon(_ start: Int) throws(JSONFault) -> Int {
        let place = pastBlank(start)
        guard place < end else { throw JSONFault(.unexpectedEnd, at: end) }
        guard byte(place) == UInt8(ascii: ":") else { throw JSONFault(.unexpectedByte, at: place) }
        return pastBlank(place + 1)
    }

    /// Past `true`, `false` or `null`.
    @inline(__always)
    func pastLiteral(_ start: Int) throws(JSONFault) -> Int {
        if start + 4 <= end {
            let four = UInt32(littleEndian: base.loadUnaligned(fromByteOffset: start, as: UInt32.self))
            // Four bytes in memory order, the first lowest.
            if four == 0x6C6C_756E || four == 0x6575_7274 { return start + 4 }
            if four == 0x736C_6166, start + 5 <= end, byte(start + 4) == UInt8(ascii: "e") { return start + 5 }
        }
        return try faultyLiteral(start)
    }

    private func faultyLiteral(_ start: Int) throws(JSONFault) -> Int {
        let expected: StaticString =
            switch byte(start) {
            case UInt8(ascii: "n"): "null"
            case UInt8(ascii: "t"): "true"
            default: "false"
            }
        for index in 0..<expected.utf8CodeUnitCount {
            guard start + index < end else { throw JSONFault(.unexpectedEnd, at: end) }
            guard byte(start + index) == expected.utf8Start[index] else { throw JSONFault(.invalidLiteral, at: start) }
        }
        throw JSONFault(.invalidLiteral, at: start)
    }
}
