import Alerting
import CEL
import Diagnostics
import Timekeeping

/// Reads the tests of a rule (rule-language.md, section 6).
struct TestReader {
    let sink: DiagnosticSink
    let schema: Schema
    let kinds: Set<String>
    /// The types of the rule's key and the variables that `vars` may name; nil when the rule has errors.
    let rule: CompiledRule?

    /// 2026-01-01T00:00:00Z, where a test says nothing else.
    static let standardStart = Timestamp(seconds: 1_767_225_600)

    func tests(_ nodes: [YAMLNode]) -> [RuleTest] {
        var tests: [RuleTest] = []
        for node in nodes {
            guard let test = self.test(node) else { continue }
            if let first = tests.first(where: { $0.name == test.name }) {
                sink.error(
                    .duplicateName, "two tests are named `\(test.name)`", at: test.place, label: "named again",
                    secondary: [Diagnostic.Label(first.place, "named first")], help: "give one of them another name")
            }
            tests.append(test)
        }
        return tests
    }

    private func test(_ node: YAMLNode) -> RuleTest? {
        guard var keys = MappingReader(node, .test, sink) else { return nil }
        let name = keys.text("name")
        let now = keys.node("now")
        let start = keys.node("start")
        if now != nil, start != nil, let place = keys.place(of: "now") {
            sink.error(.verbConflict, "a test has `start` or `now`, not both", at: place, help: "remove one of them")
        }
        let plain = FixtureReader(sink: sink, schema: schema, kinds: kinds, start: Self.standardStart)
        let begin = (start ?? now).map { plain.moment($0, from: Self.standardStart) } ?? Self.standardStart
        let fixtures = FixtureReader(sink: sink, schema: schema, kinds: kinds, start: begin)
        let end = keys.node("end").map { fixtures.moment($0, from: begin) }
        let directory = keys.node("directory").map { self.directory($0, fixtures) } ?? []
        let changes = keys.node("changes").map { self.changes($0, fixtures, keys) } ?? []
        let activities = keys.node("activities").map { self.activities($0, fixtures, keys) } ?? []
        let expected = keys.node("expect").map { keys.items($0, "`expect`") }
        let expectations = (expected ?? []).compactMap { expectation($0, fixtures) }
        keys.finish()
        guard let name else { return nil }
        return RuleTest(
            name: name.text, start: begin, end: end, directory: directory, changes: changes, activities: activities,
            expectations: expectations, place: name.span)
    }

    // MARK: Facts

    private func directory(_ node: YAMLNode, _ fixtures: FixtureReader) -> [RuleTest.Row] {
        guard var collections = MappingReader(node, .directory(schema), sink) else { return [] }
        var rows: [RuleTest.Row] = []
        for row in schema.rows {
            guard let list = collections.node(row.collection) else { continue }
            var items: [FixtureReader.Item] = []
            for item in collections.items(list, "`\(row.collection)`") {
                fixtures.expand(item, at: fixtures.start, into: &items)
            }
            rows += items.map { item in
                RuleTest.Row(word: row.word, fields: fixtures.fields(item.entries, of: row.type, index: item.index))
            }
        }
        collections.finish()
        return rows
    }

    private func changes(
        _ node: YAMLNode, _ fixtures: FixtureReader, _ test: MappingReader
    ) -> [RuleTest.Change] {
        var items: [FixtureReader.Item] = []
        for item in test.items(node, "`changes`") { fixtures.expand(item, at: fixtures.start, into: &items) }
        let changes = items.compactMap { change($0, fixtures) }
        return changes.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
    }

    private func change(_ item: FixtureReader.Item, _ fixtures: FixtureReader) -> RuleTest.Change? {
        let words = schema.rows.filter { row in item.entries.contains { $0.key.text == row.word } }
        guard let row = words.first, words.count == 1,
            let id = item.entries.first(where: { $0.key.text == row.word })?.value,
            let type = schema.object(row.type)?.field("id")?.type
        else {
            sink.error(
                .badFixture, "a change names one row", at: item.place,
                help: "write `{ at: +1h, user: 8, set: { status: suspended } }`")
            return nil
        }
        var set: [String: FixtureValue]?
        var isDeleted = false
        for entry in item.entries where entry.key.text != row.word {
            switch entry.key.text {
            case "set":
                guard var fields = MappingReader(names: entry.value, "`set`", sink) else { return nil }
                set = fixtures.fields(fields.all(), of: row.type, index: item.index)
            case "delete": isDeleted = true
            default:
                sink.error(
                    .unknownFixtureField, "`\(entry.key.text)` is not a key of a change", at: entry.key.span,
                    help: nearestName(to: entry.key.text, in: ["set", "delete"]).map { "did you mean `\($0)`?" })
            }
        }
        guard (set != nil) != isDeleted else {
            sink.error(
                .badFixture, "a change has `set` or `delete: true`", at: item.place,
                help: "write `set: { ... }` with the fields that change")
            return nil
        }
        guard let value = fixtures.value(id, as: type, of: row.word, index: item.index) else { return nil }
        return RuleTest.Change(time: item.time, word: row.word, id: value, set: set)
    }

    private func activities(
        _ node: YAMLNode, _ fixtures: FixtureReader, _ test: MappingReader
    ) -> [RuleTest.ActivityFixture] {
        var items: [FixtureReader.Item] = []
        for item in test.items(node, "`activities`") { fixtures.expand(item, at: fixtures.start, into: &items) }
        let activities = items.map { item in
            RuleTest.ActivityFixture(
                time: item.time, fields: fixtures.fields(item.entries, of: schema.activity, index: item.index))
        }
        return activities.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
    }

    // MARK: Expectations

    private func expectation(_ node: YAMLNode, _ fixtures: FixtureReader) -> RuleTest.Expectation? {
        guard var keys = MappingReader(node, .expectation, sink) else { return nil }
        let key = keys.node("key").map { self.key($0, fixtures, keys) }
        let severity = keys.severity("severity")
        let time = keys.node("at").map { fixtures.moment($0, from: fixtures.start) }
        let variables = keys.node("vars").map { self.variables($0, fixtures) } ?? []
        let pattern = keys.text("message_matches")
        keys.finish()
        return RuleTest.Expectation(
            key: key, severity: severity, time: time, variables: variables, messagePattern: pattern?.text,
            messageMatches: pattern.flatMap { messageProgram($0) }, place: keys.span)
    }

    private func key(_ node: YAMLNode, _ fixtures: FixtureReader, _ keys: MappingReader) -> [FixtureValue] {
        let items = keys.items(node, "`key`")
        if let rule, rule.keyTypes.count != items.count, !node.isRefused {
            sink.error(
                .badFixture, "the rule's key has \(rule.keyTypes.count) parts, and this has \(items.count)",
                at: node.span)
        }
        return items.enumerated().compactMap { index, item in
            let type = rule.flatMap { index < $0.keyTypes.count ? $0.keyTypes[index] : nil } ?? .dyn
            return fixtures.value(item, as: type, of: "part \(index) of the key", index: nil)
        }
    }

    private func variables(
        _ node: YAMLNode, _ fixtures: FixtureReader
    ) -> [(name: String, value: FixtureValue)] {
        guard var names = MappingReader(names: node, "`vars`", sink) else { return [] }
        return names.all().compactMap { entry in
            let name = entry.key.text
            guard let rule else { return (name, fixtures.untyped(entry.value, index: nil)) }
            guard let index = rule.layout.index(of: name) else {
                let known = rule.layout.variables.map(\.name)
                sink.error(
                    .unknownFixtureField, "the rule computes nothing named `\(name)`", at: entry.key.span,
                    help: nearestName(to: name, in: known).map { "did you mean `\($0)`?" })
                return nil
            }
            return fixtures.value(entry.value, as: rule.layout.variables[index].type, of: name, index: nil)
                .map { (name, $0) }
        }
    }

    /// `message.matches(pattern)`, so that patterns of tests are those of rules.
    private func messageProgram(_ pattern: ScalarText) -> Program? {
        var environment = Environment(limits: schema.limits.expressions, allowsDyn: false)
        environment.declare("message", .string, at: SlotAddress(table: 0, index: 0))
        var literal = ""
        for scalar in pattern.text.unicodeScalars {
            switch scalar {
            case "\\", "\"": literal += "\\" + String(scalar)
            case "\n": literal += "\\n"
            case "\r": literal += "\\r"
            default: literal.unicodeScalars.append(scalar)
            }
        }
        let result = environment.check("message.matches(\"\(literal)\")")
        for diagnostic in result.diagnostics {
            sink.add(
                Diagnostic(
                    diagnostic.level, diagnostic.code, diagnostic.message, at: pattern.firstLine,
                    label: diagnostic.primary.text, notes: diagnostic.notes, help: diagnostic.help))
        }
        return result.checked?.program(in: environment)
    }
}
