/// Reads `logsource` and `detection` of a Sigma rule.
struct SigmaDetection {
    let document: SigmaDocument
    let fields: SigmaFields

    /// What the rule asks of an activity.
    func expression() throws(SigmaProblem) -> SigmaExpression {
        try checkSource()
        guard let node = document.value("detection"), case .mapping(let entries) = node.content else {
            throw SigmaProblem(.notSigma, "`detection` is a mapping", at: document.root)
        }
        if let frame = entries.first(where: { $0.key.text == "timeframe" }) {
            throw SigmaProblem(
                .aggregation, "`timeframe` counts; a Sigma correlation says it in a way that maps", at: frame.value)
        }
        guard let place = SigmaDocument.value("condition", entries) else {
            throw SigmaProblem(.condition, "`detection` has no `condition`", at: node)
        }
        let names = entries.map(\.key.text).filter { $0 != "condition" }
        var texts: [(String, YAMLNode)] = []
        if case .sequence(let items) = place.content {
            for item in items { texts.append((SigmaDocument.text(item) ?? "", item)) }
        } else {
            texts.append((SigmaDocument.text(place) ?? "", place))
        }
        var parts: [SigmaExpression] = []
        for (text, node) in texts {
            parts.append(
                try SigmaCondition.expression(text, at: node, names: names) { name throws(SigmaProblem) in
                    try selection(name, entries)
                })
        }
        guard !parts.isEmpty else { throw SigmaProblem(.condition, "the condition is empty", at: place) }
        return .some(of: parts)
    }

    private func checkSource() throws(SigmaProblem) {
        guard let node = document.value("logsource"), case .mapping(let entries) = node.content else {
            throw SigmaProblem(.logSource, "it names no log source", at: document.root)
        }
        let words = ["product", "service", "category"].map { key in
            SigmaDocument.value(key, entries).flatMap(SigmaDocument.text)?.lowercased()
        }
        let isOurs = words[0] == "onelogin" && [nil, "onelogin.events", "events"].contains(words[1]) && words[2] == nil
        guard isOurs else {
            let text = words.compactMap(\.self).joined(separator: ", ")
            throw SigmaProblem(.logSource, "`\(text)` is not `onelogin`, `onelogin.events`", at: node)
        }
    }

    // MARK: Selections

    private func selection(_ name: String, _ entries: [YAMLNode.Entry]) throws(SigmaProblem) -> SigmaExpression {
        guard let node = SigmaDocument.value(name, entries) else {
            throw SigmaProblem(.condition, "there is no selection `\(name)`", at: document.root)
        }
        return try selection(node, name)
    }

    private func selection(_ node: YAMLNode, _ name: String) throws(SigmaProblem) -> SigmaExpression {
        switch node.content {
        case .mapping(let entries):
            guard !entries.isEmpty else { throw SigmaProblem(.condition, "`\(name)` is empty", at: node) }
            var parts: [SigmaExpression] = []
            for entry in entries {
                parts.append(try SigmaValue(fields: fields).expression(entry.key.text, entry.value))
            }
            return .all(of: parts)
        case .sequence(let items):
            guard !items.isEmpty else { throw SigmaProblem(.condition, "`\(name)` is empty", at: node) }
            var parts: [SigmaExpression] = []
            for item in items {
                guard case .mapping = item.content else {
                    throw SigmaProblem(.keywords, "`\(name)` looks for words in every field", at: item)
                }
                parts.append(try selection(item, name))
            }
            return .some(of: parts)
        case .scalar:
            throw SigmaProblem(.keywords, "`\(name)` looks for a word in every field", at: node)
        case .refused:
            throw SigmaProblem(.notYAML, "`\(name)` cannot be read", at: node)
        }
    }
}
