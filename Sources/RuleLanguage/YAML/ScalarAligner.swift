import Diagnostics

/// Walks a scalar's source and its decoded text side by side and notes where each decoded byte was written.
///
/// libyaml tells where a scalar begins and what it decodes to, and nothing between. The folding rules of YAML 1.1
/// (which libyaml implements) are followed here only as far as the decoded text allows, so that the two cannot differ:
/// where they do, `align` gives up and says so.
struct ScalarAligner {
    private let bytes: [UInt8]
    private let decoded: [UInt8]
    private var position: Int
    private var places: [Int] = []

    private init(bytes: [UInt8], decoded: [UInt8], start: Int) {
        self.bytes = bytes
        self.decoded = decoded
        position = start
        places.reserveCapacity(decoded.count + 1)
    }

    /// The scalar at `start` with its places; every place is `start` when the source does not decode to `text`.
    static func align(_ text: String, style: ScalarText.Style, bytes: [UInt8], start: Int) -> ScalarText {
        let decoded = Array(text.utf8)
        var aligner = ScalarAligner(bytes: bytes, decoded: decoded, start: start)
        let isAligned =
            switch style {
            case .plain: aligner.alignFlow(until: nil)
            case .singleQuoted: aligner.alignFlow(until: 0x27)
            case .doubleQuoted: aligner.alignFlow(until: 0x22)
            case .literal, .folded: aligner.alignBlock(isFolded: style == .folded)
            }
        guard isAligned, aligner.places.count == decoded.count else {
            let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
            return ScalarText(text: text, style: style, span: Span(start, end), places: [])
        }
        let contentEnd = style == .singleQuoted || style == .doubleQuoted ? aligner.position - 1 : aligner.position
        return ScalarText(
            text: text, style: style, span: Span(start, aligner.position), places: aligner.places + [contentEnd])
    }

    // MARK: Plain and quoted

    private mutating func alignFlow(until quote: UInt8?) -> Bool {
        if let quote {
            guard byte() == quote else { return false }
            position += 1
        }
        while places.count < decoded.count {
            if quote == 0x22, byte() == 0x5C {
                guard alignEscape() else { return false }
            } else if isFold() {
                guard alignFold() else { return false }
            } else if quote == 0x27, byte() == 0x27 {
                guard byte(1) == 0x27, take(0x27) else { return false }
                position += 1
            } else {
                guard let next = byte(), take(next) else { return false }
            }
        }
        guard let quote else { return true }
        while let next = byte(), next != quote {
            if next == 0x5C { position += 1 } else if !isBlank(next), next != 0x0A, next != 0x0D { return false }
            position += 1
        }
        guard byte() == quote else { return false }
        position += 1
        return true
    }

    /// Whether only blanks stand before the next line break.
    private func isFold() -> Bool {
        var index = position
        while index < bytes.count, isBlank(bytes[index]) { index += 1 }
        return index < bytes.count && (bytes[index] == 0x0A || bytes[index] == 0x0D)
    }

    /// One break becomes a blank, n become n - 1 breaks.
    private mutating func alignFold() -> Bool {
        let place = position
        let breaks = skipBreaks()
        if breaks == 1 { return take(0x20, at: place) }
        for _ in 1..<max(2, breaks) where places.count < decoded.count {
            guard take(0x0A, at: place) else { return false }
        }
        return true
    }

    /// Skips blanks and line breaks, and says how many breaks there were.
    private mutating func skipBreaks() -> Int {
        var breaks = 0
        while let next = byte(), isBlank(next) || next == 0x0A || next == 0x0D {
            if next == 0x0D, byte(1) == 0x0A { position += 1 }
            if !isBlank(next) { breaks += 1 }
            position += 1
        }
        return breaks
    }

    private mutating func alignEscape() -> Bool {
        let place = position
        guard let code = byte(1) else { return false }
        position += 2
        if code == 0x0A || code == 0x0D {
            position -= 1
            let breaks = skipBreaks()
            for _ in 1..<max(1, breaks) where !take(0x0A, at: place) { return false }
            return true
        }
        let digits = [0x78: 2, 0x75: 4, 0x55: 8][code] ?? 0
        position += digits
        // Whatever the escape stands for, it is the next code point of the decoded text.
        guard places.count < decoded.count else { return false }
        let lead = decoded[places.count]
        let width = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        places.append(contentsOf: repeatElement(place, count: width))
        return true
    }

    // MARK: Literal and folded blocks

    private mutating func alignBlock(isFolded: Bool) -> Bool {
        guard byte() == (isFolded ? 0x3E : 0x7C) else { return false }
        var hasIndicator = false
        while let next = byte(), next != 0x0A, next != 0x0D {
            if next == 0x23 {
                while let skipped = byte(), skipped != 0x0A, skipped != 0x0D { position += 1 }
                break
            }
            hasIndicator = hasIndicator || (0x31...0x39).contains(next)
            position += 1
        }
        skipOneBreak()
        let body = position
        if !hasIndicator { return alignBody(indent: firstIndent(), isFolded: isFolded) }
        for indent in 1...64 {
            position = body
            places.removeAll(keepingCapacity: true)
            if alignBody(indent: indent, isFolded: isFolded) { return true }
        }
        return false
    }

    /// The indentation of the first line that is not blank.
    private func firstIndent() -> Int {
        var index = position
        var indent = 0
        while index < bytes.count {
            switch bytes[index] {
            case 0x20: indent += 1
            case 0x0A, 0x0D: indent = 0
            default: return indent
            }
            index += 1
        }
        return indent
    }

    private mutating func alignBody(indent: Int, isFolded: Bool) -> Bool {
        while places.count < decoded.count {
            var skipped = 0
            while skipped < indent, byte() == 0x20 {
                position += 1
                skipped += 1
            }
            while let next = byte(), next != 0x0A, next != 0x0D {
                guard take(next) else { return false }
            }
            guard places.count < decoded.count else { return true }
            guard byte() != nil else { return false }
            let place = position
            if !isFolded {
                skipOneBreak()
                guard take(0x0A, at: place) else { return false }
            } else if !alignBlockFold(place, indent: indent) {
                return false
            }
        }
        return true
    }

    /// A blank for one break, or as many breaks as the decoded text has here.
    private mutating func alignBlockFold(_ place: Int, indent: Int) -> Bool {
        skipOneBreak()
        if decoded[places.count] == 0x20 { return take(0x20, at: place) }
        while true {
            var index = position
            while index < bytes.count, bytes[index] == 0x20, index - position < indent { index += 1 }
            guard index < bytes.count, bytes[index] == 0x0A || bytes[index] == 0x0D else { break }
            position = index
            skipOneBreak()
        }
        while places.count < decoded.count, decoded[places.count] == 0x0A { places.append(place) }
        return true
    }

    // MARK: Bytes

    private func byte(_ ahead: Int = 0) -> UInt8? {
        position + ahead < bytes.count ? bytes[position + ahead] : nil
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private mutating func skipOneBreak() {
        if byte() == 0x0D, byte(1) == 0x0A { position += 1 }
        if byte() == 0x0A || byte() == 0x0D { position += 1 }
    }

    /// Notes the next decoded byte at the current place and steps over it; false when it is another one.
    private mutating func take(_ expected: UInt8) -> Bool {
        guard take(expected, at: position) else { return false }
        position += 1
        return true
    }

    private mutating func take(_ expected: UInt8, at place: Int) -> Bool {
        guard places.count < decoded.count, decoded[places.count] == expected else { return false }
        places.append(place)
        return true
    }
}
