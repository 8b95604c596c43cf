import Alerting
import Diagnostics
import Timekeeping

/// Reads the keys of one mapping; what nobody asked for is reported by `finish()`.
struct MappingReader {
    let sink: DiagnosticSink
    let span: Span
    private let what: String
    /// The keys of the mapping; nil where they are names of the author.
    private let shape: MappingShape?
    private let entries: [YAMLNode.Entry]
    private var asked: [String] = []

    /// A reader of a mapping whose keys are those of a shape; nil, with a diagnostic, for anything else.
    init?(_ node: YAMLNode, _ shape: MappingShape, _ sink: DiagnosticSink) {
        self.init(node, shape.what, shape, sink)
    }

    /// A reader of a mapping whose keys are names of the author; nil, with a diagnostic, for anything else.
    ///
    /// - Parameter what: What the mapping is, as the author writes it: `let` in backquotes.
    init?(names node: YAMLNode, _ what: String, _ sink: DiagnosticSink) {
        self.init(node, what, nil, sink)
    }

    private init?(_ node: YAMLNode, _ what: String, _ shape: MappingShape?, _ sink: DiagnosticSink) {
        guard case .mapping(let entries) = node.content else {
            if !node.isRefused {
                sink.error(
                    .wrongShape, "\(what) is a mapping, and this is \(node.kindName)", at: node.span,
                    help: "write `key: value` below it")
            }
            return nil
        }
        if node.isFlow, let split = entries.first(where: { Self.looksCut($0.key.text) }) {
            sink.error(
                .syntax, "in braces a comma ends a value, so this is a key of its own", at: split.key.span,
                label: "read as a key", help: "put the expression before it in quotes")
            return nil
        }
        self.sink = sink
        self.what = what
        self.shape = shape
        self.entries = entries
        span = entries.first?.key.span ?? node.span
    }

    /// Whether a key looks like the tail of an expression that was cut at a comma.
    private static func looksCut(_ key: String) -> Bool {
        key.utf8.contains { [0x28, 0x29, 0x22, 0x27, 0x3D, 0x26, 0x7C].contains($0) }
    }

    /// All entries, for mappings whose keys are names of the author; nothing is unknown then.
    mutating func all() -> [YAMLNode.Entry] {
        asked += entries.map(\.key.text)
        return entries
    }

    /// The value of a key; nil when the key is missing, which is reported where the shape says what to do then.
    mutating func node(_ key: String) -> YAMLNode? {
        let isFirst = !asked.contains(key)
        asked.append(key)
        if let entry = entries.first(where: { $0.key.text == key }) { return entry.value }
        guard let shape else { return nil }
        guard let known = shape.key(key) else { preconditionFailure("`\(key)` is not in the table of \(what)") }
        if isFirst, let help = known.missing { missing(key, help) }
        return nil
    }

    /// The value of a key that the table says holds this.
    private mutating func node(_ key: String, as value: ValueShape) -> YAMLNode? {
        if let known = shape?.key(key) {
            precondition(known.value == value, "`\(key)` of \(what) is read as something else than its table says")
        }
        return node(key)
    }

    /// Where a key stands, for messages about it.
    func place(of key: String) -> Span? { entries.first { $0.key.text == key }?.key.span }

    func missing(_ key: String, _ help: String) {
        sink.error(.missingKey, "\(what) needs `\(key)`", at: span, label: "`\(key)` is missing", help: help)
    }

    /// Reports every key that the shape does not have.
    func finish() {
        let known = shape?.keys.map(\.name) ?? asked
        for entry in entries where !known.contains(entry.key.text) {
            let name = entry.key.text
            let near = nearestName(to: name, in: Set(known))
            let list = known.count <= 12 ? "known here: " + known.map { "`\($0)`" }.joined(separator: ", ") : nil
            sink.error(
                .unknownKey, "`\(name)` is not a key of \(what)", at: entry.key.span, label: "unknown key",
                help: near.map { "did you mean `\($0)`?" } ?? list)
        }
    }

    // MARK: Typed values

    /// Text of a key, not empty.
    mutating func text(_ key: String) -> ScalarText? { node(key).flatMap { scalar($0, "`\(key)`") } }

    /// The text of a scalar node.
    func scalar(_ node: YAMLNode, _ name: String) -> ScalarText? {
        if case .scalar(let text) = node.content {
            if !node.isEmptyScalar, !node.isNull { return text }
            sink.error(.wrongShape, "\(name) has no value", at: node.span, help: "write one, or remove the key")
        } else if !node.isRefused {
            sink.error(.wrongShape, "\(name) is text, and this is \(node.kindName)", at: node.span)
        }
        return nil
    }

    /// A list of text, empty when the key is missing.
    mutating func texts(_ key: String) -> [ScalarText] {
        guard let node = node(key, as: .list(.text)) else { return [] }
        return items(node, "`\(key)`").compactMap { scalar($0, "an item of `\(key)`") }
    }

    /// The items of a list.
    func items(_ node: YAMLNode, _ name: String) -> [YAMLNode] {
        if case .sequence(let items) = node.content { return items }
        if !node.isRefused {
            sink.error(
                .wrongShape, "\(name) is a list, and this is \(node.kindName)", at: node.span,
                help: "write `[...]` around it")
        }
        return []
    }

    mutating func flag(_ key: String) -> Bool? {
        guard let text = node(key, as: .flag).flatMap({ scalar($0, "`\(key)`") }) else { return nil }
        if text.text == "true" || text.text == "false" { return text.text == "true" }
        sink.error(
            .badValue, "`\(key)` is `true` or `false`, not `\(text.text)`", at: text.span,
            help: "write `true` or `false`")
        return nil
    }

    /// A length of time above zero.
    mutating func span(_ key: String) -> TimeSpan? {
        guard let text = node(key, as: .span).flatMap({ scalar($0, "`\(key)`") }) else { return nil }
        guard let span = TimeSpan(text.text), span > .zero else {
            sink.error(
                .badSpan, "`\(key)` is a length of time, not `\(text.text)`", at: text.span,
                help: "write a number and a unit, such as `15m`, `24h`, `90d` or `1h30m`")
            return nil
        }
        guard span <= RuleReader.longestSpan else {
            sink.error(
                .limit, "`\(key)` is longer than \(RuleReader.longestSpan.shortText)", at: text.span,
                help: "activities are kept for \(RuleReader.longestSpan.shortText), so nothing longer can be known")
            return nil
        }
        return span
    }

    /// A length of time that must be there.
    ///
    /// An hour stands in for one that is missing or wrong, so that what depends on it is checked in the same run; the
    /// error keeps the rule out of the book.
    ///
    /// - Parameter help: What to do where the shape does not say it, because the key is not needed everywhere.
    mutating func requiredSpan(_ key: String, or help: String? = nil) -> TimeSpan? {
        if let help, place(of: key) == nil { missing(key, help) }
        return span(key) ?? .hours(1)
    }

    mutating func severity(_ key: String) -> Severity? {
        guard let text = node(key, as: .severity).flatMap({ scalar($0, "`\(key)`") }) else { return nil }
        if let level = Severity(rawValue: text.text) { return level }
        let names = Severity.allCases.map(\.rawValue)
        sink.error(
            .badValue, "`\(text.text)` is not a severity", at: text.span,
            help: nearestName(to: text.text, in: names).map { "did you mean `\($0)`?" }
                ?? "write one of " + names.map { "`\($0)`" }.joined(separator: ", "))
        return nil
    }

    mutating func zone(_ key: String) -> TimeZoneRules? {
        guard let text = node(key, as: .zone).flatMap({ scalar($0, "`\(key)`") }) else { return nil }
        if let zone = TimeZoneRules.named(text.text) { return zone }
        sink.error(
            .badTimeZone, "no time zone is named `\(text.text)`", at: text.span,
            help: nearestName(to: text.text, in: TimeZoneRules.names).map { "did you mean `\($0)`?" }
                ?? "write a name of the IANA database, such as `Europe/Berlin`, or `UTC`")
        return nil
    }

    // MARK: Expressions

    mutating func expression(_ key: String) -> ExpressionText? {
        node(key, as: .expression).flatMap { expression($0, "`\(key)`") }
    }

    mutating func expressions(_ key: String) -> [ExpressionText]? {
        guard let node = node(key, as: .list(.expression)) else { return nil }
        return items(node, "`\(key)`").compactMap { expression($0, "an item of `\(key)`", inFlow: node.isFlow) }
    }

    /// The expression of a scalar; what YAML cut off behind ` #` or at a comma is an error.
    func expression(_ node: YAMLNode, _ name: String, inFlow: Bool = false) -> ExpressionText? {
        guard let text = scalar(node, name) else { return nil }
        if text.style == .plain, let comment = lostComment(behind: text.span.end) {
            sink.error(
                .lostComment, "YAML takes what follows ` #` for a comment", at: comment, label: "not read",
                help: "put the expression in quotes or below the key after `|`, or the comment on a line of its own")
            return nil
        }
        if inFlow, text.style == .plain, Self.isUnbalanced(text.text) {
            sink.error(
                .syntax, "in brackets a comma ends a value, so this expression is cut", at: text.span,
                help: "put the expression in quotes")
            return nil
        }
        return ExpressionText(text)
    }

    private func lostComment(behind end: Int) -> Span? {
        var index = end
        let bytes = sink.bytes
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        guard index < bytes.count, bytes[index] == 0x23 else { return nil }
        let stop = bytes[index...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
        return Span(index, stop)
    }

    private static func isUnbalanced(_ text: String) -> Bool {
        let count = text.utf8.reduce(0) { $1 == 0x28 ? $0 + 1 : $1 == 0x29 ? $0 - 1 : $0 }
        return count != 0
    }
}
