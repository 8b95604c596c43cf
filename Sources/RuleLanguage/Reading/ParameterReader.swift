import CEL
import Diagnostics

/// Reads `params` of a rule.
struct ParameterReader {
    let sink: DiagnosticSink

    func parameters(_ keys: inout MappingReader) -> [RuleSource.Parameter] {
        guard let node = keys.node("params"), var names = MappingReader(names: node, "`params`", sink) else {
            return []
        }
        return names.all().compactMap { entry in
            guard Names.isIdentifier(entry.key.text) else {
                sink.error(
                    .badValue, "`\(entry.key.text)` cannot be the name of a parameter", at: entry.key.span,
                    help: "write letters, digits and `_`, beginning with a letter")
                return nil
            }
            return parameter(entry)
        }
    }

    private func parameter(_ entry: YAMLNode.Entry) -> RuleSource.Parameter? {
        guard var keys = MappingReader(entry.value, .parameter, sink) else { return nil }
        let typeText = keys.text("type")
        let standard = keys.node("default")
        let description = keys.text("description")?.text ?? ""
        keys.finish()
        guard let typeText, let standard, let type = self.type(typeText),
            let value = ValueReader(sink: sink).value(standard, as: type, of: "`\(entry.key.text)`")
        else { return nil }
        return RuleSource.Parameter(name: entry.key, type: type, standard: value, description: description)
    }

    private func type(_ text: ScalarText) -> CELType? {
        if let type = ValueReader.parameterTypes[text.text] { return type }
        let names = ValueReader.parameterTypes.keys.sorted()
        sink.error(
            .badValue, "`\(text.text)` is not the type of a parameter", at: text.span,
            help: nearestName(to: text.text, in: names).map { "did you mean `\($0)`?" }
                ?? "write one of " + names.map { "`\($0)`" }.joined(separator: ", "))
        return nil
    }
}
