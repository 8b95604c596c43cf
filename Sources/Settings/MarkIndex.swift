import Diagnostics

/// From libyaml's lines and columns (from 1, in code points) to byte offsets, and where tokens end.
struct MarkIndex {
    private let bytes: [UInt8]
    private let lineStarts: [Int]

    init(_ text: String) {
        bytes = Array(text.utf8)
        var starts = [0]
        var index = 0
        while index < bytes.count {
            let width = Self.breakWidth(bytes, index)
            index += max(1, width)
            if width > 0 { starts.append(index) }
        }
        lineStarts = starts
    }

    /// Bytes of a line break here, as libyaml sees one: also NEL, LS and PS.
    private static func breakWidth(_ bytes: [UInt8], _ index: Int) -> Int {
        func isNext(_ offset: Int, _ byte: UInt8) -> Bool {
            index + offset < bytes.count && bytes[index + offset] == byte
        }
        switch bytes[index] {
        case 0x0A: return 1
        case 0x0D: return isNext(1, 0x0A) ? 2 : 1
        case 0xC2: return isNext(1, 0x85) ? 2 : 0
        case 0xE2: return isNext(1, 0x80) && (isNext(2, 0xA8) || isNext(2, 0xA9)) ? 3 : 0
        default: return 0
        }
    }

    /// The byte of a mark, held within the text.
    func offset(line: Int, column: Int) -> Int {
        guard line >= 1 else { return 0 }
        guard line <= lineStarts.count else { return bytes.count }
        var index = lineStarts[line - 1]
        for _ in 1..<max(1, column) where index < bytes.count {
            index += 1
            while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
        }
        return index
    }

    /// Whether a tag or an anchor stands here.
    func hasProperty(at start: Int) -> Bool { start < bytes.count && (bytes[start] == 0x21 || bytes[start] == 0x26) }

    /// The end of the word that begins here: the next blank, at least one byte on.
    func tokenEnd(from start: Int) -> Int {
        var index = min(start + 1, bytes.count)
        while index < bytes.count, bytes[index] > 0x20 { index += 1 }
        return index
    }

    /// Where a scalar stands: exactly, when it is written on one line as it reads; else its first line.
    func scalarSpan(at start: Int, text: String) -> Span {
        let wanted = Array(text.utf8)
        let isQuoted = start < bytes.count && (bytes[start] == 0x22 || bytes[start] == 0x27)
        let first = isQuoted ? start + 1 : start
        if first + wanted.count <= bytes.count, bytes[first..<(first + wanted.count)].elementsEqual(wanted) {
            return Span(start, first + wanted.count + (isQuoted ? 1 : 0))
        }
        var end = start
        while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
        return Span(start, end)
    }

    /// The first place of a word after an offset; an empty span there when it is not found.
    func find(_ word: String, from start: Int) -> Span {
        let wanted = Array(word.utf8)
        var index = start
        while index + wanted.count <= bytes.count {
            if bytes[index..<(index + wanted.count)].elementsEqual(wanted) { return Span(index, tokenEnd(from: index)) }
            index += 1
        }
        return Span(start, start)
    }
}
