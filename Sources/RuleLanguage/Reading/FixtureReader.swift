import CEL
import Diagnostics
import Timekeeping

/// Reads the values and times of fixtures, with `${i}` put in.
struct FixtureReader {
    /// Rows, changes and activities of one test.
    static let limit = 100_000

    let sink: DiagnosticSink
    let schema: Schema
    let kinds: Set<String>
    /// What `+1h` counts from.
    let start: Timestamp

    /// One fixture after `repeat` was expanded.
    struct Item {
        let time: Timestamp
        let entries: [YAMLNode.Entry]
        let place: Span
        /// The number of the innermost `repeat` around it.
        let index: Int?
    }

    // MARK: Repetition

    /// A fixture as often as its `repeat` says, each at its time.
    func expand(_ node: YAMLNode, at base: Timestamp, index: Int? = nil, into items: inout [Item]) {
        guard items.count < Self.limit else { return }
        guard case .mapping(let entries) = node.content else {
            if !node.isRefused {
                sink.error(.badFixture, "a fixture is a mapping, and this is \(node.kindName)", at: node.span)
            }
            return
        }
        let place = entries.first?.key.span ?? node.span
        let time = entries.first { $0.key.text == "at" }.map { self.moment($0.value, from: base) } ?? base
        let words = MappingShape.repetition.keys.map(\.name)
        guard entries.contains(where: { $0.key.text == "repeat" || $0.key.text == "item" }) else {
            items.append(
                Item(time: time, entries: entries.filter { $0.key.text != "at" }, place: place, index: index))
            return
        }
        for entry in entries where !words.contains(entry.key.text) {
            sink.error(
                .unknownFixtureField, "`\(entry.key.text)` is not a key of a repeated fixture", at: entry.key.span,
                help: "put fields below `item`")
        }
        guard let count = self.count(entries, place), let item = entries.first(where: { $0.key.text == "item" })?.value
        else { return }
        let every = entries.first { $0.key.text == "every" }.flatMap { span($0.value) } ?? .zero
        var next = time
        for number in 0..<count {
            expand(item, at: next, index: number, into: &items)
            guard items.count < Self.limit else {
                sink.error(
                    .tooManyFixtures, "a test has at most \(Self.limit) fixtures", at: place,
                    help: "a smaller `repeat` will do")
                return
            }
            next = next + every
        }
    }

    private func count(_ entries: [YAMLNode.Entry], _ place: Span) -> Int? {
        guard let node = entries.first(where: { $0.key.text == "repeat" })?.value else {
            sink.error(.badFixture, "a fixture with `item` needs `repeat`", at: place, help: "write `repeat: 10`")
            return nil
        }
        guard entries.contains(where: { $0.key.text == "item" }) else {
            sink.error(
                .badFixture, "a fixture with `repeat` needs `item`", at: place, help: "put its fields below `item`")
            return nil
        }
        if case .scalar(let text) = node.content, let count = Int(text.text), count >= 1, count <= Self.limit {
            return count
        }
        sink.error(.badFixture, "`repeat` is a number from 1 to \(Self.limit)", at: node.span)
        return nil
    }

    private func span(_ node: YAMLNode) -> TimeSpan? {
        if case .scalar(let text) = node.content, let span = TimeSpan(text.text), span >= .zero { return span }
        sink.error(.badSpan, "`every` is a length of time", at: node.span, help: "write `30s` or `1h`")
        return nil
    }

    // MARK: Times

    /// A moment: `+20d30m` after `base`, or an RFC 3339 time.
    ///
    /// `base` itself, with a diagnostic, for anything else.
    func moment(_ node: YAMLNode, from base: Timestamp) -> Timestamp {
        if case .scalar(let text) = node.content, let moment = Self.moment(text.text, from: base) { return moment }
        if !node.isRefused {
            sink.error(
                .badFixture, "this is not a moment", at: node.span,
                help: "write `+20d30m` after the start, or a time such as `2026-03-01T10:00:00Z`")
        }
        return base
    }

    static func moment(_ text: String, from base: Timestamp) -> Timestamp? {
        if text.hasPrefix("+") || text.hasPrefix("-") { return TimeSpan(text).map { base + $0 } }
        return Timestamp(rfc3339: text)
    }

    // MARK: Fields

    /// The fields of a record; unknown ones are errors.
    func fields(_ entries: [YAMLNode.Entry], of type: String, index: Int?) -> [String: FixtureValue] {
        guard let object = schema.object(type) else { return [:] }
        var fields: [String: FixtureValue] = [:]
        for entry in entries {
            let name = entry.key.text
            guard let field = object.field(name) else {
                let near = nearestName(to: name, in: object.fields.map(\.name))
                sink.error(
                    .unknownFixtureField, "`\(type)` has no field `\(name)`", at: entry.key.span,
                    label: "not a field of `\(type)`", help: near.map { "did you mean `\($0)`?" })
                continue
            }
            guard let value = self.value(entry.value, as: field.type, of: name, index: index) else { continue }
            checkWord(value, type + "." + name, entry.value.span)
            fields[name] = value
        }
        return fields
    }

    private func checkWord(_ value: FixtureValue, _ field: String, _ span: Span) {
        guard case .text(let text) = value,
            let words = field == schema.activity + ".kind" ? kinds : schema.vocabularies[field],
            !words.contains(text)
        else { return }
        let near = nearestName(to: text, in: words)
        sink.error(
            .unknownKind, "`\(text)` is not a value of `\(field)`", at: span, label: "not one of its values",
            help: near.map { "did you mean `\($0)`?" })
    }

    /// The value of a node as a type; nil, with a diagnostic, when it is none.
    func value(_ node: YAMLNode, as type: CELType, of name: String, index: Int?) -> FixtureValue? {
        switch (node.content, type) {
        case (.refused, _): return nil
        case (_, .dyn): return untyped(node, index: index)
        case (.scalar(let text), _):
            if text.style == .plain, text.text == "null" { return .null }
            if let value = scalar(Self.filled(text.text, index), as: type) { return value }
        case (.sequence(let items), .list(let element)):
            let values = items.compactMap { value($0, as: element, of: "an item of " + name, index: index) }
            return values.count == items.count ? .list(values) : nil
        case (.mapping(let entries), .object(let object)):
            return .object(fields(entries, of: object, index: index))
        default: break
        }
        var given = node.kindName
        if case .scalar(let text) = node.content, !text.text.isEmpty { given = "`\(text.text)`" }
        sink.error(.badFixture, "`\(name)` is \(type.description), and this is \(given)", at: node.span)
        return nil
    }

    private func scalar(_ text: String, as type: CELType) -> FixtureValue? {
        switch type {
        case .string: .text(text)
        case .int, .uint: Int64(text).map(FixtureValue.int)
        case .double: Double(text).flatMap { $0.isFinite ? .double($0) : nil }
        case .bool: text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
        case .timestamp: Self.moment(text, from: start).map(FixtureValue.time)
        case .duration: TimeSpan(text).map(FixtureValue.span)
        default: nil
        }
    }

    /// A value whose type nobody declared: plain scalars are what they look like, quoted ones are text.
    func untyped(_ node: YAMLNode, index: Int?) -> FixtureValue {
        switch node.content {
        case .scalar(let scalar):
            let text = Self.filled(scalar.text, index)
            guard scalar.style == .plain else { return .text(text) }
            if text == "null" || text.isEmpty { return .null }
            if text == "true" || text == "false" { return .bool(text == "true") }
            return Int64(text).map(FixtureValue.int) ?? Double(text).map(FixtureValue.double) ?? .text(text)
        case .sequence(let items): return .list(items.map { untyped($0, index: index) })
        case .mapping(let entries):
            let pairs = entries.map { ($0.key.text, untyped($0.value, index: index)) }
            return .object(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
        case .refused: return .null
        }
    }

    /// The text with `${i}` replaced by the number of the repetition.
    private static func filled(_ text: String, _ index: Int?) -> String {
        guard let index, text.utf8.contains(0x24) else { return text }
        var out = ""
        var rest = Substring(text)
        while let place = rest.firstRange(of: "${i}") {
            out += rest[..<place.lowerBound] + String(index)
            rest = rest[place.upperBound...]
        }
        return out + rest
    }
}
