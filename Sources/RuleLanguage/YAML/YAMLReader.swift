import Diagnostics
import Yams

/// Reads the documents of a YAML file with the strictness of rule-language.md section 5.
///
/// Every scalar stays text (`Resolver.basic`): what it means is decided by the key it stands under. Tabs, explicit
/// tags, duplicate keys and aliases outside of `tests` are errors; a broken document does not hide the others.
struct YAMLReader {
    /// Bytes of one file.
    static let fileLimitBytes = 1 << 20
    /// Nodes of one document, aliases counted each time they are used.
    static let nodeLimit = 100_000
    /// Duplicate keys that are reported in one document.
    static let duplicateLimit = 20

    private let sink: DiagnosticSink
    private let bytes: [UInt8]
    private let allowsAliases: Bool

    /// All documents of a file that could be read; everything else is told to the sink.
    ///
    /// - Parameter allowsAliases: Whether aliases are taken everywhere, and not in `tests` alone.
    static func documents(of sink: DiagnosticSink, allowsAliases: Bool = false) -> [YAMLDocument] {
        let reader = YAMLReader(sink: sink, bytes: sink.bytes, allowsAliases: allowsAliases)
        guard reader.bytes.count <= fileLimitBytes else {
            sink.error(
                .fileTooLarge, "the file has \(reader.bytes.count) bytes, the limit is \(fileLimitBytes)",
                at: Span(0, 0), help: "split it into files of one rule each")
            return []
        }
        guard !reader.reportTabs() else { return [] }
        return reader.chunks().flatMap { reader.read($0) }
    }

    /// Reports lines that are indented with tabs, and says whether there are any.
    private func reportTabs() -> Bool {
        var found = 0
        var isIndentation = true
        for (index, byte) in bytes.enumerated() {
            if byte == 0x09, isIndentation, found < Self.duplicateLimit {
                found += 1
                isIndentation = false
                sink.error(
                    .tab, "a tab in the indentation", at: Span(index, index + 1), label: "a tab",
                    help: "indent with blanks")
            }
            if byte == 0x0A || byte == 0x0D { isIndentation = true } else if byte != 0x20 { isIndentation = false }
        }
        return found > 0
    }

    /// The file cut before every line that begins with `---`: such a line always ends a document.
    private func chunks() -> [Range<Int>] {
        var starts = [0]
        var lineStart = 0
        for (index, byte) in bytes.enumerated() where byte == 0x0A {
            if isSeparator(at: lineStart), lineStart > 0 { starts.append(lineStart) }
            lineStart = index + 1
        }
        if lineStart > 0, isSeparator(at: lineStart) { starts.append(lineStart) }
        return zip(starts, starts.dropFirst() + [bytes.count]).map { $0..<$1 }
    }

    private func isSeparator(at start: Int) -> Bool {
        guard start + 3 <= bytes.count, bytes[start..<start + 3].allSatisfy({ $0 == 0x2D }) else { return false }
        return start + 3 == bytes.count || [0x20, 0x0A, 0x0D, 0x09].contains(bytes[start + 3])
    }

    private func read(_ chunk: Range<Int>) -> [YAMLDocument] {
        let marks = MarkTable(bytes, in: chunk)
        var text = String(decoding: bytes[chunk], as: UTF8.self)
        var renamed: [Int: String] = [:]
        while true {
            do {
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                var roots: [Node] = []
                while let root = try parser.nextRoot() { roots.append(root) }
                return roots.compactMap { root in
                    var converter = NodeConverter(
                        sink: sink, bytes: bytes, marks: marks, renamed: renamed, allowsAliases: allowsAliases)
                    let node = converter.convert(root: root)
                    return node.isEmptyScalar || node.isRefused ? nil : YAMLDocument(root: node, extent: chunk)
                }
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                let offset = marks.offset(line: context.mark.line, column: context.mark.column)
                guard let name = names.first, renamed.count < Self.duplicateLimit,
                    let next = rename(name, at: offset, in: chunk, count: renamed.count, text: text)
                else {
                    reportDuplicate(names.first ?? "", at: offset)
                    return []
                }
                renamed[offset] = name
                text = next
            } catch let error as YamlError {
                report(error, marks, in: chunk)
                return []
            } catch {
                sink.error(.syntax, "the file could not be read as YAML", at: Span(chunk.lowerBound, chunk.lowerBound))
                return []
            }
        }
    }

    /// The text with one of two equal keys replaced by a private-use name of as many code points, so that the rest of
    /// the document can be read and checked too.
    private func rename(_ name: String, at offset: Int, in chunk: Range<Int>, count: Int, text: String) -> String? {
        let start = bytes[offset] == 0x22 || bytes[offset] == 0x27 ? offset + 1 : offset
        let key = Array(name.utf8)
        guard !key.isEmpty, start + key.count <= chunk.upperBound,
            Array(bytes[start..<start + key.count]) == key,
            let scalar = Unicode.Scalar(0xE000 + UInt32(count))
        else { return nil }
        let before = String(decoding: bytes[chunk.lowerBound..<start], as: UTF8.self).unicodeScalars.count
        var scalars = Array(text.unicodeScalars)
        for index in before..<before + name.unicodeScalars.count { scalars[index] = scalar }
        var out = String.UnicodeScalarView()
        out.append(contentsOf: scalars)
        return String(out)
    }

    private func reportDuplicate(_ name: String, at offset: Int) {
        sink.error(
            .duplicateKey, "the key `\(name)` is given twice",
            at: Span(offset, offset + name.utf8.count).widened(toCharactersOf: bytes), label: "one of the two",
            help: "remove one of them")
    }

    // MARK: What libyaml refuses

    private func report(_ error: YamlError, _ marks: MarkTable, in chunk: Range<Int>) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            report(problem, at: marks.offset(line: mark.line, column: mark.column))
        case .reader(_, _, let value, _):
            let refused = Unicode.Scalar(UInt32(bitPattern: value)).map { Array(String($0).utf8) } ?? []
            let digits = String(value, radix: 16, uppercase: true)
            let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            sink.error(
                .syntax, "the character U+\(code) is not allowed in YAML", at: firstPlace(of: refused, in: chunk),
                help: "remove it")
        default:
            sink.error(.syntax, "the file could not be read as YAML", at: Span(0, 0))
        }
    }

    /// Where a character that the reader refused stands first; the reader's own count is one of grapheme clusters.
    private func firstPlace(of character: [UInt8], in chunk: Range<Int>) -> Span {
        let last = chunk.upperBound - character.count
        guard !character.isEmpty, chunk.lowerBound <= last else { return Span(chunk.lowerBound, chunk.lowerBound) }
        let start = (chunk.lowerBound...last).first { bytes[$0..<$0 + character.count].elementsEqual(character) }
        return start.map { Span($0, $0 + character.count) } ?? Span(chunk.lowerBound, chunk.lowerBound)
    }

    private func report(_ problem: String, at offset: Int) {
        let place = min(offset, max(0, bytes.count - 1))
        if let tag = tagBefore(place) {
            sink.error(
                .explicitTag, "a value that begins with `!` is a tag in YAML", at: tag, label: "read as a tag",
                help: "put the expression in quotes, or below the key after `|`")
            return
        }
        let (message, help) = Self.words(for: problem)
        sink.error(
            .syntax, message, at: Span(place, place + 1).widened(toCharactersOf: bytes), label: "here", help: help)
    }

    /// The `!name` that begins a value on the line of `offset`, at or before it.
    private func tagBefore(_ offset: Int) -> Span? {
        var start = offset
        while start > 0, bytes[start - 1] != 0x0A { start -= 1 }
        for index in start..<max(start, min(offset + 1, bytes.count)) where bytes[index] == 0x21 {
            guard index >= 2, bytes[index - 1] == 0x20, [0x3A, 0x2D, 0x7B, 0x2C, 0x5B].contains(bytes[index - 2])
            else { continue }
            let end = bytes[index...].firstIndex { $0 <= 0x20 } ?? bytes.count
            return Span(index, end)
        }
        return nil
    }

    /// libyaml's words in ours, with the usual cure.
    private static func words(for problem: String) -> (message: String, help: String?) {
        let quote = "put the expression in quotes, or below the key after `|`"
        return switch problem {
        case "mapping values are not allowed in this context":
            ("a second `:` where a value was begun", quote)
        case "did not find expected key", "did not find expected ',' or '}'", "did not find expected ',' or ']'",
            "did not find expected '-' indicator", "did not find expected <document start>":
            ("the text goes on where a key or the end was expected", quote + ", and look at the indentation")
        case "did not find expected node content": ("a value is missing, or a bracket is not closed", nil)
        case "could not find expected ':'": ("a key without `:`", "write `key: value`")
        case "found character that cannot start any token":
            ("a plain value cannot begin with this character", quote)
        case "found unexpected end of stream": ("the text ends inside of quotes", "close the quotes")
        case "found unknown escape character":
            ("no escape of double quotes", "use single quotes, in which a backslash is itself")
        case "found undefined alias": ("the alias names no anchor", nil)
        case "did not find expected alphabetic or numeric character":
            ("`&` and `*` at the start of a value are anchors and aliases", quote)
        default: (problem, nil)
        }
    }
}
