import CEL

/// Turns the values of one `field|modifiers` into tests.
struct SigmaValue {
    let fields: SigmaFields

    private static let textual: Set<String> = ["contains", "startswith", "endswith"]
    private static let known: Set<String> = textual.union([
        "all", "re", "i", "m", "s", "cidr", "exists", "fieldref", "gt", "gte", "lt", "lte", "neq", "cased", "base64",
        "base64offset", "wide", "utf16le", "utf16be", "utf16", "windash",
    ])

    /// The tests of a key and its value or values.
    func expression(_ key: String, _ node: YAMLNode) throws(SigmaProblem) -> SigmaExpression {
        let words = key.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let modifiers = words.dropFirst().map { $0.lowercased() }
        guard let name = words.first, !name.isEmpty else {
            throw SigmaProblem(.keywords, "`\(key)` looks for text in every field", at: node)
        }
        if modifiers.contains("expand") {
            throw SigmaProblem(.placeholder, "`\(key)` stands for a list that is kept elsewhere", at: node)
        }
        if let other = modifiers.first(where: { !Self.known.contains($0) }) {
            throw SigmaProblem(.modifier, "`|\(other)` has no counterpart", at: node)
        }
        let field = try self.field(name, node)
        let values: [YAMLNode]
        if case .sequence(let items) = node.content { values = items } else { values = [node] }
        guard !values.isEmpty else { throw SigmaProblem(.value, "`\(key)` has no value", at: node) }
        var tests: [SigmaExpression] = []
        for value in values { tests.append(try test(field, modifiers, value)) }
        return modifiers.contains("all") ? .all(of: tests) : .some(of: tests)
    }

    private func field(_ name: String, _ node: YAMLNode) throws(SigmaProblem) -> SigmaFields.Field {
        if let field = fields.field(name) { return field }
        let hint = fields.nearest(to: name).map { "; did it mean `\($0)`?" } ?? ""
        throw SigmaProblem(.field, "`\(name)` is no field of an activity\(hint)", at: node)
    }

    // MARK: One value

    private func test(
        _ field: SigmaFields.Field, _ modifiers: [String], _ node: YAMLNode
    ) throws(SigmaProblem) -> SigmaExpression {
        guard case .scalar(let scalar) = node.content else {
            throw SigmaProblem(.value, "a value is text, a number or null, and this is \(node.kindName)", at: node)
        }
        let own = modifiers.filter { $0 != "all" }
        if node.isNull || node.isEmptyScalar {
            guard own.isEmpty else { throw SigmaProblem(.value, "null with modifiers", at: node) }
            return .test(SigmaTest(field: field, question: .null))
        }
        if own.contains("exists") {
            guard scalar.text == "true" || scalar.text == "false" else {
                throw SigmaProblem(.value, "`|exists` is true or false", at: node)
            }
            return .test(SigmaTest(field: field, question: .exists(scalar.text == "true")))
        }
        if own.contains("fieldref") { return try reference(field, own, scalar.text, node) }
        if let comparison = own.compactMap(Self.comparison).first {
            return try self.comparison(field, comparison, scalar.text, node)
        }
        if own.contains("re") { return try pattern(field, own, scalar.text, node) }
        if own.contains("cidr") {
            guard field.type == .string, Self.isNetwork(scalar.text) else {
                throw SigmaProblem(.value, "`\(scalar.text)` is not an address range of a text field", at: node)
            }
            return .test(SigmaTest(field: field, question: .network(scalar.text)))
        }
        return try plain(field, own, scalar.text, node)
    }

    private func plain(
        _ field: SigmaFields.Field, _ modifiers: [String], _ text: String, _ node: YAMLNode
    ) throws(SigmaProblem) -> SigmaExpression {
        if field.type == .bool {
            guard text == "true" || text == "false", modifiers.isEmpty else {
                throw SigmaProblem(.value, "`\(text)` is not true or false", at: node)
            }
            return .test(SigmaTest(field: field, question: .truth(text == "true")))
        }
        if field.type != .string, modifiers.isEmpty, text != "*" {
            return try comparison(field, .equal, text, node)
        }
        if text.isEmpty, modifiers.isEmpty { return .test(SigmaTest(field: field, question: .empty)) }
        var texts = [SigmaText(text)]
        if modifiers.contains(where: { ["wide", "utf16le", "utf16be", "utf16", "base64", "base64offset"].contains($0) })
        {
            texts = try encoded(modifiers, texts[0], node)
        }
        if modifiers.contains("windash") {
            guard let all = SigmaEncoding.dashes(text) else {
                throw SigmaProblem(.limit, "`|windash` of so many dashes", at: node)
            }
            texts = all.map(SigmaText.init)
        }
        // Base64 of other letters is other text.
        let isCased = modifiers.contains { $0 == "cased" || $0.hasPrefix("base64") }
        let tests = texts.map { text -> SigmaExpression in
            var text = text
            if modifiers.contains("contains") { text = text.open(before: true, behind: true) }
            if modifiers.contains("startswith") { text = text.open(before: false, behind: true) }
            if modifiers.contains("endswith") { text = text.open(before: true, behind: false) }
            return .test(SigmaTest(field: field, question: .text(text, isCased: isCased)))
        }
        return .some(of: tests)
    }

    private func encoded(
        _ modifiers: [String], _ text: SigmaText, _ node: YAMLNode
    ) throws(SigmaProblem) -> [SigmaText] {
        guard let plain = text.plain else { throw SigmaProblem(.value, "a wildcard in text that is encoded", at: node) }
        let isWide = modifiers.contains { ["wide", "utf16le", "utf16be", "utf16"].contains($0) }
        var bytes = Array(plain.utf8)
        if isWide {
            bytes = SigmaEncoding.utf16(plain, isBig: modifiers.contains("utf16be"))
            if modifiers.contains("utf16") { bytes = [0xFF, 0xFE] + bytes }
        }
        if modifiers.contains("base64offset") { return SigmaEncoding.base64Offsets(bytes).map(SigmaText.literal) }
        guard modifiers.contains("base64") else {
            throw SigmaProblem(.modifier, "UTF-16 without base64 behind it is no text", at: node)
        }
        return [SigmaText.literal(SigmaEncoding.base64(bytes))]
    }

    // MARK: Numbers, patterns, references

    private static func comparison(_ modifier: String) -> SigmaTest.Comparison? {
        switch modifier {
        case "gt": .greater
        case "gte": .greaterOrEqual
        case "lt": .less
        case "lte": .lessOrEqual
        case "neq": .notEqual
        default: nil
        }
    }

    private func comparison(
        _ field: SigmaFields.Field, _ comparison: SigmaTest.Comparison, _ text: String, _ node: YAMLNode
    ) throws(SigmaProblem) -> SigmaExpression {
        if field.type == .string, comparison == .notEqual {
            return .not(.test(SigmaTest(field: field, question: .text(SigmaText(text), isCased: false))))
        }
        let isNumber = field.type == .int ? Int64(text) != nil : Double(text)?.isFinite ?? false
        guard field.type != .string, isNumber else {
            throw SigmaProblem(.value, "`\(text)` compared with `\(field.name)`, which is \(field.type)", at: node)
        }
        let number = field.type == .int ? String(Int64(text) ?? 0) : Double(text).map { "\($0)" } ?? text
        return .test(SigmaTest(field: field, question: .number(comparison, number)))
    }

    private func pattern(
        _ field: SigmaFields.Field, _ modifiers: [String], _ text: String, _ node: YAMLNode
    ) throws(SigmaProblem) -> SigmaExpression {
        guard field.type == .string else { throw SigmaProblem(.value, "a pattern for a number", at: node) }
        let flags = ["i", "m", "s"].filter(modifiers.contains).joined()
        return .test(SigmaTest(field: field, question: .pattern((flags.isEmpty ? "" : "(?\(flags))") + text)))
    }

    private func reference(
        _ field: SigmaFields.Field, _ modifiers: [String], _ text: String, _ node: YAMLNode
    ) throws(SigmaProblem) -> SigmaExpression {
        let other = try self.field(text, node)
        var side = SigmaText.Form.Side.whole
        if modifiers.contains("startswith") { side = .start }
        if modifiers.contains("endswith") { side = .end }
        if modifiers.contains("contains") { side = .within }
        guard other.type == field.type, field.type == .string || side == .whole else {
            throw SigmaProblem(.value, "`\(text)` is of another type than `\(field.name)`", at: node)
        }
        return .test(SigmaTest(field: field, question: .other(other, side)))
    }

    private static func isNetwork(_ text: String) -> Bool { AddressBlock(text) != nil }
}
