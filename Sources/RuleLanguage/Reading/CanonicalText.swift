/// What decides a rule's findings, as text that does not depend on layout and comments.
enum CanonicalText {
    /// Keys that a reader or a test runner sees, and no evaluation.
    private static let silent: Set<String> = [
        "title", "description", "tags", "owner", "runbook", "references", "false_positives", "tests", "enabled",
        "message",
    ]

    /// SHA-256 in hex over a rule's document.
    static func digest(of root: YAMLNode) -> String {
        guard case .mapping(let entries) = root.content else { return Digest.hex(of: text(of: root)) }
        let loud = entries.filter { !silent.contains($0.key.text) }
        return Digest.hex(of: text(of: YAMLNode(content: .mapping(loud), span: root.span, isFlow: false)))
    }

    /// A node as text: lengths before contents, so that no two nodes are written alike.
    static func text(of node: YAMLNode) -> String {
        switch node.content {
        case .scalar(let scalar): "s\(scalar.text.utf8.count):\(scalar.text)"
        case .sequence(let items): "l\(items.count):" + items.map(text).joined()
        case .mapping(let entries):
            // `let`, `profiles` and `steps` name things in an order that matters, so keys are not sorted.
            "m\(entries.count):"
                + entries.map { "k\($0.key.text.utf8.count):\($0.key.text)" + text(of: $0.value) }.joined()
        case .refused: "r"
        }
    }
}
