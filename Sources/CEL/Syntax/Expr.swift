public import Diagnostics

/// A node of a parsed expression.
public struct Expr: Sendable {
    /// Unique in its tree; what a checker learned is kept by this number.
    public let id: Int
    /// Where it stands in the text.
    public let span: Span
    public let kind: Kind

    public init(id: Int, span: Span, kind: Kind) {
        self.id = id
        self.span = span
        self.kind = kind
    }

    /// What a node is.
    public indirect enum Kind: Sendable {
        case literal(Value)
        /// `x`, or `.x` when rooted: a name that no container and no macro variable hides.
        case name(String, isRooted: Bool)
        /// `operand.field`, or `operand.?field` when optional.
        case select(Expr, field: String, fieldSpan: Span, isOptional: Bool)
        /// `has(operand.field)`.
        case has(Expr, field: String, fieldSpan: Span)
        /// `operand[index]`, or `operand[?index]` when optional.
        case index(Expr, Expr, isOptional: Bool)
        case unary(UnaryOperator, Expr)
        case binary(BinaryOperator, Expr, Expr)
        /// Two or more operands of `&&`, in order of writing.
        case and([Expr])
        /// Two or more operands of `||`, in order of writing.
        case or([Expr])
        case conditional(Expr, Expr, Expr)
        /// `function(arguments)`, or `receiver.function(arguments)`.
        case call(function: String, nameSpan: Span, receiver: Expr?, arguments: [Expr])
        case list([Element])
        case map([Entry])
        /// `Type{field: value}`; this engine has no such types, the checker says so.
        case construct(type: String, fields: [Expr])
        case comprehension(Comprehension)
        /// `cel.bind(name, value, body)`.
        case bind(Variable, value: Expr, body: Expr)
        /// `operand.optMap(name, body)`, or `optFlatMap` when flat.
        case optionalMap(Expr, Variable, body: Expr, isFlat: Bool)
        /// What stands for text that could not be read; the parser has said why.
        case invalid
    }

    /// An element of a list literal.
    public struct Element: Sendable {
        public let value: Expr
        /// `?value`: left out when the optional is empty.
        public let isOptional: Bool
    }

    /// An entry of a map literal.
    public struct Entry: Sendable {
        public let key: Expr
        public let value: Expr
        /// `?key: value`: left out when the optional is empty.
        public let isOptional: Bool
    }

    /// A name that a macro gives to something.
    public struct Variable: Sendable {
        public let name: String
        public let span: Span
    }

    /// A macro that walks a list or a map.
    public struct Comprehension: Sendable {
        public enum Macro: String, Sendable {
            case all, exists
            case existsOne = "exists_one"
            case map, filter, transformList, transformMap, transformMapEntry, sortBy
        }

        public let macro: Macro
        public let range: Expr
        public let first: Variable
        /// The second variable of the two-variable forms: then `first` is the index or the key.
        public let second: Variable?
        /// What an element must satisfy; nil where the macro was written without.
        public let condition: Expr?
        /// What is made of an element; nil for the macros that only test.
        public let result: Expr?
    }
}

/// An operator with one operand.
public enum UnaryOperator: String, Sendable {
    case not = "!"
    case negate = "-"
}

/// An operator with two operands that evaluates both.
public enum BinaryOperator: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
}

extension Expr {
    /// The nodes directly below, in order of writing.
    public var children: [Expr] {
        switch kind {
        case .literal, .name, .invalid: []
        case .select(let operand, _, _, _), .has(let operand, _, _), .unary(_, let operand): [operand]
        case .index(let left, let right, _), .binary(_, let left, let right): [left, right]
        case .and(let parts), .or(let parts): parts
        case .conditional(let test, let yes, let no): [test, yes, no]
        case .call(_, _, let receiver, let arguments): (receiver.map { [$0] } ?? []) + arguments
        case .list(let elements): elements.map(\.value)
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .construct(_, let fields): fields
        case .comprehension(let loop):
            [loop.range] + (loop.condition.map { [$0] } ?? []) + (loop.result.map { [$0] } ?? [])
        case .bind(_, let value, let body): [value, body]
        case .optionalMap(let operand, _, let body, _): [operand, body]
        }
    }

    /// Calls `visit` for this node and all below it, parents first.
    public func walk(_ visit: (Expr) -> Void) {
        visit(self)
        for child in children { child.walk(visit) }
    }

    /// The names of a plain chain such as `a.b.c`, nil for any other node.
    public var qualifiedName: [String]? {
        switch kind {
        case .name(let name, _): return [name]
        case .select(let operand, let field, _, false):
            guard var path = operand.qualifiedName else { return nil }
            path.append(field)
            return path
        default: return nil
        }
    }

    /// Whether the chain of `qualifiedName` begins with a dot.
    var isRooted: Bool {
        switch kind {
        case .name(_, let isRooted): isRooted
        case .select(let operand, _, _, _): operand.isRooted
        default: false
        }
    }
}
