import Alerting
import Diagnostics

/// One document of a Sigma file that is a rule or a correlation, read as far as its metadata.
struct SigmaDocument {
    let sink: DiagnosticSink
    let root: YAMLNode
    let entries: [YAMLNode.Entry]
    /// The number of the document in its file, from 0, and how many there are.
    let number: Int
    let count: Int

    /// The document, or why it is none.
    init(_ root: YAMLNode, _ sink: DiagnosticSink, number: Int, count: Int) throws(SigmaProblem) {
        guard case .mapping(let entries) = root.content else {
            throw SigmaProblem(.notSigma, "a document is a mapping, and this is \(root.kindName)", at: root)
        }
        self.sink = sink
        self.root = root
        self.entries = entries
        self.number = number
        self.count = count
        if let action = entries.first(where: { $0.key.text == "action" }) {
            throw SigmaProblem(.filter, "`action` of older collections", at: action.value)
        }
        if value("detection") == nil, value("correlation") == nil {
            let isFilter = value("filter") != nil
            throw SigmaProblem(
                isFilter ? .filter : .notSigma,
                isFilter ? "a filter of other rules" : "it has neither `detection` nor `correlation`", at: root)
        }
    }

    var isCorrelation: Bool { value("correlation") != nil }
    var isAggregated: Bool { value("detection") == nil }

    func value(_ key: String) -> YAMLNode? { Self.value(key, entries) }

    static func value(_ key: String, _ entries: [YAMLNode.Entry]) -> YAMLNode? {
        entries.first { $0.key.text == key }?.value
    }

    /// Text of a key, without the breaks at its end; nil where it is missing, empty or no text.
    func text(_ key: String) -> String? { value(key).flatMap(Self.text) }

    static func text(_ node: YAMLNode) -> String? {
        guard case .scalar(let scalar) = node.content, !node.isNull else { return nil }
        let trimmed = scalar.text.split(separator: "\n", omittingEmptySubsequences: true).joined(separator: "\n")
        return trimmed.isEmpty ? nil : trimmed
    }

    /// Items of a list, or the one text that stands for it.
    func texts(_ key: String) -> [String] {
        guard let node = value(key) else { return [] }
        if case .sequence(let items) = node.content { return items.compactMap(Self.text) }
        return Self.text(node).map { [$0] } ?? []
    }

    // MARK: Metadata

    var title: String { text("title") ?? text("name") ?? "a Sigma rule" }

    var severity: Severity { text("level").flatMap { Severity(rawValue: $0.lowercased()) } ?? .medium }

    /// The id of the rule that is made: the file's name, or the title where the file has several.
    var id: String {
        let file = sink.source.name.split(separator: "/").last.map(String.init) ?? ""
        let stem = file.split(separator: ".").first.map(String.init) ?? ""
        let words = count == 1 ? stem : text("name") ?? title
        let id = Self.kebab(words)
        return Names.isKebab(id) ? id : Self.kebab("sigma " + words)
    }

    /// Words as a rule's id, cut to its length.
    private static func kebab(_ text: String) -> String {
        var out = ""
        for scalar in text.lowercased().unicodeScalars {
            if ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) {
                guard out.utf8.count < 70 else { break }
                out.unicodeScalars.append(scalar)
            } else if !out.isEmpty, out.last != "-" {
                out += "-"
            }
        }
        while out.last == "-" { out.removeLast() }
        return out.isEmpty ? "rule" : out
    }

    /// What a reader sees of the rule, in the order of our keys.
    func metadata(id: String) -> [String] {
        var lines: [String] = ["# Made of a Sigma rule by `tocsin rules import sigma`."]
        for key in ["id", "status", "license", "date", "modified"] {
            if let text = text(key) { lines.append("# \(key): " + Self.oneLine(text)) }
        }
        lines.append("rule: \(id)")
        lines.append("title: " + Self.quoted(title))
        if let description = text("description") { lines.append("description: " + Self.quoted(description)) }
        lines.append("severity: \(severity.rawValue)")
        let tags = ["sigma"] + texts("tags")
        lines.append("tags: [" + tags.map(Self.quoted).joined(separator: ", ") + "]")
        if let author = text("author") { lines.append("owner: " + Self.quoted(author)) }
        for (theirs, ours) in [("references", "references"), ("falsepositives", "false_positives")] {
            let items = texts(theirs)
            if !items.isEmpty { lines += ["\(ours):"] + items.map { "  - " + Self.quoted($0) } }
        }
        return lines
    }

    static func oneLine(_ text: String) -> String {
        text.split { $0.isNewline || $0 == "\u{85}" }.joined(separator: " ")
    }

    /// Text as YAML writes it on one line: without quotes where it is a word that means only itself.
    static func quoted(_ text: String) -> String {
        let line = oneLine(text)
        let isWord = line.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        let isPlain = isWord && line.utf8.first.map { (0x61...0x7A).contains($0) } ?? false
        let meanings = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        return isPlain && !meanings.contains(line) ? line : ScalarForm.quoted(line)
    }
}
