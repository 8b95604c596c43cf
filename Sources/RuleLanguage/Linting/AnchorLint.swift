import CEL
import Diagnostics

/// R0305: finds conditions for which no event that is known can be of the right kind and type.
struct AnchorLint {
    let schema: Schema

    func check(_ checked: CheckedExpression) -> [Diagnostic] {
        let anchors = AnchorFinder(checked: checked, schema: schema).anchors
        guard let reason = reason(anchors) else { return [] }
        return [
            Diagnostic(
                .warning, RuleDiagnosticCode.noEvent.rawValue, "no event can make this true: \(reason)",
                at: checked.root.span, help: "look at the kinds and numbers with `tocsin rules fields`")
        ]
    }

    private func reason(_ anchors: Anchors) -> String? {
        if anchors.kinds?.isEmpty == true { return "`activity.kind` would have to be several kinds, or none" }
        if anchors.typeIDs?.isEmpty == true { return "`activity.type_id` would have to be several numbers, or none" }
        guard let kinds = anchors.kinds, let types = anchors.typeIDs, !schema.kindsOfTypes.isEmpty else { return nil }
        // A signal has the number of what it was raised by, and a type that is not known may be given any kind yet.
        let meets = types.contains { type in
            guard let known = schema.kindsOfTypes[type] else { return kinds.contains("onelogin.unknown") }
            return !known.isDisjoint(with: kinds)
        }
        guard !meets, !kinds.contains(where: { $0.hasPrefix("signal.") }) else { return nil }
        let numbers = types.sorted().map { "\($0)" }.joined(separator: ", ")
        return "events of type \(numbers) are never `\(kinds.sorted().joined(separator: "` or `"))`"
    }
}
