/// What decides a rule's findings, as text that does not depend on layout and comments.
enum CanonicalText {
    /// Keys that a reader or a test runner sees, and no evaluation.
    private static let silent: Set<String> = [
        "title", "description", "tags", "owner", "runbook", "references", "false_positives", "tests", "enabled",
        "message",
    ]

    /// SHA-256 in hex over a rule's document.
    static func digest(of root: YAMLNode) -> String {
        guard case .mapping(let entries) = root.content else { return Digest.hex(of: text(of: root, .any)) }
        let loud = entries.filter { !silent.contains($0.key.text) }
        let node = YAMLNode(content: .mapping(loud), span: root.span, isFlow: false)
        return Digest.hex(of: text(of: node, .mapping(.rule)))
    }

    /// All of a document.
    static func document(_ root: YAMLNode) -> String { text(of: root, .document(root)) }

    /// A node as text: lengths before contents, so that no two nodes are written alike.
    private static func text(of node: YAMLNode, _ shape: ValueShape) -> String {
        switch node.content {
        case .scalar(let scalar): "s\(scalar.text.utf8.count):\(scalar.text)"
        case .sequence(let items): "l\(items.count):" + items.map { text(of: $0, shape.item) }.joined()
        case .mapping(let entries):
            // `let`, `profiles` and `steps` name things in an order that matters, so only keys of the table are sorted.
            "m\(entries.count):"
                + shape.ordered(entries).map { entry in
                    "k\(entry.key.text.utf8.count):\(entry.key.text)"
                        + text(of: entry.value, shape.value(of: entry.key.text))
                }.joined()
        case .refused: "r"
        }
    }
}
