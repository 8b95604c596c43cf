/// A pattern search that only the wall clock ended, kept so that a replay ends it again.
///
/// Everything else that a rule says follows from its text and the facts; this does not, so it is a fact itself.
public struct EndedSearch: Hashable, Sendable, Codable, Comparable {
    /// The pattern as it was written.
    public let pattern: String
    /// A hash of the text that was searched, the same on every machine.
    public let textHash: UInt64

    public init(pattern: String, textHash: UInt64) {
        self.pattern = pattern
        self.textHash = textHash
    }

    public static func < (left: EndedSearch, right: EndedSearch) -> Bool {
        (left.pattern, left.textHash) < (right.pattern, right.textHash)
    }
}
