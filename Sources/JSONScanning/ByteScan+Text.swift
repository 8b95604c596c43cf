extension ByteScan {
    /// To the closing quote of the text that begins at `start`.
    ///
    /// Sixteen bytes at a time, eight near the end: a quote, a backslash, a control character or a byte above 0x7F
    /// in any of them stops the stride; in each mask the lowest mark is right, and only marks above it may be false,
    /// so the lowest mark of all of them is right too.
    ///
    /// - Returns: The position of the closing quote, and whether there are escapes before it.
    @inline(__always)
    func pastString(_ start: Int) throws(JSONFault) -> (end: Int, hasEscapes: Bool) {
        var place = start
        while place &+ 16 <= end {
            let (low, high) = wideMarks(place)
            if low != 0 {
                place &+= low.trailingZeroBitCount &>> 3
            } else if high != 0 {
                place &+= 8 &+ high.trailingZeroBitCount &>> 3
            } else {
                place &+= 16
                continue
            }
            if byte(place) == UInt8(ascii: "\"") { return (place, false) }
            break
        }
        return try pastRest(place)
    }

    /// What stops a stride among the sixteen bytes at `place`: all bits of a byte are set where something does.
    @inline(__always)
    private func wideMarks(_ place: Int) -> (low: UInt64, high: UInt64) {
        let bytes = base.loadUnaligned(fromByteOffset: place, as: SIMD16<Int8>.self)
        // Vectors on both sides: a comparison with a scalar is a loop. As signed numbers, bytes above 0x7F are below
        // the blank too.
        let quotes = Self.bits(bytes .== SIMD16<Int8>(repeating: 0x22))
        let slashes = Self.bits(bytes .== SIMD16<Int8>(repeating: 0x5C))
        let others = Self.bits(bytes .< SIMD16<Int8>(repeating: 0x20))
        let stops = quotes | slashes | others
        return (UInt64(littleEndian: stops[0]), UInt64(littleEndian: stops[1]))
    }

    /// A mask as it lies in memory: all bits of a byte where it is true.
    @inline(__always)
    private static func bits(_ mask: SIMDMask<SIMD16<Int8>>) -> SIMD2<UInt64> {
        withUnsafeBytes(of: mask) { $0.loadUnaligned(as: SIMD2<UInt64>.self) }
    }

    @inline(__always)
    private static func marks(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        let quotes = word ^ (ones &* 0x22)
        let slashes = word ^ (ones &* 0x5C)
        let zeroes = ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes)
        let controls = (word &- (ones &* 0x20)) & ~word
        return (zeroes | controls | word) & tops
    }

    /// The rest of a text in which something other than plain ASCII was met, or which ends near the end.
    private func pastRest(_ start: Int) throws(JSONFault) -> (end: Int, hasEscapes: Bool) {
        var place = start
        var hasEscapes = false
        while place < end {
            if place + 8 <= end {
                let marks = Self.marks(word(place))
                if marks == 0 {
                    place += 8
                    continue
                }
                place += marks.trailingZeroBitCount >> 3
            }
            switch byte(place) {
            case UInt8(ascii: "\""): return (place, hasEscapes)
            case UInt8(ascii: "\\"):
                place = try pastEscape(place)
                hasEscapes = true
            case 0..<0x20: throw JSONFault(.controlCharacter, at: place)
            case 0x80...: place = try pastScalar(place)
            default: place += 1
            }
        }
        throw JSONFault(.unexpectedEnd, at: end)
    }

    private func pastEscape(_ start: Int) throws(JSONFault) -> Int {
        guard start + 1 < end else { throw JSONFault(.unexpectedEnd, at: end) }
        switch byte(start + 1) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 2
        case UInt8(ascii: "u"):
            for place in (start + 2)..<(start + 6) {
                guard place < end else { throw JSONFault(.unexpectedEnd, at: end) }
                guard Self.hexValue(byte(place)) != nil else { throw JSONFault(.invalidEscape, at: start) }
            }
            return start + 6
        default: throw JSONFault(.invalidEscape, at: start)
        }
    }

    /// The number that a hexadecimal digit stands for.
    static func hexValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// Past one scalar of two to four bytes: no overlong form, no surrogate, nothing above U+10FFFF (RFC 3629).
    private func pastScalar(_ start: Int) throws(JSONFault) -> Int {
        let lead = byte(start)
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if lead == 0xE0 { second = 0xA0...0xBF }
            if lead == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if lead == 0xF0 { second = 0x90...0xBF }
            if lead == 0xF4 { second = 0x80...0x8F }
        default: throw JSONFault(.invalidUTF8, at: start)
        }
        for index in 1..<length {
            guard start + index < end else { throw JSONFault(.unexpectedEnd, at: end) }
            let allowed = index == 1 ? second : 0x80...0xBF
            guard allowed.contains(byte(start + index)) else { throw JSONFault(.invalidUTF8, at: start) }
        }
        return start + length
    }

    /// Past a number: `-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?`.
    @inline(__always)
    func pastNumber(_ start: Int) throws(JSONFault) -> Int {
        var place = start
        if byte(place) == UInt8(ascii: "-") { place += 1 }
        guard place < end else { throw JSONFault(.unexpectedEnd, at: end) }
        let first = byte(place)
        guard first &- 48 < 10 else { throw JSONFault(.invalidNumber, at: start) }
        place += 1
        if first != UInt8(ascii: "0") {
            while place < end, byte(place) &- 48 < 10 { place += 1 }
        }
        guard place < end else { return place }
        let next = byte(place)
        if next == UInt8(ascii: ",") || next == UInt8(ascii: "}") || next == UInt8(ascii: "]") { return place }
        return try pastFraction(place, of: start)
    }

    private func pastFraction(_ from: Int, of start: Int) throws(JSONFault) -> Int {
        var place = from
        if byte(place) == UInt8(ascii: ".") {
            place = try pastDigits(place + 1, of: start)
        }
        if place < end, byte(place) | 0x20 == UInt8(ascii: "e") {
            place += 1
            if place < end, byte(place) == UInt8(ascii: "+") || byte(place) == UInt8(ascii: "-") { place += 1 }
            place = try pastDigits(place, of: start)
        }
        // `01` and `1x` are no numbers followed by something, but no numbers.
        if place < end {
            let next = byte(place)
            let isWordLike = next &- 48 < 10 || (next | 0x20) &- 97 < 26 || next == UInt8(ascii: ".")
            guard !isWordLike else { throw JSONFault(.invalidNumber, at: start) }
        }
        return place
    }

    private func pastDigits(_ from: Int, of start: Int) throws(JSONFault) -> Int {
        guard from < end else { throw JSONFault(.unexpectedEnd, at: end) }
        guard byte(from) &- 48 < 10 else { throw JSONFault(.invalidNumber, at: start) }
        var place = from + 1
        while place < end, byte(place) &- 48 < 10 { place += 1 }
        return place
    }
}
