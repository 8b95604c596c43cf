/// The type of an expression, as the checker knows it.
public indirect enum CELType: Hashable, Sendable {
    /// Not known before the value is there; allowed only where an environment allows it.
    case dyn
    case null, bool, int, uint, double, string, bytes, timestamp, duration
    case list(CELType)
    case map(CELType, CELType)
    case optional(CELType)
    /// The type of a type: `int` has the type `type(int)`.
    case type(CELType)
    /// A record that an environment declared, by name.
    case object(String)
    case ip, cidr
    /// A type that a call's arguments decide.
    case parameter(String)
    /// `T` or null: what a nullable field has.
    case wrapper(CELType)
    /// A type of the embedder that CEL only passes around.
    case opaque(String, [CELType])
    /// What an expression that was already refused has, so that one cause gives one message.
    case error

    /// Whether the type is `int`, `uint` or `double`.
    public var isNumeric: Bool { self == .int || self == .uint || self == .double }

    /// The type without the possibility of null.
    public var withoutNull: CELType {
        if case .wrapper(let inner) = self { return inner }
        return self
    }

    /// The type that stands for an unknown element: itself for all but `parameter`, which becomes `dyn`.
    var settled: CELType {
        switch self {
        case .parameter: .dyn
        case .list(let element): .list(element.settled)
        case .map(let key, let value): .map(key.settled, value.settled)
        case .optional(let inner): .optional(inner.settled)
        case .type(let inner): .type(inner.settled)
        case .wrapper(let inner): .wrapper(inner.settled)
        case .opaque(let name, let parts): .opaque(name, parts.map(\.settled))
        default: self
        }
    }
}

extension CELType: CustomStringConvertible {
    /// The type in words, for messages: `list of string`, `int or null`.
    public var description: String {
        switch self {
        case .dyn: "dyn"
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .list(.parameter), .list(.dyn): "list"
        case .list(let element): "list of \(element)"
        case .map(.parameter, .parameter), .map(.dyn, .dyn): "map"
        case .map(let key, let value): "map from \(key) to \(value)"
        case .optional(.parameter), .optional(.dyn): "optional"
        case .optional(let inner): "optional \(inner)"
        case .type: "type"
        case .object(let name): name
        case .ip: "ip"
        case .cidr: "cidr"
        case .parameter: "any type"
        case .wrapper(let inner): "\(inner) or null"
        case .opaque(let name, let parts):
            parts.isEmpty ? name : "\(name) of \(parts.map(\.description).joined(separator: ", "))"
        case .error: "an error"
        }
    }

    /// The type as CEL writes it: `list(string)`, `null_type`, `optional_type(int)`.
    public var formalName: String {
        switch self {
        case .null: "null_type"
        case .list(let element): "list(\(element.formalName))"
        case .map(let key, let value): "map(\(key.formalName), \(value.formalName))"
        case .optional(let inner): "optional_type(\(inner.formalName))"
        case .type(let inner): "type(\(inner.formalName))"
        case .ip: "net.IP"
        case .cidr: "net.CIDR"
        case .parameter(let name): "<\(name)>"
        case .wrapper(let inner): "wrapper(\(inner.formalName))"
        case .opaque(let name, let parts):
            parts.isEmpty ? name : "\(name)(\(parts.map(\.formalName).joined(separator: ", ")))"
        default: description
        }
    }

    /// The name that `type(x)` gives at run time, where a list is a list whatever is in it.
    public var runtimeName: String {
        switch self {
        case .null: "null_type"
        case .list: "list"
        case .map: "map"
        case .optional: "optional_type"
        case .type: "type"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .ip: "net.IP"
        case .cidr: "net.CIDR"
        case .wrapper(let inner): inner.runtimeName
        case .opaque(let name, _): name
        default: description
        }
    }

    /// The types that have a name in every expression.
    static let named: [String: CELType] = [
        "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string, "bytes": .bytes,
        "list": .list(.dyn), "map": .map(.dyn, .dyn), "null_type": .null, "type": .type(.dyn),
        "optional_type": .optional(.dyn), "google.protobuf.Timestamp": .timestamp,
        "google.protobuf.Duration": .duration, "net.IP": .ip, "net.CIDR": .cidr,
    ]
}
