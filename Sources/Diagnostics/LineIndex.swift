/// Where the lines of a text begin, so that a byte offset becomes a line and a column in O(log lines).
///
/// A line ends at `\n`, `\r\n` or a lone `\r`. Columns count code points, as SARIF's `unicodeCodePoints` and editors'
/// "go to line:column" do; how wide a code point is shown is `DisplayLine`'s matter.
public struct LineIndex: Sendable {
    /// A place as people write it; both numbers start at 1.
    public struct Position: Hashable, Sendable {
        public let line: Int
        public let column: Int

        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    /// The text's bytes, for reading lines out of it.
    public let bytes: [UInt8]
    private let starts: [Int]

    /// Reads the text once.
    public init(_ text: String) {
        bytes = Array(text.utf8)
        var starts = [0]
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 0x0D, index < bytes.count, bytes[index] == 0x0A { index += 1 }
            if byte == 0x0A || byte == 0x0D { starts.append(index) }
        }
        self.starts = starts
    }

    /// How many lines there are; text that ends in a line break has an empty last one.
    public var lineCount: Int { starts.count }

    /// The line and column of a byte offset, which is held within the text.
    public func position(at offset: Int) -> Position {
        let offset = min(max(0, offset), bytes.count)
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        let column = bytes[starts[low]..<offset].count { $0 & 0xC0 != 0x80 }
        return Position(line: low + 1, column: column + 1)
    }

    /// The bytes of a line without its line break; empty for a line that does not exist.
    ///
    /// - Parameter line: Counted from 1.
    public func range(ofLine line: Int) -> Range<Int> {
        guard starts.indices.contains(line - 1) else { return bytes.count..<bytes.count }
        let start = starts[line - 1]
        var end = line < starts.count ? starts[line] : bytes.count
        if end > start, bytes[end - 1] == 0x0A { end -= 1 }
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return start..<end
    }
}
