import Diagnostics

/// Reads the inside of a quoted text and remembers where each byte of the result came from.
struct EscapeReader {
    struct Fault {
        let message: String
        let span: Span
        let help: String?
    }

    let body: ArraySlice<UInt8>
    let isBytes: Bool
    let isRaw: Bool
    /// The decoded text.
    private(set) var bytes: [UInt8] = []
    /// For each decoded byte the place in the source where it was written.
    private(set) var origins: [Int] = []
    private(set) var faults: [Fault] = []

    init(body: ArraySlice<UInt8>, isBytes: Bool, isRaw: Bool) {
        self.body = body
        self.isBytes = isBytes
        self.isRaw = isRaw
    }

    mutating func read() {
        var place = body.startIndex
        while place < body.endIndex {
            let byte = body[place]
            if byte == 0x5c, !isRaw {
                place = escape(at: place)
            } else if byte == 0x0d, place + 1 < body.endIndex, body[place + 1] == 0x0a {
                put(0x0a, from: place)
                place += 2
            } else {
                put(byte, from: place)
                place += 1
            }
        }
    }

    private mutating func put(_ byte: UInt8, from place: Int) {
        bytes.append(byte)
        origins.append(place)
    }

    private mutating func escape(at start: Int) -> Int {
        guard start + 1 < body.endIndex else { return start + 1 }
        let kind = body[start + 1]
        let simple: [UInt8: UInt8] = [
            0x61: 7, 0x62: 8, 0x66: 12, 0x6e: 10, 0x72: 13, 0x74: 9, 0x76: 11, 0x5c: 0x5c, 0x3f: 0x3f, 0x22: 0x22,
            0x27: 0x27, 0x60: 0x60,
        ]
        if let byte = simple[kind] {
            put(byte, from: start)
            return start + 2
        }
        switch kind {
        case 0x78, 0x58: return code(start, digits: 2, radix: 16, from: start + 2)
        case 0x75 where !isBytes: return code(start, digits: 4, radix: 16, from: start + 2)
        case 0x55 where !isBytes: return code(start, digits: 8, radix: 16, from: start + 2)
        case 0x30...0x33: return code(start, digits: 3, radix: 8, from: start + 1)
        default:
            var end = min(start + 2, body.endIndex)
            while end < body.endIndex, body[end] & 0xc0 == 0x80 { end += 1 }
            faults.append(
                Fault(
                    message: "`\(String(decoding: body[start..<end], as: UTF8.self))` is no escape of the language",
                    span: Span(start, end), help: "write `\\\\` for a backslash, or a raw text: r\"...\""))
            return end
        }
    }

    private mutating func code(_ start: Int, digits: Int, radix: UInt32, from first: Int) -> Int {
        var value: UInt32 = 0
        var place = first
        while place < body.endIndex, place < first + digits, let digit = hexDigit(body[place]), digit < radix {
            value = value &* radix &+ UInt32(digit)
            place += 1
        }
        let isComplete = place == first + digits
        if isBytes, isComplete {
            put(UInt8(truncatingIfNeeded: value), from: start)
        } else if isComplete, let scalar = Unicode.Scalar(value) {
            for byte in String(Character(scalar)).utf8 { put(byte, from: start) }
        } else {
            let message =
                isComplete ? "this escape is no code point" : "this escape needs \(digits) digits of base \(radix)"
            faults.append(Fault(message: message, span: Span(start, place), help: nil))
        }
        return place
    }
}
