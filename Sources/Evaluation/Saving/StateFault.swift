/// Why what an engine remembers cannot be saved, or what was saved cannot be used; a replay gives the same state.
public enum StateFault: Error, Hashable, Sendable {
    /// The bytes end too soon, or what they say contradicts itself.
    case damaged(String)
    /// It is the state of other rules, limits or feeds, or of another form of these bytes.
    case other
    /// A rule remembers a value that has no form in bytes.
    case unsavable(String)
}

extension StateFault: CustomStringConvertible {
    /// One clause, as messages show it.
    public var description: String {
        switch self {
        case .damaged(let what): "the saved state is damaged: \(what)"
        case .other: "the saved state is of other rules or another version of the program"
        case .unsavable(let what): "\(what) cannot be saved"
        }
    }
}
