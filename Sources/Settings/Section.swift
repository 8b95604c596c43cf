import Diagnostics
import Timekeeping

/// A section of the settings with typed access; what is wrong with a value is reported and the value left out.
struct Section {
    private let entries: [(key: String, span: Span, value: SettingsNode)]
    /// Where a missing key is shown.
    let span: Span
    /// Such as `web` or `connections`; empty for the whole file.
    let path: String
    let source: SourceText
    let report: SettingsReport
    private let overrides: SettingsOverrides?

    init(
        _ node: SettingsNode?, path: String, source: SourceText?, report: SettingsReport,
        overrides: SettingsOverrides? = nil
    ) {
        if let node, case .map(let entries) = node.content { self.entries = entries } else { entries = [] }
        span = node?.span ?? Span(0, 0)
        self.path = path
        self.source = source ?? SourceText(name: SettingsLoader.defaultFile, text: "")
        self.report = report
        self.overrides = overrides
    }

    /// Reports keys that are not in the list.
    func check(keys: [String]) {
        for entry in entries where !keys.contains(entry.key) {
            let place = path.isEmpty ? "the settings file has" : "`\(path)` has"
            let nearest = nearestName(to: entry.key, in: keys)
            report.error(
                .unknownKey, "\(place) no key `\(entry.key)`", source, entry.span,
                help: nearest.map { "did you mean `\($0)`?" } ?? "keys are \(Self.list(keys))")
        }
    }

    static func list(_ words: [String]) -> String { words.map { "`\($0)`" }.joined(separator: ", ") }

    /// The node of a key; nil when it is not there or empty.
    private func node(_ key: String) -> SettingsNode? {
        guard let node = entries.first(where: { $0.key == key })?.value else { return nil }
        if case .null = node.content { return nil }
        return node
    }

    /// Whether the key is written, with a value or not, and where.
    func place(_ key: String) -> Span? { entries.first { $0.key == key }?.span }

    /// Where the value of a key stands.
    func valuePlace(_ key: String) -> Span? { entries.first { $0.key == key }?.value.span }

    private func qualified(_ key: String) -> String { path.isEmpty ? key : path + "." + key }

    private func wrongType(_ key: String, _ node: SettingsNode, wants: String) {
        report.error(.wrongType, "`\(qualified(key))` is \(wants), and this is \(node.kind)", source, node.span)
    }

    /// Text; a flag or variable wins over the file.
    func text(_ key: String) -> Located<String>? {
        if let value = overrides?.value(qualified(key)) { return value }
        guard let node = node(key) else { return nil }
        guard case .scalar(let text) = node.content else {
            wrongType(key, node, wants: "text")
            return nil
        }
        return Located(value: text, source: source, span: node.span)
    }

    /// Text that must be there.
    func requiredText(_ key: String, help: String) -> Located<String>? {
        if let text = text(key) { return text }
        if node(key) == nil {
            report.error(.missingKey, "`\(path)` lacks `\(key)`", source, place(key) ?? span, help: help)
        }
        return nil
    }

    /// `true` or `false`.
    func truth(_ key: String) -> Bool? {
        guard let text = text(key) else { return nil }
        switch text.value {
        case "true": return true
        case "false": return false
        default:
            report.error(.badValue, "`\(qualified(key))` is `true` or `false`", at: text)
            return nil
        }
    }

    /// A whole number within bounds.
    func number(_ key: String, _ bounds: ClosedRange<Int>) -> Int? {
        guard let text = text(key) else { return nil }
        guard let number = Int(text.value), bounds.contains(number) else {
            report.error(
                .badValue, "`\(qualified(key))` cannot be `\(text.value)`", at: text,
                help: "give a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
            return nil
        }
        return number
    }

    /// One of a few words.
    func word<Word: CaseIterable & RawRepresentable>(_ key: String, _ type: Word.Type = Word.self) -> Word?
    where Word.RawValue == String {
        guard let text = text(key) else { return nil }
        if let word = Word(rawValue: text.value) { return word }
        let words = Word.allCases.map(\.rawValue)
        let nearest = nearestName(to: text.value, in: words)
        report.error(
            .badValue, "`\(qualified(key))` cannot be `\(text.value)`", at: text,
            help: nearest.map { "did you mean `\($0)`?" } ?? "it is one of \(Self.list(words))")
        return nil
    }

    /// A length of time within bounds.
    func span(_ key: String, _ bounds: ClosedRange<TimeSpan>) -> TimeSpan? {
        guard let text = text(key) else { return nil }
        guard let span = TimeSpan(text.value) else {
            report.error(
                .badValue, "`\(text.value)` is no length of time", at: text, help: "write it like `90s`, `15m` or `1d`")
            return nil
        }
        guard bounds.contains(span) else {
            report.error(
                .badValue, "`\(qualified(key))` is out of bounds", at: text,
                help: "give at least \(bounds.lowerBound.shortText) and at most \(bounds.upperBound.shortText)")
            return nil
        }
        return span
    }

    /// A list of texts; one text counts as a list of one, and a flag or variable may hold several with commas.
    func texts(_ key: String) -> [Located<String>]? {
        if let value = overrides?.value(qualified(key)) {
            return value.value.split(separator: ",").map { value.with($0.trimmingBlanks) }
        }
        guard let node = node(key) else { return nil }
        switch node.content {
        case .scalar(let text):
            return [Located(value: text, source: source, span: node.span)]
        case .list(let items):
            return items.compactMap { item in
                guard case .scalar(let text) = item.content else {
                    report.error(
                        .wrongType, "an item of `\(qualified(key))` is text, and this is \(item.kind)", source,
                        item.span)
                    return nil
                }
                return Located(value: text, source: source, span: item.span)
            }
        default:
            wrongType(key, node, wants: "a list")
            return nil
        }
    }

    /// A section inside this one; an empty one when the key is not there, so that flags still reach it.
    func section(_ key: String) -> Section {
        let node = node(key)
        if let node, !node.isMap { wrongType(key, node, wants: "a section") }
        return Section(node, path: qualified(key), source: source, report: report, overrides: overrides)
    }

    /// The sections of a list.
    func sections(_ key: String) -> [Section] {
        guard let node = node(key) else { return [] }
        guard case .list(let items) = node.content else {
            wrongType(key, node, wants: "a list of sections")
            return []
        }
        return items.compactMap { item in
            guard item.isMap else {
                report.error(
                    .wrongType, "an item of `\(qualified(key))` is a section, and this is \(item.kind)", source,
                    item.span)
                return nil
            }
            return Section(item, path: qualified(key), source: source, report: report)
        }
    }

    /// The keys in the order of the file, as names that the author chose.
    var names: [Located<String>] { entries.map { Located(value: $0.key, source: source, span: $0.span) } }
}

extension SettingsNode {
    var isMap: Bool { if case .map = content { true } else { false } }
}

extension StringProtocol {
    /// Without white space and line breaks at both ends.
    var trimmingBlanks: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
