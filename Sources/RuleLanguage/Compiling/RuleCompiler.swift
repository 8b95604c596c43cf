import Alerting
import CEL
import Diagnostics
import Timekeeping

/// Compiles one rule: every expression in the scope that its place has, in the order in which facts become known.
struct RuleCompiler {
    let source: RuleSource
    let schema: Schema
    /// Objects, lists and functions, without a variable.
    let base: Environment
    let parameters: [String: Value]
    var compiler: ExpressionCompiler
    var layout = LayoutBuilder()

    init(
        _ source: RuleSource, schema: Schema, kinds: Set<String>, base: Environment, parameters: [String: Value],
        coverage: ConditionCoverage? = nil
    ) {
        self.source = source
        self.schema = schema
        self.base = base
        self.parameters = parameters
        compiler = ExpressionCompiler(schema: schema, kinds: kinds)
        compiler.observer = coverage.map {
            ConditionObserver(coverage: $0, rule: source.id.text, file: source.sink.source)
        }
    }

    /// The compiled rule and everything to say about it; nil when there is an error.
    static func compile(
        _ source: RuleSource, schema: Schema, kinds: Set<String>, base: Environment, parameters: [String: Value],
        coverage: ConditionCoverage? = nil
    ) -> (rule: CompiledRule?, diagnostics: [Diagnostic]) {
        var rules = RuleCompiler(
            source, schema: schema, kinds: kinds, base: base, parameters: parameters, coverage: coverage)
        let compiled: CompiledRule?
        switch source.body {
        case .state(let body): compiled = rules.state(body)
        case .activity(let body): compiled = rules.activity(body)
        }
        return (rules.compiler.hasErrors ? nil : compiled, rules.compiler.diagnostics)
    }

    /// What every expression may name: `now`, `params` and `lists`.
    func startScope() -> Scope {
        var environment = base
        for parameter in source.parameters {
            guard let value = parameters[parameter.name.text] else { continue }
            environment.declare(constant: "params." + parameter.name.text, value, type: parameter.type)
        }
        environment.declare(
            "now", .timestamp, at: SlotAddress(table: FrameLayout.variablesTable, index: FrameLayout.nowIndex))
        return Scope(environment: environment)
    }

    // MARK: State

    /// What every expression of a state rule may name.
    private func stateScope() -> Scope {
        var scope = startScope()
        if let directory = schema.directory {
            scope.environment.declare(
                "directory", object: directory.name, isNullable: false, table: FrameLayout.directoryTable)
        }
        return scope
    }

    private mutating func state(_ body: StateSource) -> CompiledRule? {
        var scope = stateScope()
        scope.environment.declare(
            body.row.word, object: body.row.type, isNullable: false, table: FrameLayout.subjectTable)
        let condition = body.where.flatMap { compiler.condition($0, "where", in: scope) }
        if let condition { scope = scope.knowing(condition.whenTrue) }
        var finalScope = scope
        var group: StateBody.Group?
        if let source = body.group {
            let by = source.by.compactMap { compiler.value($0, in: scope) }
            finalScope = stateScope()
            let aggregates = self.group(
                by: by, lets: source.lets, in: scope, mayBeEmpty: source.by.isEmpty, keysMayBeNull: true,
                finalScope: &finalScope)
            group = StateBody.Group(by: by.map(\.program), aggregates: aggregates)
        }
        let alertIf = body.alertIf.flatMap { compiler.condition($0, "alert_if", in: finalScope) }
        if let alertIf { finalScope = finalScope.knowing(alertIf.whenTrue) }
        if let text = body.alertIf, let alertIf, let lets = body.group?.lets, !lets.isEmpty {
            lintVerb(text, alertIf, names: lets.map(\.name.text), what: "the values of `let`")
        }
        let state = StateBody(
            each: body.row.word, where: condition?.program, group: group, alertIf: alertIf?.program)
        let object = schema.object(body.row.type)
        let identity = ["id", "name"].first { object?.field($0) != nil }
        let standard = group == nil ? identity.map { body.row.word + "." + $0 } : nil
        return finish(
            .state(state), finalScope: finalScope, standardKey: standard, cooldown: nil, tableCount: 3)
    }

    /// Declares `keys` and the names of `let`, and compiles the aggregates.
    mutating func group(
        by: [CompiledExpression], lets: [LetSource], in scope: Scope, mayBeEmpty: Bool, keysMayBeNull: Bool,
        finalScope: inout Scope
    ) -> [Aggregate] {
        let first = layout.variables.count
        for (index, part) in by.enumerated() {
            let isNullable = keysMayBeNull && part.reasoning.mayBeNull(part.checked.root, scope.facts)
            _ = layout.add("keys.\(index)", part.type, isNullable: isNullable)
        }
        let aggregates = AggregateCompiler(
            scope: scope, mayBeEmpty: mayBeEmpty, collectLimit: schema.limits.collectedValues)
        let found = lets.compactMap { source -> Aggregate? in
            guard let result = aggregates.compile(source, &compiler) else { return nil }
            let index = layout.add(result.name, result.type, isNullable: result.isNullable)
            return Aggregate(
                name: result.name, function: result.function, argument: result.argument?.program,
                condition: result.condition?.program, limit: result.limit, type: result.type, index: index,
                identity: source.call.text + ((result.argument ?? result.condition)?.identity ?? ""))
        }
        layout.declare(from: first, in: &finalScope)
        declareFailed(lets, found.map(\.name), in: &finalScope)
        finalScope.keyCount = by.count
        return found
    }

    /// A name of `let` whose call was refused is still a name: one cause, one error.
    private func declareFailed(_ lets: [LetSource], _ known: [String], in scope: inout Scope) {
        for source in lets where !known.contains(source.name.text) {
            scope.environment.declare(
                source.name.text, .error, at: SlotAddress(table: FrameLayout.variablesTable, index: 0))
        }
    }

    // MARK: What all rules end with

    mutating func finish(
        _ body: Body, finalScope: Scope, standardKey: String?, cooldown: TimeSpan?, tableCount: Int
    ) -> CompiledRule? {
        var key: [CompiledExpression] = []
        if let written = source.key {
            key = written.compactMap { compiler.value($0, in: finalScope) }
        } else {
            let texts = standardKey.map { [$0] } ?? (0..<(finalScope.keyCount ?? 0)).map { "keys[\($0)]" }
            key = texts.compactMap { compiler.value(ExpressionText(written: $0, at: source.id.span), in: finalScope) }
        }
        let branches = severityBranches(in: finalScope)
        let message = message(in: finalScope)
        let read = compiler.variablesRead
        return CompiledRule(
            body: body.reading(target: read.contains("target"), actor: read.contains("actor")), key: key.map(\.program),
            keyTypes: key.map(\.type), severityWhen: branches, message: message,
            cooldown: cooldown, layout: FrameLayout(variables: layout.variables, tableCount: tableCount),
            finalScope: finalScope, fieldsRead: compiler.fieldsRead, signalsRead: compiler.signalsRead,
            messages: Set(compiler.diagnostics.map(\.message)))
    }

    private mutating func severityBranches(in scope: Scope) -> [BoundRule.SeverityBranch] {
        var seen: Set<String> = []
        var branches: [BoundRule.SeverityBranch] = []
        var lint = SeverityLint()
        for branch in source.severityWhen {
            let isNew = seen.insert(branch.when.text).inserted
            if !isNew {
                compiler.warning(
                    .unreachableSeverity, "an earlier branch has the same condition", at: branch.when.span,
                    help: "remove one of them")
            }
            guard let when = compiler.condition(branch.when, "if", in: scope, place: .branch) else { continue }
            if lint.isUnreachable(when), isNew {
                compiler.warning(
                    .unreachableSeverity, "an earlier branch is true whenever this one is", at: branch.when.span,
                    help: "put the narrower condition first")
            }
            branches.append(BoundRule.SeverityBranch(when: when.program, severity: branch.severity))
        }
        if let last = source.severityWhen.last, last.severity == source.severity {
            compiler.warning(
                .unreachableSeverity, "the last branch sets the severity that the rule has anyway", at: last.when.span,
                help: "remove it, or set another severity")
        }
        return branches
    }

    private mutating func message(in scope: Scope) -> MessageTemplate {
        guard let text = source.message else { return MessageTemplate(parts: [.text(source.title)]) }
        let template = TemplateReader(text).parts()
        for diagnostic in template.diagnostics { compiler.report(diagnostic) }
        let parts = template.parts.compactMap { part -> MessageTemplate.Part? in
            switch part {
            case .text(let text): return .text(text)
            case .expression(let text): return compiler.value(text, in: scope).map { .value($0.program) }
            }
        }
        return MessageTemplate(parts: parts)
    }

    /// Warns when `alert_if` reads none of the names that the verb gives.
    mutating func lintVerb(_ text: ExpressionText, _ alertIf: CompiledExpression, names: [String], what: String) {
        guard !names.isEmpty, alertIf.readsAnything else { return }
        let read = alertIf.names
        let isUsed = names.contains { name in
            read.contains { $0 == name || $0.hasPrefix(name + ".") }
        }
        guard !isUsed else { return }
        compiler.warning(
            .ignoresVerb, "`alert_if` uses none of \(what)", at: text.span,
            help: "use " + names.prefix(4).map { "`\($0)`" }.joined(separator: " or ")
                + ", or put this condition into `match` or `where`")
    }
}
