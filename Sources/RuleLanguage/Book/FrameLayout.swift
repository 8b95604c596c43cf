public import CEL

/// Which slot of a frame holds what, for one bound rule.
///
/// A frame is a list of tables. Table 0 holds the rule's own variables, the others are rows of records:
///
/// | table | row |
/// | --- | --- |
/// | 0 | the variables below |
/// | 1 | `activity`, or the row of a state rule |
/// | 2 | `target`, or `directory` of a state rule |
/// | 3 | `actor` |
/// | 4 | `prev` |
/// | 5 … | the steps of a sequence, in order of writing |
///
/// The variables of table 0 are, in this order: `now`; `keys.0`, `keys.1` and so on, one for each expression of `by`;
/// the names of `let` in order of writing; `is_new.<profile>` in order of writing; `elapsed` for `previous`; the
/// numbers of `spike` in the order `current mean stddev median mad max p95 buckets`. What a rule does not have takes no
/// index. `params` and `lists` are constants, folded when a rule is bound.
public struct FrameLayout: Hashable, Sendable {
    /// A variable of table 0.
    public struct Variable: Hashable, Sendable {
        public let name: String
        public let type: CELType
        public let isNullable: Bool
    }

    /// The table of the rule's variables.
    public static let variablesTable = 0
    /// The table of `activity`, or of a state rule's row.
    public static let subjectTable = 1
    /// The table of `target`.
    public static let targetTable = 2
    /// The table of `directory` in a state rule.
    public static let directoryTable = 2
    /// The table of `actor`.
    public static let actorTable = 3
    /// The table of `prev`.
    public static let previousTable = 4
    /// The table of the first step of a sequence.
    public static let firstStepTable = 5
    /// The index of `now`.
    public static let nowIndex = 0

    /// Table 0 by index.
    public let variables: [Variable]
    /// How many tables a frame of this rule needs.
    public let tableCount: Int

    /// The index of a variable of table 0.
    public func index(of name: String) -> Int? { variables.firstIndex { $0.name == name } }

    /// The index of `keys.0`; the other parts of the key follow it.
    ///
    /// nil for a rule without `by`.
    public var firstKeyIndex: Int? { index(of: "keys.0") }
}
