/// Why an expression has no value.
///
/// Neither true nor false: `&&` and `||` pass over it when the other side decides.
public enum EvaluationFailure: Error, Hashable, Sendable {
    /// The field's value may not be known now.
    case unknown(field: String)
    /// Nothing is bound to this name, variable or function.
    case unbound(name: String)
    case noSuchKey(String)
    case noSuchField(String)
    case indexOutOfRange(Int64)
    case divisionByZero
    /// A number, a time or a length of time left its range.
    case overflow
    /// A value was needed and there is none, in the field or variable of this name.
    case null(name: String)
    /// The operator or function does not take values of these types.
    case noOverload(String)
    /// A value was of the right type and still not acceptable.
    case invalidArgument(String)
    /// An empty optional was asked for its value.
    case emptyOptional
    case repeatedKey(String)
    case limit(Limit)

    /// A limit that stopped an evaluation.
    public enum Limit: String, Hashable, Sendable {
        case steps = "evaluation steps"
        case listElements = "elements of a list"
        case textBytes = "bytes of a text"
        case patternBacktracking = "backtracking of a pattern"
        case patternMemory = "memory of a pattern"
        case patternSteps = "steps of a pattern search"
        case patternTime = "time of a pattern search"
    }

    /// Whether the failure says that data is missing, not that something is wrong.
    public var isUnknown: Bool {
        if case .unknown = self { return true }
        return false
    }
}

extension EvaluationFailure: CustomStringConvertible {
    /// One clause, as messages and reports show it.
    public var description: String {
        switch self {
        case .unknown(let field): "`\(field)` is not known now"
        case .unbound(let name): "nothing is bound to `\(name)`"
        case .noSuchKey(let key): "the map has no key \(key)"
        case .noSuchField(let field): "there is no field `\(field)`"
        case .indexOutOfRange(let index): "the index \(index) is out of range"
        case .divisionByZero: "a division by zero"
        case .overflow: "the result is out of range"
        case .null(let name): "`\(name)` is null"
        case .noOverload(let what): "`\(what)` does not take these values"
        case .invalidArgument(let what): what
        case .emptyOptional: "the optional has no value"
        case .repeatedKey(let key): "the key \(key) is there twice"
        case .limit(let limit): "the limit of \(limit.rawValue) was reached"
        }
    }
}
