import Alerting
import CEL
import Diagnostics
import Timekeeping

/// Binds the rules that a policy picks: with its parameters, lists, scope and exceptions.
struct PolicyBinder {
    let schema: Schema
    let kinds: Set<String>
    let library: Library
    let entries: [String: BookBuilder.Entry]
    let knownIDs: Set<String>

    /// A policy with its bound rules.
    struct Bound {
        let policy: Policy
        let bindings: [BoundRule]
    }

    /// One rule that a policy picked, with what it says about it.
    private struct Pick {
        let id: String
        let item: PolicySource.Item?
    }

    /// The policy that holds where no policy file is given: every enabled rule as it is.
    func implicit() -> Bound {
        let ids = entries.values.filter { $0.source.isEnabled && $0.rule != nil }.map(\.source.id.text).sorted()
        let lists = library.lists
        let bindings = ids.compactMap { id in
            bind(Pick(id: id, item: nil), policy: "default", sink: nil, lists: lists, listText: "", scope: [])
        }
        let policy = Policy(
            id: "default", title: "Every enabled rule", description: "", connections: ["*"], controls: [],
            isImplicit: true)
        return Bound(policy: policy, bindings: bindings)
    }

    /// Binds what a policy file picks; what is wrong goes to the file's sink.
    func bind(_ source: PolicySource) -> Bound {
        let changed = lists(of: source)
        let environment = library.environment(
            schema: schema, lists: changed.values, allowsExtendedRegex: false, reports: false)
        let scope = source.exclusions.compactMap { exclusion($0, source.sink, environment) }
        let scopeText = source.exclusions.map { $0.row.word + ":" + $0.when.text }.joined(separator: "\n")
        let picks = withSignals(self.picks(of: source))
        let bindings = picks.compactMap { pick in
            bind(
                pick, policy: source.id.text, at: source.id.span, sink: source.sink, lists: changed.values,
                listText: changed.text + "\n" + scopeText, scope: scope)
        }
        for control in source.controls { for rule in control.rules { _ = entry(rule, source.sink) } }
        let policy = Policy(
            id: source.id.text, title: source.title, description: source.description,
            connections: source.connections,
            controls: source.controls.map {
                Policy.Control(id: $0.id, title: $0.title, rules: $0.rules.map(\.text))
            }, isImplicit: false)
        return Bound(policy: policy, bindings: bindings)
    }

    // MARK: Lists and scope

    private func lists(of source: PolicySource) -> (values: [String: Value], text: String) {
        var lists = library.lists
        var text: [String] = []
        for change in source.lists {
            let name = change.name.text
            guard case .list(let old)? = lists[name] else {
                source.sink.error(
                    .unknownList, "no `define` has a list `\(name)`", at: change.name.span,
                    help: nearestName(to: name, in: lists.keys).map { "did you mean `\($0)`?" })
                continue
            }
            let items = change.items.map(Value.string)
            lists[name] = .list(change.isAdded ? old + items.filter { !old.contains($0) } : items)
            text.append(name + (change.isAdded ? "+" : "=") + change.items.joined(separator: "\u{0}"))
        }
        return (lists, text.joined(separator: "\n"))
    }

    private func exclusion(
        _ source: PolicySource.Exclusion, _ sink: DiagnosticSink, _ base: Environment
    ) -> BoundRule.ScopeExclusion? {
        var scope = Scope(environment: base)
        scope.environment.declare(
            source.row.word, object: source.row.type, isNullable: false, table: FrameLayout.subjectTable)
        var compiler = ExpressionCompiler(schema: schema, kinds: kinds)
        let when = compiler.condition(source.when, "exclude", in: scope)
        for diagnostic in compiler.diagnostics { sink.add(diagnostic) }
        return when.map { [fields = compiler.fieldsRead] in
            BoundRule.ScopeExclusion(row: source.row.word, when: $0.program, fieldsRead: fields)
        }
    }

    // MARK: Picking

    /// The rule of an id that a policy wrote; nil, with a diagnostic unless the rule itself is broken.
    private func entry(_ id: ScalarText, _ sink: DiagnosticSink) -> BookBuilder.Entry? {
        if let entry = entries[id.text] { return entry.rule == nil ? nil : entry }
        if !knownIDs.contains(id.text) {
            sink.error(
                .unknownRule, "there is no rule `\(id.text)`", at: id.span, label: "unknown rule",
                help: nearestName(to: id.text, in: entries.keys).map { "did you mean `\($0)`?" })
        }
        return nil
    }

    /// Rules by id, in the order of the file; an item with `rule` goes before those with `select`.
    private func picks(of source: PolicySource) -> [Pick] {
        var picks: [Pick] = []
        var places: [String: Span] = [:]
        for item in source.items {
            guard case .rule(let id) = item.choice, let entry = self.entry(id, source.sink) else { continue }
            if let first = places[id.text] {
                source.sink.error(
                    .duplicateBinding, "the policy binds `\(id.text)` twice", at: id.span, label: "bound again",
                    secondary: [Diagnostic.Label(first, "bound first")],
                    help: "remove one of them, or write a second policy")
                continue
            }
            places[id.text] = id.span
            guard entry.source.isEnabled else {
                source.sink.warning(
                    .disabledRule, "the rule `\(id.text)` is disabled, so it does not run", at: id.span,
                    help: "remove `enabled: false` from the rule, or this item")
                continue
            }
            picks.append(Pick(id: id.text, item: item))
        }
        for item in source.items {
            guard case .select(let tags, let topic) = item.choice else { continue }
            let found = entries.values.filter { entry in
                entry.rule != nil && entry.source.isEnabled && (topic == nil || entry.source.topic == topic)
                    && (tags.isEmpty || !Set(tags).isDisjoint(with: entry.source.tags))
            }
            if found.isEmpty {
                source.sink.warning(
                    .selectsNothing, "this picks no rule", at: item.place,
                    help: "look at the tags and topics of the rules")
            }
            for id in found.map(\.source.id.text).sorted() where !picks.contains(where: { $0.id == id }) {
                picks.append(Pick(id: id, item: item))
            }
        }
        return picks
    }

    /// The picks, and the signal rules that they read, by themselves or through others.
    private func withSignals(_ picks: [Pick]) -> [Pick] {
        var all = picks
        var index = 0
        while index < all.count {
            let read = entries[all[index].id]?.compiled?.signalsRead.sorted() ?? []
            for id in read where !all.contains(where: { $0.id == id }) {
                // One that is disabled does not run, read or not; its readers were told.
                guard let entry = entries[id], entry.rule != nil, entry.source.isEnabled else { continue }
                all.append(Pick(id: id, item: nil))
            }
            index += 1
        }
        return all
    }

    // MARK: Binding

    private func bind(
        _ pick: Pick, policy: String, at place: Span = Span(0, 0), sink: DiagnosticSink?, lists: [String: Value],
        listText: String,
        scope: [BoundRule.ScopeExclusion]
    ) -> BoundRule? {
        guard let entry = entries[pick.id], let rule = entry.rule, let standard = entry.compiled else { return nil }
        let source = entry.source
        let parameters = self.parameters(source, pick.item, sink)
        var compiled = standard
        let isChanged = source.parameters.contains { parameters[$0.name.text] != $0.standard }
        if isChanged || lists != library.lists {
            let base = library.environment(
                schema: schema, lists: lists, allowsExtendedRegex: source.allowsExtendedRegex, reports: false)
            let result = RuleCompiler.compile(
                source, schema: schema, kinds: kinds, base: base, parameters: parameters)
            guard let rule = result.rule else {
                report(result.diagnostics, pick, at: pick.item?.place ?? place, sink)
                return nil
            }
            warn(result.diagnostics, beyond: standard.messages, pick, at: pick.item?.place ?? place, sink)
            compiled = rule
        }
        let exceptions = pick.item?.exceptions.compactMap { exception($0, compiled, sink) } ?? []
        let values = source.parameters.map { "\($0.name.text)=\(parameters[$0.name.text].map { "\($0)" } ?? "")" }
        let known = lists.keys.sorted().map { name in "\(name)=\(lists[name].map { "\($0)" } ?? "")" }
        let digest = Digest.hex(
            of: ([rule.digest, listText, library.digestText] + values + known).joined(separator: "\u{1}"))
        // An exception may look at who it was, whether the rule does or not.
        let body = compiled.body.reading(target: !exceptions.isEmpty, actor: !exceptions.isEmpty)
        // What only the policy reads must be filled in as well.
        let fieldsRead = exceptions.map(\.fieldsRead).reduce(compiled.fieldsRead) { $0.union($1) }
            .union(scope.flatMap(\.fieldsRead))
        return BoundRule(
            policy: policy, rule: rule, severity: pick.item?.severity ?? rule.severity,
            severityWhen: pick.item?.severity == nil ? compiled.severityWhen : [],
            receivers: pick.item?.receivers ?? [], proposals: pick.item?.proposals ?? [], exceptions: exceptions,
            scope: scope, parameters: parameters, body: body, key: compiled.key, message: compiled.message,
            hold: source.hold ?? .zero, cooldown: compiled.cooldown, layout: compiled.layout,
            fieldsRead: fieldsRead.sorted(),
            limits: schema.limits, digest: digest)
    }

    /// Says at the policy's item why a rule does not compile with its parameters and lists.
    private func report(_ diagnostics: [Diagnostic], _ pick: Pick, at place: Span, _ sink: DiagnosticSink?) {
        guard let first = diagnostics.first(where: { $0.level == .error }) else { return }
        sink?.error(
            .badParameter, "with these parameters and lists the rule `\(pick.id)` is not valid", at: place,
            notes: ["\(first.code): \(first.message)"], help: "set other values")
    }

    /// Says at the policy's item what is doubtful about a rule with its parameters and lists, and is not without.
    private func warn(
        _ diagnostics: [Diagnostic], beyond known: Set<String>, _ pick: Pick, at place: Span, _ sink: DiagnosticSink?
    ) {
        for diagnostic in diagnostics where !known.contains(diagnostic.message) {
            guard let code = RuleDiagnosticCode(rawValue: diagnostic.code) else { continue }
            sink?.warning(
                code, "with these parameters and lists, of the rule `\(pick.id)`: \(diagnostic.message)", at: place,
                help: diagnostic.help)
        }
    }

    private func parameters(
        _ source: RuleSource, _ item: PolicySource.Item?, _ sink: DiagnosticSink?
    ) -> [String: Value] {
        var values = Dictionary(
            source.parameters.map { ($0.name.text, $0.standard) }, uniquingKeysWith: { first, _ in first })
        guard let item, let sink else { return values }
        for (name, node) in item.parameters {
            guard let parameter = source.parameters.first(where: { $0.name.text == name.text }) else {
                if case .select = item.choice { continue }
                let near = nearestName(to: name.text, in: source.parameters.map(\.name.text))
                sink.error(
                    .unknownParameter, "the rule `\(source.id.text)` has no parameter `\(name.text)`", at: name.span,
                    label: "unknown parameter", help: near.map { "did you mean `\($0)`?" })
                continue
            }
            let value = ValueReader(sink: sink).value(
                node, as: parameter.type, of: "`\(name.text)`", code: .badParameter)
            if let value { values[name.text] = value }
        }
        return values
    }

    private func exception(
        _ source: PolicySource.ExceptionSource, _ rule: CompiledRule, _ sink: DiagnosticSink?
    ) -> BoundRule.Exception? {
        var compiler = ExpressionCompiler(schema: schema, kinds: kinds)
        let when = compiler.condition(source.when, "when", in: rule.finalScope)
        for diagnostic in compiler.diagnostics { sink?.add(diagnostic) }
        return when.map { [fields = compiler.fieldsRead] in
            BoundRule.Exception(
                name: source.name, when: $0.program, reason: source.reason, owner: source.owner,
                expires: source.expires, fieldsRead: fields)
        }
    }
}
