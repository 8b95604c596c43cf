/// Reads the condition of a detection: names of selections with `and`, `or`, `not`, `1 of x*`, `all of them`.
struct SigmaCondition {
    /// How deep parentheses and `not` may go.
    static let depthLimit = 64

    private let place: YAMLNode
    private let tokens: [String]
    private var index = 0
    /// Names of selections in order of writing.
    private let names: [String]
    private let selection: (String) throws(SigmaProblem) -> SigmaExpression

    /// The expression of a condition.
    ///
    /// - Parameter selection: Gives the expression of a selection.
    static func expression(
        _ text: String, at place: YAMLNode, names: [String],
        selection: @escaping (String) throws(SigmaProblem) -> SigmaExpression
    ) throws(SigmaProblem) -> SigmaExpression {
        var reader = try SigmaCondition(text, place, names, selection)
        let expression = try reader.alternatives(depth: 0)
        guard reader.index == reader.tokens.count else {
            throw SigmaProblem(.condition, "`\(reader.tokens[reader.index])` where the end was expected", at: place)
        }
        return expression
    }

    private init(
        _ text: String, _ place: YAMLNode, _ names: [String],
        _ selection: @escaping (String) throws(SigmaProblem) -> SigmaExpression
    ) throws(SigmaProblem) {
        self.place = place
        self.names = names
        self.selection = selection
        var tokens: [String] = []
        var word = ""
        for character in text.unicodeScalars {
            switch character {
            case "(", ")", " ", "\n", "\t", "\r", "|":
                if !word.isEmpty { tokens.append(word) }
                word = ""
                if character == "|" {
                    throw SigmaProblem(
                        .aggregation, "`\(text)` counts; a Sigma correlation says it in a way that maps", at: place)
                }
                if character == "(" || character == ")" { tokens.append(String(character)) }
            default: word.unicodeScalars.append(character)
            }
        }
        if !word.isEmpty { tokens.append(word) }
        self.tokens = tokens
    }

    private var next: String? { index < tokens.count ? tokens[index] : nil }

    private mutating func take(_ word: String) -> Bool {
        guard let next, next.lowercased() == word else { return false }
        index += 1
        return true
    }

    // MARK: Grammar

    private mutating func alternatives(depth: Int) throws(SigmaProblem) -> SigmaExpression {
        guard depth < Self.depthLimit else { throw SigmaProblem(.limit, "a condition nested too deep", at: place) }
        var parts = [try conjunction(depth: depth)]
        while take("or") { parts.append(try conjunction(depth: depth)) }
        return .some(of: parts)
    }

    private mutating func conjunction(depth: Int) throws(SigmaProblem) -> SigmaExpression {
        var parts = [try operand(depth: depth)]
        while take("and") { parts.append(try operand(depth: depth)) }
        return .all(of: parts)
    }

    private mutating func operand(depth: Int) throws(SigmaProblem) -> SigmaExpression {
        guard depth < Self.depthLimit else { throw SigmaProblem(.limit, "a condition nested too deep", at: place) }
        if take("not") { return .not(try operand(depth: depth + 1)) }
        if take("(") {
            let inner = try alternatives(depth: depth + 1)
            guard take(")") else { throw SigmaProblem(.condition, "a parenthesis is not closed", at: place) }
            return inner
        }
        guard let word = next, word != ")" else {
            throw SigmaProblem(.condition, "a name of a selection is missing", at: place)
        }
        index += 1
        if next?.lowercased() == "of", ["1", "any", "all"].contains(word.lowercased()) {
            index += 1
            return try quantified(isAll: word.lowercased() == "all")
        }
        guard names.contains(word) else {
            throw SigmaProblem(.condition, "there is no selection `\(word)`", at: place)
        }
        return try selection(word)
    }

    private mutating func quantified(isAll: Bool) throws(SigmaProblem) -> SigmaExpression {
        guard let pattern = next, pattern != ")", pattern != "(" else {
            throw SigmaProblem(.condition, "a pattern of names is missing", at: place)
        }
        index += 1
        let picked = names.filter { name in
            pattern == "them" ? !name.hasPrefix("_") : Glob.matches(name, pattern: pattern)
        }
        guard !picked.isEmpty else {
            throw SigmaProblem(.condition, "no selection is named like `\(pattern)`", at: place)
        }
        var parts: [SigmaExpression] = []
        for name in picked { parts.append(try selection(name)) }
        return isAll ? .all(of: parts) : .some(of: parts)
    }
}
