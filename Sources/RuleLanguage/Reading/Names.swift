/// What names of rules, parameters and variables may look like.
enum Names {
    /// Names that mean something in every expression of a rule, so that no author may give them.
    static let taken: Set<String> = [
        "now", "params", "lists", "keys", "activity", "target", "actor", "prev", "elapsed", "is_new", "directory",
    ]
    /// The numbers of `spike`, in the order of their slots.
    static let spike = ["current", "mean", "stddev", "median", "mad", "max", "p95", "buckets"]
    /// Words of CEL that cannot be names.
    static let reserved: Set<String> = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
        "let", "loop", "package", "namespace", "return", "var", "void", "while",
    ]

    /// `too-many-super-users`: lower-case letters and digits with single hyphens between.
    static func isKebab(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7A).contains(first), text.utf8.last != 0x2D else { return false }
        var previous: UInt8 = 0
        for byte in text.utf8 {
            let isWord = (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
            guard isWord || (byte == 0x2D && previous != 0x2D) else { return false }
            previous = byte
        }
        return text.utf8.count <= 80
    }

    /// A name that CEL can read, and that is not one of its words.
    static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first, !reserved.contains(text), text.utf8.count <= 64 else { return false }
        func isLetter(_ byte: UInt8) -> Bool {
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x5F
        }
        return isLetter(first) && text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
    }
}
