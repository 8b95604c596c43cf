import Alerting
import Diagnostics
import Timekeeping

/// Reads the document of one policy (rule-language.md, section 1).
struct PolicyReader {
    let sink: DiagnosticSink
    let schema: Schema

    func read(_ document: YAMLDocument) -> PolicySource? {
        guard var keys = MappingReader(document.root, .policy, sink) else { return nil }
        let id = keys.text("policy")
        if let id, !Names.isKebab(id.text) {
            sink.error(
                .badValue, "`\(id.text)` is not the id of a policy", at: id.span,
                help: "write small letters and digits with single hyphens, such as `baseline`")
        }
        let title = keys.text("title")?.text
        let description = keys.text("description")?.text ?? ""
        var connections = ["*"]
        var exclusions: [PolicySource.Exclusion] = []
        if let node = keys.node("scope"), var scope = MappingReader(node, .scope, sink) {
            let names = scope.texts("connections").map(\.text)
            if scope.place(of: "connections") != nil { connections = names }
            exclusions = scope.node("exclude").map { self.exclusions($0) } ?? []
            scope.finish()
        }
        let lists = keys.node("lists").map { self.lists($0) } ?? []
        let nodes = keys.node("rules")
        let items = nodes.map { keys.items($0, "`rules`") }?.compactMap { item($0) } ?? []
        let controls = keys.node("controls").map { keys.items($0, "`controls`") }?.compactMap { control($0) } ?? []
        keys.finish()
        guard let id, Names.isKebab(id.text) else { return nil }
        return PolicySource(
            sink: sink, id: id, title: title ?? id.text, description: description, connections: connections,
            exclusions: exclusions, lists: lists, items: items, controls: controls)
    }

    private func exclusions(_ node: YAMLNode) -> [PolicySource.Exclusion] {
        guard var words = MappingReader(names: node, "`exclude`", sink) else { return [] }
        return words.all().compactMap { entry in
            guard let row = schema.row(entry.key.text) else {
                let near = nearestName(to: entry.key.text, in: schema.rows.map(\.word))
                sink.error(
                    .unknownScope, "there are no rows named `\(entry.key.text)`", at: entry.key.span,
                    help: near.map { "did you mean `\($0)`?" })
                return nil
            }
            return words.expression(entry.value, "`\(entry.key.text)`")
                .map { PolicySource.Exclusion(row: row, when: $0) }
        }
    }

    private func lists(_ node: YAMLNode) -> [PolicySource.ListChange] {
        guard var names = MappingReader(names: node, "`lists`", sink) else { return [] }
        return names.all().compactMap { entry in
            if case .mapping = entry.value.content {
                guard var change = MappingReader(entry.value, .listChange, sink) else { return nil }
                let items = change.texts("add").map(\.text)
                change.finish()
                return PolicySource.ListChange(name: entry.key, items: items, isAdded: true)
            }
            let items = names.items(entry.value, "`\(entry.key.text)`")
                .compactMap { names.scalar($0, "an item of `\(entry.key.text)`")?.text }
            return PolicySource.ListChange(name: entry.key, items: items, isAdded: false)
        }
    }

    // MARK: Rules

    private func item(_ node: YAMLNode) -> PolicySource.Item? {
        guard var keys = MappingReader(node, .ruleItem, sink) else { return nil }
        let rule = keys.text("rule")
        let select = keys.node("select").flatMap { self.select($0) }
        if keys.place(of: "rule") == nil, keys.place(of: "select") == nil {
            keys.missing("rule", "write `rule: <id>`, or `select: { tags: [...] }`")
        }
        if keys.place(of: "rule") != nil, let place = keys.place(of: "select") {
            sink.error(.verbConflict, "an item has `rule` or `select`, not both", at: place, help: "remove one of them")
        }
        var parameters: [(name: ScalarText, value: YAMLNode)] = []
        if let node = keys.node("params"), var names = MappingReader(names: node, "`params`", sink) {
            parameters = names.all().map { ($0.key, $0.value) }
        }
        let severity = keys.severity("severity")
        let receivers = keys.texts("receivers").map(\.text)
        let proposals = keys.texts("propose").compactMap(proposal)
        var names: Set<String> = []
        let exceptions =
            keys.node("except").map { keys.items($0, "`except`") }?
            .compactMap { exception($0, &names) } ?? []
        keys.finish()
        guard let choice = rule.map(PolicySource.Item.Choice.rule) ?? select else { return nil }
        return PolicySource.Item(
            choice: choice, parameters: parameters, severity: severity, receivers: receivers, proposals: proposals,
            exceptions: exceptions, place: rule?.span ?? keys.place(of: "select") ?? keys.span)
    }

    private func proposal(_ text: ScalarText) -> Proposal? {
        do throws(Proposal.Flaw) {
            return try Proposal(parsing: text.text)
        } catch {
            switch error {
            case .unknownAction(let word):
                sink.error(
                    .badValue, "`\(text.text)` is nothing that can be proposed", at: text.span,
                    help: nearestName(to: word, in: Proposal.actions).map { "did you mean `\($0)`?" }
                        ?? "it is one of " + Proposal.actions.map { "`\($0)`" }.joined(separator: ", "))
            case .badWords(let form):
                sink.error(
                    .badValue, "`\(text.text)` does not say what to do to whom", at: text.span, help: "write " + form)
            }
            return nil
        }
    }

    private func select(_ node: YAMLNode) -> PolicySource.Item.Choice? {
        guard var keys = MappingReader(node, .select, sink) else { return nil }
        let tags = keys.texts("tags").map(\.text)
        let topic = keys.text("topic")?.text
        if tags.isEmpty, topic == nil { keys.missing("tags` or `topic", "write what to pick rules by") }
        keys.finish()
        return tags.isEmpty && topic == nil ? nil : .select(tags: tags, topic: topic)
    }

    /// - Parameter names: Of the exceptions before, which counts are kept by.
    private func exception(_ node: YAMLNode, _ names: inout Set<String>) -> PolicySource.ExceptionSource? {
        guard var keys = MappingReader(node, .exception, sink) else { return nil }
        let name = keys.text("name")
        if let name, !names.insert(name.text).inserted {
            sink.error(
                .duplicateName, "two exceptions of one rule are named `\(name.text)`", at: name.span,
                label: "named again", help: "give one of them another name, since hits are counted by it")
        }
        let when = keys.expression("when")
        let reason = keys.text("reason")
        let owner = keys.text("owner")
        let expiry = keys.text("expires")
        let lacking = [("reason", reason), ("owner", owner), ("expires", expiry)].filter { $0.1 == nil }.map(\.0)
        if !lacking.isEmpty {
            sink.error(
                .incompleteException,
                "an exception needs " + lacking.map { "`\($0)`" }.joined(separator: " and "), at: keys.span,
                help: "write why it is right, who answers for it and until when, such as `expires: 2027-01-31`")
        }
        keys.finish()
        guard let name, let when, let reason, let owner, let expiry, let end = expires(expiry) else { return nil }
        return PolicySource.ExceptionSource(
            name: name.text, when: when, reason: reason.text, owner: owner.text, expires: end)
    }

    /// The end of the written day in UTC, or the written moment.
    private func expires(_ text: ScalarText) -> Timestamp? {
        if let day = Timestamp(rfc3339: text.text + "T00:00:00Z") { return day + .days(1) }
        if let moment = Timestamp(rfc3339: text.text) { return moment }
        sink.error(
            .badValue, "`expires` is a day, not `\(text.text)`", at: text.span, help: "write it as `2027-01-31`")
        return nil
    }

    private func control(_ node: YAMLNode) -> PolicySource.ControlSource? {
        guard var keys = MappingReader(node, .control, sink) else { return nil }
        let id = keys.text("id")
        let title = keys.text("title")
        let rules = keys.texts("rules")
        keys.finish()
        guard let id, let title else { return nil }
        return PolicySource.ControlSource(id: id.text, title: title.text, rules: rules)
    }
}
