/// The codes of everything this module can say about an expression; never reused.
public enum DiagnosticCode: String, CaseIterable, Sendable {
    case syntax = "R0201"
    case unknownName = "R0202"
    case noSuchField = "R0203"
    case noOverload = "R0204"
    case badPattern = "R0205"
    case patternNotConstant = "R0206"
    case badMacro = "R0207"
    case tooLarge = "R0208"
    case unknownFunction = "R0209"
    case mixedTypes = "R0210"
    case badArgument = "R0212"
    case notBool = "R0213"
    case weakPattern = "R0214"
    case noValue = "R0215"

    /// What the code means, in one line.
    public var meaning: String {
        switch self {
        case .syntax: "the text does not follow the grammar"
        case .unknownName: "no variable, constant or type has this name"
        case .noSuchField: "the record has no such field, or the value has no fields"
        case .noOverload: "the operator or function does not take operands of these types"
        case .badPattern: "the regular expression is not valid, or uses what is refused here"
        case .patternNotConstant: "a regular expression must be known when the rule is loaded"
        case .badMacro: "a macro was given something else than it takes"
        case .tooLarge: "the expression is longer or nested deeper than its limit"
        case .unknownFunction: "no function has this name"
        case .mixedTypes: "the elements of a list or map, or two branches, have types that do not agree"
        case .badArgument: "a constant argument can never be valid"
        case .notBool: "a condition is not true or false"
        case .weakPattern: "some text makes the search of a regular expression give up or take long"
        case .noValue: "the expression is right, and has no value for the values it was given"
        }
    }
}
