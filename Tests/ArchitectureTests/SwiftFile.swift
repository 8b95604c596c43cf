/// A Swift file as these tests see it: its lines, and its code as tokens without comments and text.
struct SwiftFile: Sendable {
    /// One word, number or sign of the code.
    struct Token: Sendable {
        let text: String
        /// From 1.
        let line: Int
        /// Nothing stands between it and the token before.
        var isAttached = false
    }

    /// From the checkout's root.
    let path: String
    let lines: [Substring]
    let tokens: [Token]

    init(path: String, bytes: [UInt8]) {
        self.path = path
        lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        var scanner = SwiftScanner(bytes: bytes)
        tokens = scanner.tokens()
    }

    /// The module a source file belongs to: `Sources/CEL/…` is of `CEL`.
    var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    /// Lines of text, without the empty piece after the last line break.
    var lineCount: Int { lines.last == "" ? lines.count - 1 : lines.count }

    /// The modules it imports, with the line of each.
    var imports: [Token] {
        tokens.indices.compactMap { place in
            guard tokens[place].text == "import", place + 1 < tokens.count else { return nil }
            let kinds: Set = ["struct", "class", "enum", "protocol", "func", "let", "var", "typealias"]
            let next = kinds.contains(tokens[place + 1].text) ? place + 2 : place + 1
            return next < tokens.count ? Token(text: tokens[next].text, line: tokens[place].line) : nil
        }
    }

    /// Where a run of tokens occurs that no dot and no `func` precedes; a `!` must touch what it follows.
    func lines(with run: [String]) -> [Int] {
        guard !run.isEmpty, tokens.count >= run.count else { return [] }
        return (0...(tokens.count - run.count)).compactMap { start in
            guard zip(run, tokens[start...]).allSatisfy(Self.is) else { return nil }
            let before = start > 0 ? tokens[start - 1].text : ""
            return before == "." || before == "func" ? nil : tokens[start].line
        }
    }

    private static func `is`(_ wanted: String, _ token: Token) -> Bool {
        wanted == token.text && (wanted != "!" || token.isAttached)
    }

    /// Functions, initialisers and subscripts with a body: name, first line and number of lines.
    var functions: [(name: String, line: Int, length: Int)] {
        tokens.indices.compactMap { place in
            guard let body = bodyStart(ofDeclarationAt: place), let end = closingBrace(from: body) else {
                return nil
            }
            let name = tokens[place].text == "func" ? tokens[place + 1].text : tokens[place].text
            return (name, tokens[place].line, tokens[end].line - tokens[place].line + 1)
        }
    }

    /// The token of the `{` that opens the body of a declaration; nil for other tokens and for requirements.
    private func bodyStart(ofDeclarationAt place: Int) -> Int? {
        let before = place > 0 ? tokens[place - 1].text : ""
        switch tokens[place].text {
        case "func", "deinit": break
        case "init", "subscript":
            guard before != ".", place + 1 < tokens.count, ["(", "<", "?"].contains(tokens[place + 1].text) else {
                return nil
            }
        default: return nil
        }
        var depth = 0
        for next in (place + 1)..<max(tokens.count, place + 1) {
            switch tokens[next].text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return next
            case "}" where depth == 0: return nil
            case "func", "init", "var", "let", "case", "static", "public",
                "subscript" where depth == 0:
                return nil
            default: break
            }
            if depth < 0 { return nil }
        }
        return nil
    }

    private func closingBrace(from start: Int) -> Int? {
        var depth = 0
        for place in start..<tokens.count {
            if tokens[place].text == "{" { depth += 1 }
            if tokens[place].text == "}" { depth -= 1 }
            if depth == 0 { return place }
        }
        return nil
    }
}
