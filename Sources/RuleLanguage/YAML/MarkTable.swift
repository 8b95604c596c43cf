/// From libyaml's line and column (both from 1, columns in code points) to byte offsets of a chunk of a file.
///
/// libyaml ends lines at CR, LF, CRLF, NEL, LS and PS, so its lines are not those of an editor.
struct MarkTable {
    private let bytes: [UInt8]
    private let range: Range<Int>
    private let starts: [Int]

    /// Reads the lines of `range` of a file's bytes.
    init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        self.range = range
        var starts = [range.lowerBound]
        var index = range.lowerBound
        while index < range.upperBound {
            let width = Self.breakWidth(bytes, index, range.upperBound)
            index += max(1, width)
            if width > 0 { starts.append(index) }
        }
        self.starts = starts
    }

    /// The offset in the file, held within the chunk.
    func offset(line: Int, column: Int) -> Int {
        guard line >= 1 else { return range.lowerBound }
        guard line <= starts.count else { return range.upperBound }
        var index = starts[line - 1]
        var left = column - 1
        while left > 0, index < range.upperBound {
            index += 1
            while index < range.upperBound, bytes[index] & 0xC0 == 0x80 { index += 1 }
            left -= 1
        }
        return index
    }

    private static func breakWidth(_ bytes: [UInt8], _ index: Int, _ end: Int) -> Int {
        switch bytes[index] {
        case 0x0A: 1
        case 0x0D: index + 1 < end && bytes[index + 1] == 0x0A ? 2 : 1
        case 0xC2: index + 1 < end && bytes[index + 1] == 0x85 ? 2 : 0
        case 0xE2:
            index + 2 < end && bytes[index + 1] == 0x80 && (bytes[index + 2] == 0xA8 || bytes[index + 2] == 0xA9)
                ? 3 : 0
        default: 0
        }
    }
}
