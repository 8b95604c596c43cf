import Diagnostics

/// The documents of a file, written in their form.
struct FormattedText {
    private let documents: [YAMLDocument]
    private let table: CommentTable

    init(documents: [YAMLDocument], bytes: [UInt8]) {
        self.documents = documents
        table = CommentTable(bytes: bytes, documents: documents)
    }

    /// The file's comments.
    var comments: [String] { table.texts }

    /// Why the file cannot be written anew; nil when it can.
    var obstacle: String? {
        documents.contains { !Self.isPlaced($0.root) } ? "a text in it could not be followed" : nil
    }

    private static func isPlaced(_ node: YAMLNode) -> Bool {
        switch node.content {
        case .scalar(let text): text.isPlaced
        case .sequence(let items): items.allSatisfy(isPlaced)
        case .mapping(let entries): entries.allSatisfy { $0.key.isPlaced && isPlaced($0.value) }
        case .refused: false
        }
    }

    var written: String {
        var out: [String] = []
        for (index, document) in documents.enumerated() {
            if index > 0 { out.append("---") }
            let block = self.block(document.root, .document(document.root), indent: 0, isInFlow: false)
            out += block.hoisted + block.lines
        }
        out += table.loose.map(\.text)
        return out.joined(separator: "\n") + "\n"
    }

    // MARK: Blocks

    /// Lines of a collection, and the comments before its first unit, which go before a dash in front of it.
    private struct Block {
        var hoisted: [String] = []
        var lines: [String] = []

        mutating func append(before: [String], _ lines: [String]) {
            if self.lines.isEmpty { hoisted += before } else { self.lines += before }
            self.lines += lines
        }
    }

    private func block(_ node: YAMLNode, _ shape: ValueShape, indent: Int, isInFlow: Bool) -> Block {
        let isFlow = isInFlow || node.isFlow
        var block = Block()
        switch node.content {
        case .mapping(let entries):
            for entry in shape.ordered(entries) {
                let notes = table.notes[entry.key.span.start] ?? CommentTable.Notes()
                let key = Self.pad(indent) + ScalarForm(entry.key).flow + ":"
                let body = self.value(
                    entry.value, shape.value(of: entry.key.text), behind: key, indent: indent, isFlow, notes)
                let before = before(notes, indent, isFirst: block.lines.isEmpty)
                block.append(before: before + body.before, body.lines + after(notes, indent))
            }
        case .sequence(let items):
            for item in items {
                let start = table.start(ofItem: item, isInFlow: isFlow)
                let notes = table.notes[start] ?? CommentTable.Notes()
                let body = self.item(item, shape.item, indent: indent, isFlow, notes)
                let before = before(notes, indent, isFirst: block.lines.isEmpty)
                block.append(before: before + body.before, body.lines + after(notes, indent))
            }
        case .scalar(let text):
            block.lines = ScalarForm(text).lines(behind: Self.pad(indent), indent: indent - 2, comment: nil)
        case .refused: break
        }
        return block
    }

    private func before(_ notes: CommentTable.Notes, _ indent: Int, isFirst: Bool) -> [String] {
        var lines: [String] = []
        for (index, comment) in notes.leading.enumerated() {
            if comment.isBehindBlank, !isFirst || index > 0 { lines.append("") }
            lines.append(Self.pad(indent) + comment.text)
        }
        if notes.isBehindBlank, !isFirst || !lines.isEmpty { lines.append("") }
        return lines
    }

    private func after(_ notes: CommentTable.Notes, _ indent: Int) -> [String] {
        notes.after.flatMap { ($0.isBehindBlank ? [""] : []) + [Self.pad(indent) + $0.text] }
    }

    /// What follows a key.
    private func value(
        _ node: YAMLNode, _ shape: ValueShape, behind key: String, indent: Int, _ isInFlow: Bool,
        _ notes: CommentTable.Notes
    ) -> (before: [String], lines: [String]) {
        let key = key + (node.alias == nil ? node.anchor.map { " &" + $0.name } ?? "" : "")
        if let line = oneLine(node, shape, behind: key, indent: indent, notes) { return ([], line) }
        let block = self.block(node, shape, indent: indent + 2, isInFlow: isInFlow)
        return ([], [key + Self.comment(notes.trailing)] + block.hoisted + block.lines)
    }

    private func item(
        _ node: YAMLNode, _ shape: ValueShape, indent: Int, _ isInFlow: Bool, _ notes: CommentTable.Notes
    ) -> (before: [String], lines: [String]) {
        if node.alias == nil, node.anchor != nil {
            return value(node, shape, behind: Self.pad(indent) + "-", indent: indent, isInFlow, notes)
        }
        let dash = Self.pad(indent) + "-"
        if let line = oneLine(node, shape, behind: dash, indent: indent, notes) { return ([], line) }
        var block = self.block(node, shape, indent: indent + 2, isInFlow: isInFlow)
        if let first = block.lines.first { block.lines[0] = dash + " " + first.dropFirst(indent + 2) }
        let own = notes.trailing.map { [Self.pad(indent) + $0] } ?? []
        return (own + block.hoisted.map { $0.isEmpty ? "" : Self.pad(indent) + $0.dropFirst(indent + 2) }, block.lines)
    }

    /// A scalar, or a collection in brackets that fits; nil for what needs lines of its own.
    private func oneLine(
        _ node: YAMLNode, _ shape: ValueShape, behind prefix: String, indent: Int, _ notes: CommentTable.Notes
    ) -> [String]? {
        if let alias = node.alias { return [prefix + " *" + alias.name + Self.comment(notes.trailing)] }
        if case .scalar(let text) = node.content {
            return ScalarForm(text).lines(behind: prefix, indent: indent, comment: notes.trailing)
        }
        guard node.isFlow || node.isEmptyCollection, !table.hasComment(inFlow: node),
            let text = bare(node, shape)
        else { return nil }
        let line = prefix + " " + text
        guard line.unicodeScalars.count <= RuleFormatter.width || node.isEmptyCollection else { return nil }
        return [line + Self.comment(notes.trailing)]
    }

    // MARK: Brackets

    /// A node in brackets; nil when something in it does not go on one line.
    private func flow(_ node: YAMLNode, _ shape: ValueShape) -> String? {
        if let alias = node.alias { return "*" + alias.name }
        return bare(node, shape).map { (node.anchor.map { "&" + $0.name + " " } ?? "") + $0 }
    }

    private func bare(_ node: YAMLNode, _ shape: ValueShape) -> String? {
        switch node.content {
        case .scalar(let text):
            return text.text.isEmpty && text.style == .plain ? nil : ScalarForm(text).oneLineFlow
        case .sequence(let items):
            let parts = items.map { flow($0, shape.item) }
            guard !parts.contains(nil) else { return nil }
            return "[" + parts.compactMap(\.self).joined(separator: ", ") + "]"
        case .mapping(let entries):
            if entries.isEmpty { return "{}" }
            let parts = shape.ordered(entries).map { entry in
                flow(entry.value, shape.value(of: entry.key.text)).map { ScalarForm(entry.key).flow + ": " + $0 }
            }
            guard !parts.contains(nil) else { return nil }
            return "{ " + parts.compactMap(\.self).joined(separator: ", ") + " }"
        case .refused: return nil
        }
    }

    private static func comment(_ text: String?) -> String { text.map { " " + $0 } ?? "" }

    static func pad(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
