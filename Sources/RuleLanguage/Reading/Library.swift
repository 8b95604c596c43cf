import CEL
import Diagnostics

/// Lists and functions that all rules share, from every `define`.
struct Library {
    struct Function {
        let name: ScalarText
        let parameters: [(String, CELType)]
        let body: ExpressionText
        let sink: DiagnosticSink
        /// The parsed body; nil when it has errors, which were reported.
        let tree: Expr?
        /// Names that it calls.
        let calls: Set<String>
    }

    private(set) var lists: [String: Value] = [:]
    private var listPlaces: [String: SourcedPlace] = [:]
    /// Such that each comes after those it calls.
    private(set) var functions: [Function] = []
    /// Names of functions with errors, which were reported.
    private var refused: Set<String> = []
    /// The text of all functions, for digests.
    var digestText: String {
        functions.sorted { $0.name.text < $1.name.text }.map { function in
            let parameters = function.parameters.map { "\($0.0): \($0.1)" }.joined(separator: ", ")
            return function.name.text + "(" + parameters + ")=" + function.body.text
        }.joined(separator: "\n")
    }

    private struct SourcedPlace {
        let file: String
    }

    // MARK: Reading

    mutating func read(_ document: YAMLDocument, _ sink: DiagnosticSink, schema: Schema) {
        guard var root = MappingReader(document.root, .definition, sink), let node = root.node("define") else {
            return
        }
        root.finish()
        guard var keys = MappingReader(node, .define, sink) else { return }
        if let node = keys.node("lists"), var names = MappingReader(names: node, "`lists`", sink) {
            for entry in names.all() { readList(entry, names, sink) }
        }
        if let node = keys.node("functions"), var names = MappingReader(names: node, "`functions`", sink) {
            for entry in names.all() {
                let count = functions.count
                readFunction(entry, sink, schema)
                let isKnown = functions.count > count || functions.contains { $0.name.text == entry.key.text }
                if !isKnown, !Self.taken.contains(entry.key.text) { refused.insert(entry.key.text) }
            }
        }
        keys.finish()
    }

    private mutating func readList(_ entry: YAMLNode.Entry, _ names: MappingReader, _ sink: DiagnosticSink) {
        let name = entry.key.text
        guard Names.isIdentifier(name) else {
            sink.error(
                .badValue, "`\(name)` cannot be the name of a list", at: entry.key.span,
                help: "write letters, digits and `_`, beginning with a letter")
            return
        }
        if let first = listPlaces[name] {
            sink.error(
                .duplicateName, "the list `\(name)` is defined twice", at: entry.key.span,
                help: "the other one is in `\(first.file)`; give one of them another name")
            return
        }
        let items = names.items(entry.value, "`\(name)`").compactMap { names.scalar($0, "an item of `\(name)`")?.text }
        listPlaces[name] = SourcedPlace(file: sink.source.name)
        lists[name] = .list(items.map(Value.string))
    }

    /// Names of functions that rules call without any `define`.
    private static let taken = Environment.builtInFunctions.union(Aggregate.Function.allCases.map(\.rawValue))

    private mutating func readFunction(_ entry: YAMLNode.Entry, _ sink: DiagnosticSink, _ schema: Schema) {
        guard var keys = MappingReader(entry.value, .function, sink) else { return }
        var parameters: [(String, CELType)] = []
        if let node = keys.node("args"), var names = MappingReader(names: node, "`args`", sink) {
            for argument in names.all() {
                guard Names.isIdentifier(argument.key.text) else {
                    sink.error(
                        .badValue, "`\(argument.key.text)` cannot be the name of an argument", at: argument.key.span,
                        help: "write letters, digits and `_`, beginning with a letter")
                    return
                }
                guard let text = names.scalar(argument.value, "`\(argument.key.text)`"),
                    let type = self.type(text, sink, schema)
                else { return }
                parameters.append((argument.key.text, type))
            }
        }
        let body = keys.expression("is")
        keys.finish()
        guard let body else { return }
        guard Names.isIdentifier(entry.key.text), !functions.contains(where: { $0.name.text == entry.key.text }) else {
            sink.error(
                .duplicateName, "`\(entry.key.text)` cannot be the name of this function", at: entry.key.span,
                help: "give it a name of letters, digits and `_` that no other function has")
            return
        }
        guard !Self.taken.contains(entry.key.text) else {
            sink.error(
                .nameTaken, "`\(entry.key.text)` is a function of the language already", at: entry.key.span,
                label: "would hide it", help: "give it another name")
            return
        }
        let parsed = parse(body.text)
        for diagnostic in parsed.diagnostics { sink.add(body.placed(diagnostic)) }
        var calls: Set<String> = []
        parsed.expr?.walk { if case .call(let name, _, nil, _) = $0.kind { calls.insert(name) } }
        functions.append(
            Function(
                name: entry.key, parameters: parameters, body: body, sink: sink,
                tree: parsed.diagnostics.isEmpty ? parsed.expr : nil, calls: calls))
    }

    private func type(_ text: ScalarText, _ sink: DiagnosticSink, _ schema: Schema) -> CELType? {
        if schema.object(text.text) != nil { return .object(text.text) }
        if text.text == "timestamp" { return .timestamp }
        if let type = ValueReader.parameterTypes[text.text] { return type }
        let names = schema.objects.map(\.name) + ValueReader.parameterTypes.keys.sorted() + ["timestamp"]
        sink.error(
            .badValue, "`\(text.text)` is not a type", at: text.span,
            help: nearestName(to: text.text, in: names).map { "did you mean `\($0)`?" })
        return nil
    }

    // MARK: Order

    /// Puts functions behind those they call, and reports those that call themselves.
    mutating func sortFunctions() {
        let known = Set(functions.map(\.name.text))
        var left = functions.sorted { $0.name.text < $1.name.text }
        var done: Set<String> = []
        var sorted: [Function] = []
        while !left.isEmpty {
            let ready = left.filter { $0.calls.intersection(known).isSubset(of: done) }
            if ready.isEmpty {
                for function in left where reaches(function, function.name.text) {
                    function.sink.error(
                        .recursiveFunction, "`\(function.name.text)` calls itself, by itself or through others",
                        at: function.name.span, help: "a function is put in the place of its call, so it must end")
                }
                refused.formUnion(left.map(\.name.text))
                break
            }
            sorted += ready
            done.formUnion(ready.map(\.name.text))
            left.removeAll { done.contains($0.name.text) }
        }
        functions = sorted
    }

    /// Whether a call of a function comes to a call of another, by itself or through others.
    private func reaches(_ function: Function, _ name: String) -> Bool {
        let known = Dictionary(functions.map { ($0.name.text, $0.calls) }, uniquingKeysWith: { first, _ in first })
        var found: Set<String> = []
        var next = Array(function.calls)
        while let call = next.popLast() {
            guard found.insert(call).inserted else { continue }
            next += known[call] ?? []
        }
        return found.contains(name)
    }

    // MARK: Environments

    /// What every rule may name: objects, lists, functions.
    ///
    /// - Parameters:
    ///   - reports: Whether what is wrong with functions is told to their files.
    ///   - prober: What warns of slow patterns.
    func environment(
        schema: Schema, lists: [String: Value], allowsExtendedRegex: Bool, reports: Bool,
        prober: PatternProber? = nil
    ) -> Environment {
        var environment = Environment(
            limits: schema.limits.expressions, allowsDyn: false, extendedRegex: allowsExtendedRegex)
        environment.patternProber = prober
        for object in schema.objects + [schema.directory].compactMap({ $0 }) { environment.declare(object: object) }
        for (name, value) in lists {
            environment.declare(constant: "lists." + name, value, type: .list(.string))
        }
        environment.refusedPredicates = refused
        for function in functions {
            // Who calls a function that has errors has them by it: one cause, one error.
            guard let tree = function.tree, function.calls.isDisjoint(with: environment.refusedPredicates) else {
                environment.refusedPredicates.insert(function.name.text)
                continue
            }
            let found = environment.declare(
                predicate: function.name.text, parameters: function.parameters, body: tree, text: function.body.text)
            if environment.predicates[function.name.text] == nil {
                environment.refusedPredicates.insert(function.name.text)
            }
            if reports { for diagnostic in found { function.sink.add(function.body.placed(diagnostic)) } }
        }
        return environment
    }
}
