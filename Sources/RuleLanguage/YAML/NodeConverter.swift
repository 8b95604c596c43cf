import Diagnostics
import Yams

/// Turns Yams' nodes into ours: with places, without tags, and with everything that is refused reported once.
struct NodeConverter {
    private let sink: DiagnosticSink
    private let bytes: [UInt8]
    private let marks: MarkTable
    /// Keys that were renamed to get past the parser, by offset, with what they were.
    private let renamed: [Int: String]
    /// The offset of the node read last: an alias stands for a node that lies before it.
    private var last = -1
    private var isInsideAlias = false
    private var isInsideTests: Bool
    private var nodeCount = 0

    init(
        sink: DiagnosticSink, bytes: [UInt8], marks: MarkTable, renamed: [Int: String], allowsAliases: Bool = false
    ) {
        isInsideTests = allowsAliases
        self.sink = sink
        self.bytes = bytes
        self.marks = marks
        self.renamed = renamed
    }

    mutating func convert(root: Node) -> YAMLNode {
        let node = convert(root, isFirstChild: true)
        if nodeCount > YAMLReader.nodeLimit {
            sink.error(
                .fileTooLarge, "the document has more than \(YAMLReader.nodeLimit) values", at: node.span,
                help: "aliases count each time they are used")
            return YAMLNode(content: .refused, span: node.span, isFlow: false)
        }
        return node
    }

    private mutating func convert(_ node: Node, isFirstChild: Bool) -> YAMLNode {
        nodeCount += 1
        let mark = node.mark.map { marks.offset(line: $0.line, column: $0.column) } ?? max(0, last)
        guard nodeCount <= YAMLReader.nodeLimit else {
            return YAMLNode(content: .refused, span: Span(mark, mark), isFlow: false)
        }
        if !isInsideAlias, mark < last || (mark == last && !isFirstChild) { return convertAlias(node) }
        if !isInsideAlias { last = mark }
        let properties = skipProperties(at: mark)
        if let tag = properties.tag {
            reportTag(tag)
            return YAMLNode(content: .refused, span: tag, isFlow: false)
        }
        switch node {
        case .scalar(let scalar):
            let text = ScalarAligner.align(
                scalar.string, style: Self.style(scalar.style), bytes: bytes, start: properties.start)
            return YAMLNode(content: .scalar(text), span: text.span, isFlow: false, anchor: properties.anchor)
        case .sequence(let sequence):
            let items = sequence.map { convert($0, isFirstChild: false) }
            return YAMLNode(
                content: .sequence(items), span: character(at: mark), isFlow: isBracket(properties.start),
                anchor: properties.anchor)
        case .mapping(let mapping):
            var node = convert(mapping, at: mark, isFlow: isBracket(properties.start))
            node.anchor = properties.anchor
            return node
        case .alias:
            return YAMLNode(content: .refused, span: character(at: mark), isFlow: false)
        }
    }

    private mutating func convert(_ mapping: Node.Mapping, at mark: Int, isFlow: Bool) -> YAMLNode {
        var entries: [YAMLNode.Entry] = []
        for (index, pair) in mapping.enumerated() {
            let key = convert(pair.key, isFirstChild: index == 0)
            guard case .scalar(let scalar) = key.content else {
                if !key.isRefused {
                    sink.error(.wrongShape, "a key must be text, and this is \(key.kindName)", at: key.span)
                }
                _ = convert(pair.value, isFirstChild: false)
                continue
            }
            let name = restored(scalar)
            let wasInsideTests = isInsideTests
            isInsideTests = isInsideTests || name.text == "tests"
            let value = convert(pair.value, isFirstChild: false)
            isInsideTests = wasInsideTests
            if let first = entries.first(where: { $0.key.text == name.text }) {
                sink.error(
                    .duplicateKey, "the key `\(name.text)` is given twice", at: name.span, label: "given again",
                    secondary: [Diagnostic.Label(first.key.span, "given first")], help: "remove one of them")
            } else {
                entries.append(YAMLNode.Entry(key: name, value: value))
            }
        }
        return YAMLNode(content: .mapping(entries), span: character(at: mark), isFlow: isFlow)
    }

    private func character(at offset: Int) -> Span {
        Span(offset, offset + 1).widened(toCharactersOf: bytes)
    }

    /// Whether a collection begins with a bracket or brace; Yams' own style is that of the collection's end.
    private func isBracket(_ offset: Int) -> Bool {
        offset < bytes.count && (bytes[offset] == 0x7B || bytes[offset] == 0x5B)
    }

    /// The key as the author wrote it.
    private func restored(_ key: ScalarText) -> ScalarText {
        guard let name = renamed[key.span.start] else { return key }
        return ScalarAligner.align(name, style: key.style, bytes: bytes, start: key.span.start)
    }

    private mutating func convertAlias(_ node: Node) -> YAMLNode {
        let name = "*" + (node.anchor?.rawValue ?? "")
        let place = find(Array(name.utf8), from: max(0, last))
        if !isInsideTests {
            sink.error(
                .alias, "the alias `\(name)` stands outside of `tests`", at: place, label: "an alias",
                help: "write the value out, so that a reader sees what the rule does")
            return YAMLNode(content: .refused, span: place, isFlow: false)
        }
        isInsideAlias = true
        defer { isInsideAlias = false }
        last = place.start
        var target = convert(node, isFirstChild: true)
        target.alias = YAMLNode.Reference(name: String(name.dropFirst()), place: place.start)
        return target
    }

    private func find(_ wanted: [UInt8], from start: Int) -> Span {
        var index = start
        while index + wanted.count <= bytes.count {
            if bytes[index] == wanted[0], bytes[index..<index + wanted.count].elementsEqual(wanted) {
                return Span(index, index + wanted.count)
            }
            index += 1
        }
        return Span(start, start)
    }

    /// Steps over `&anchor` and finds `!tag` where a node begins.
    private func skipProperties(at start: Int) -> (start: Int, tag: Span?, anchor: YAMLNode.Reference?) {
        var index = start
        var anchor: YAMLNode.Reference?
        while index < bytes.count, bytes[index] == 0x26 || bytes[index] == 0x21 {
            let end = bytes[index...].firstIndex { $0 <= 0x20 } ?? bytes.count
            if bytes[index] == 0x21 { return (end, Span(index, end), anchor) }
            let name = String(decoding: bytes[index + 1..<end], as: UTF8.self)
            anchor = YAMLNode.Reference(name: name, place: index)
            index = end
            while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
        }
        return (index, nil, anchor)
    }

    private func reportTag(_ tag: Span) {
        let text = String(decoding: bytes[tag.start..<tag.end], as: UTF8.self)
        sink.error(
            .explicitTag, "`\(text)` is a tag in YAML, not a value", at: tag, label: "read as a tag",
            help: text.hasPrefix("!!") || text == "!"
                ? "remove it" : "put the expression in quotes, or below the key after `|`")
    }

    private static func style(_ style: Node.Scalar.Style) -> ScalarText.Style {
        switch style {
        case .singleQuoted: .singleQuoted
        case .doubleQuoted: .doubleQuoted
        case .literal: .literal
        case .folded: .folded
        case .any, .plain: .plain
        }
    }
}
