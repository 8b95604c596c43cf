import CEL
import Diagnostics

/// Gathers what all files say, then compiles rules and binds them.
struct BookBuilder {
    /// A rule that was read, and what became of it.
    struct Entry {
        let source: RuleSource
        var rule: Rule?
        /// Compiled with its own parameters and the lists of `define`; nil when it has errors.
        var compiled: CompiledRule?
    }

    let schema: Schema
    /// What warns of slow patterns.
    let prober: PatternProber?
    private let coverage: ConditionCoverage?
    private var library = Library()
    private var entries: [String: Entry] = [:]
    private var policies: [PolicySource] = []
    /// Ids of all rules that a file tried to define, broken ones too.
    private var knownIDs: Set<String> = []

    init(schema: Schema, prober: PatternProber? = nil, coverage: ConditionCoverage? = nil) {
        self.schema = schema
        self.prober = prober
        self.coverage = coverage
    }

    // MARK: Reading

    /// Reads one file; what is wrong goes to its sink.
    mutating func read(_ sink: DiagnosticSink) {
        let documents = YAMLReader.documents(of: sink)
        for document in documents {
            guard case .mapping(let keys) = document.root.content else {
                if !document.root.isRefused {
                    sink.error(
                        .unknownDocument, "a document is a mapping, and this is \(document.root.kindName)",
                        at: document.root.span, help: "begin it with `rule:`, `policy:` or `define:`")
                }
                continue
            }
            let names = keys.map(\.key.text)
            if names.contains("rule"), !names.contains("policy") {
                readRule(document, sink, isAlone: documents.count == 1)
            } else if names.contains("policy") {
                readPolicy(document, sink)
            } else if names.contains("define") {
                library.read(document, sink, schema: schema)
            } else {
                let place = keys.first?.key.span ?? document.root.span
                let near = names.lazy.compactMap { nearestName(to: $0, in: ["rule", "policy", "define"]) }.first
                sink.error(
                    .unknownDocument, "this is neither a rule, nor a policy, nor `define`", at: place,
                    help: near.map { "did you mean `\($0)`?" } ?? "begin it with `rule:`, `policy:` or `define:`")
            }
        }
    }

    private mutating func readRule(_ document: YAMLDocument, _ sink: DiagnosticSink, isAlone: Bool) {
        if case .mapping(let keys) = document.root.content,
            case .scalar(let id)? = keys.first(where: { $0.key.text == "rule" })?.value.content
        {
            knownIDs.insert(id.text)
        }
        let reader = RuleReader(sink: sink, schema: schema)
        guard let source = reader.read(document, isNamedForFile: isAlone) else { return }
        if let first = entries[source.id.text] {
            let line = LineIndex(first.source.sink.source.text).position(at: first.source.id.span.start).line
            sink.error(
                .duplicateRule, "a rule with the id `\(source.id.text)` is there already", at: source.id.span,
                label: "used again", notes: ["the first is at \(first.source.sink.source.name):\(line)"],
                help: "give one of them another id")
            return
        }
        entries[source.id.text] = Entry(source: source)
    }

    private mutating func readPolicy(_ document: YAMLDocument, _ sink: DiagnosticSink) {
        guard let policy = PolicyReader(sink: sink, schema: schema).read(document) else { return }
        if let first = policies.first(where: { $0.id.text == policy.id.text }) {
            sink.error(
                .duplicatePolicy, "a policy with the id `\(policy.id.text)` is there already", at: policy.id.span,
                label: "used again", notes: ["the first is in \(first.sink.source.name)"],
                help: "give one of them another id")
            return
        }
        policies.append(policy)
    }

    // MARK: Building

    mutating func build() -> RuleBook {
        library.sortFunctions()
        let kinds = schema.kinds.union(
            entries.values.filter { $0.source.isSignal }.map { "signal." + $0.source.id.text })
        let base = library.environment(
            schema: schema, lists: library.lists, allowsExtendedRegex: false, reports: true, prober: prober)
        let extended = library.environment(
            schema: schema, lists: library.lists, allowsExtendedRegex: true, reports: false, prober: prober)
        for id in entries.keys.sorted() {
            guard var entry = entries[id] else { continue }
            let errorsBefore = entry.source.sink.hasErrors(in: entry.source)
            compile(&entry, kinds: kinds, base: entry.source.allowsExtendedRegex ? extended : base)
            if errorsBefore || entry.compiled == nil { entry.rule = nil }
            entries[id] = entry
        }
        reportDisabledSignals()
        let order = SignalOrder.order(&entries)
        let binder = PolicyBinder(
            schema: schema, kinds: kinds, library: library, entries: entries, knownIDs: knownIDs)
        let bound = policies.isEmpty ? [binder.implicit()] : policies.map { binder.bind($0) }
        let bindings = bound.flatMap(\.bindings).sorted { ($0.policy, $0.rule.id) < ($1.policy, $1.rule.id) }
        let rules = entries.values.compactMap(\.rule).sorted { $0.id < $1.id }
        let limitText = schema.limits == .default ? [] : [schema.limits.digestText]
        return RuleBook(
            rules: rules, policies: bound.map(\.policy).sorted { $0.id < $1.id }, bindings: bindings,
            lists: library.lists, signalOrder: order, limits: schema.limits,
            digest: Digest.hex(of: (bindings.map(\.digest) + limitText).joined(separator: "\n")))
    }

    /// Says of each rule that runs which of the signals that it reads nobody raises.
    private func reportDisabledSignals() {
        for entry in entries.keys.sorted().compactMap({ entries[$0] }) where entry.source.isEnabled {
            for id in entry.compiled?.signalsRead.sorted() ?? [] {
                guard let signal = entries[id]?.source, signal.isSignal, !signal.isEnabled else { continue }
                entry.source.sink.warning(
                    .disabledSignal,
                    "this reads `signal.\(id)`, and the rule `\(id)` is disabled, so nothing raises it",
                    at: entry.source.id.span, help: "remove `enabled: false` from `\(id)`, or the condition")
            }
        }
    }

    private func compile(_ entry: inout Entry, kinds: Set<String>, base: Environment) {
        let source = entry.source
        let standard = Dictionary(
            source.parameters.map { ($0.name.text, $0.standard) }, uniquingKeysWith: { first, _ in first })
        let result = RuleCompiler.compile(
            source, schema: schema, kinds: kinds, base: base, parameters: standard, coverage: coverage)
        for diagnostic in result.diagnostics { source.sink.add(diagnostic) }
        let count = source.sink.diagnostics.count
        let reader = TestReader(sink: source.sink, schema: schema, kinds: kinds, rule: result.rule)
        let tests = reader.tests(source.tests)
        let hasBadTests = source.sink.diagnostics.dropFirst(count).contains { $0.level == .error }
        entry.compiled = hasBadTests ? nil : result.rule
        entry.rule = Rule(
            id: source.id.text, title: source.title, description: source.description, severity: source.severity,
            parameters: source.parameters.map {
                Rule.Parameter(
                    name: $0.name.text, type: $0.type, standard: $0.standard, description: $0.description)
            },
            tags: source.tags, owner: source.owner, runbook: source.runbook, references: source.references,
            falsePositives: source.falsePositives, isEnabled: source.isEnabled, isSignal: source.isSignal,
            tests: tests, topic: source.topic, file: source.sink.source, place: source.id.span,
            digest: source.digest)
    }
}

extension DiagnosticSink {
    /// Whether reading the rule's own document reported an error.
    func hasErrors(in source: RuleSource) -> Bool {
        diagnostics.contains { $0.level == .error && source.extent.contains($0.primary.span.start) }
    }
}
