import Diagnostics
import Yams

/// A value of the settings file and where it stands.
struct SettingsNode {
    enum Content {
        /// Nothing, or a bare `null` or `~`.
        case null
        case scalar(String)
        case list([SettingsNode])
        case map([(key: String, span: Span, value: SettingsNode)])
    }

    let content: Content
    let span: Span

    /// What it is, for messages.
    var kind: String {
        switch content {
        case .null: "nothing"
        case .scalar: "text"
        case .list: "a list"
        case .map: "a section"
        }
    }
}

/// What keeps a text from being read as YAML.
struct UnreadableYAML: Error {
    let code: SettingsCode
    let message: String
    let span: Span
    let help: String?
}

/// Reads one YAML document into nodes with places, without aliases and tags.
struct SettingsParser {
    private let marks: MarkIndex
    private var last = -1

    /// - Returns: nil for a text with no document in it.
    static func parse(_ source: SourceText) throws(UnreadableYAML) -> SettingsNode? {
        var parser = SettingsParser(source)
        let root: Node?
        do {
            root = try Yams.compose(yaml: source.text, .basic)
        } catch let error as YamlError {
            throw parser.unreadable(error)
        } catch {
            throw UnreadableYAML(code: .syntax, message: "the file is no YAML", span: Span(0, 0), help: nil)
        }
        guard let root else { return nil }
        return try parser.node(root)
    }

    private init(_ source: SourceText) { marks = MarkIndex(source.text) }

    private mutating func node(_ node: Node) throws(UnreadableYAML) -> SettingsNode {
        let start = node.mark.map { marks.offset(line: $0.line, column: $0.column) } ?? max(0, last)
        if marks.hasProperty(at: start) {
            throw UnreadableYAML(
                code: .notPlain, message: "settings use no YAML tags or anchors",
                span: Span(start, marks.tokenEnd(from: start)), help: "write the value out")
        }
        switch node {
        case .scalar(let scalar):
            guard start > last else { throw alias(after: last) }
            last = start
            return SettingsNode(content: content(scalar), span: marks.scalarSpan(at: start, text: scalar.string))
        case .sequence(let items):
            var nodes: [SettingsNode] = []
            for item in items { nodes.append(try self.node(item)) }
            return SettingsNode(content: .list(nodes), span: Span(start, start + 1))
        case .mapping(let pairs):
            var entries: [(key: String, span: Span, value: SettingsNode)] = []
            for (key, value) in pairs {
                let keyNode = try self.node(key)
                guard case .scalar(let name) = keyNode.content else {
                    throw UnreadableYAML(
                        code: .wrongType, message: "a key must be text, and this is \(keyNode.kind)",
                        span: keyNode.span, help: nil)
                }
                entries.append((name, keyNode.span, try self.node(value)))
            }
            // The first key shows which section is meant better than a bracket does.
            let span = entries.first?.span ?? Span(start, start + 1)
            return SettingsNode(content: .map(entries), span: span)
        case .alias:
            throw alias(after: last)
        }
    }

    private func content(_ scalar: Node.Scalar) -> SettingsNode.Content {
        let isPlain = scalar.style == .plain || scalar.style == .any
        if isPlain, ["", "~", "null"].contains(scalar.string) { return .null }
        return .scalar(scalar.string)
    }

    /// An alias stands for a node that lies before it, so its place is not after the last one.
    private func alias(after place: Int) -> UnreadableYAML {
        let span = marks.find("*", from: max(0, place))
        return UnreadableYAML(
            code: .notPlain, message: "settings use no YAML aliases", span: span, help: "write the value out")
    }

    private func unreadable(_ error: YamlError) -> UnreadableYAML {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            let start = marks.offset(line: mark.line, column: mark.column)
            return UnreadableYAML(
                code: .syntax, message: "the file is no YAML here: \(problem)",
                span: Span(start, marks.tokenEnd(from: start)),
                help: "look at the indentation and quotes of this line and the one before")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "`\($0)`" }.sorted().joined(separator: ", ")
            let start = marks.offset(line: context.mark.line, column: context.mark.column)
            return UnreadableYAML(
                code: .givenTwice, message: "\(names) is given twice in one section",
                span: Span(start, marks.tokenEnd(from: start)), help: "remove one of them")
        default:
            return UnreadableYAML(code: .syntax, message: "the file is no YAML", span: Span(0, 0), help: nil)
        }
    }
}
