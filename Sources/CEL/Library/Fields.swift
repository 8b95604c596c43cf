/// What functions and operators do, over values.
enum Library {
    typealias Function =
        @Sendable ([Value], EvaluationContext) throws(EvaluationFailure) -> Value
    typealias Operation =
        @Sendable (Value, Value, EvaluationContext) throws(EvaluationFailure) -> Value

    /// Functions by full name, and functions on values by name; there the receiver is the first argument.
    static let functions: [String: Function] = merge([
        conversions, mathFunctions, networkFunctions, optionalFunctions, listFunctions, textFunctions,
        patternFunctions,
    ])
    static let members: [String: Function] = merge([
        textMembers, timeMembers, networkMembers, optionalMembers, listMembers,
    ])

    private static func merge(_ tables: [[String: Function]]) -> [String: Function] {
        tables.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
    }
}

// MARK: Fields and elements

extension Library {
    static func field(_ name: String, of value: Value) throws(EvaluationFailure) -> Value {
        switch value {
        case .map(let map):
            guard let found = map[text: name] else { throw .noSuchKey("`\(name)`") }
            return found
        case .object(let object):
            guard let field = object.type.field(name) else { throw .noSuchField(name) }
            let slot = object.row[field.slot]
            if field.isJSONText { return try JSONText.value(slot, label: name) }
            guard let found = Value(scalarOrBox: slot) else { throw .unknown(field: name) }
            return found
        case .optional: return try optionalField(name, of: value)
        case .null: throw .null(name: "the value before `.\(name)`")
        default: throw .noSuchField(name)
        }
    }

    static func hasField(_ name: String, in value: Value) throws(EvaluationFailure) -> Bool {
        switch value {
        case .map(let map): return map[text: name] != nil
        case .object(let object):
            guard object.type.field(name) != nil else { throw .noSuchField(name) }
            return try field(name, of: value) != .null
        case .optional(let inner):
            guard let inner else { return false }
            return try hasField(name, in: inner)
        case .null: throw .null(name: "the value before `.\(name)`")
        default: throw .noSuchField(name)
        }
    }

    /// `.?name`: an optional, empty when there is no such key.
    static func optionalField(_ name: String, of value: Value) throws(EvaluationFailure) -> Value {
        switch value {
        case .optional(let inner):
            guard let inner else { return .optional(nil) }
            return try optionalField(name, of: inner)
        case .map(let map): return wrap(map[text: name])
        case .object:
            let found = try field(name, of: value)
            return found == .null ? .optional(nil) : .optional(found)
        default: throw .noSuchKey("`\(name)`")
        }
    }

    /// An optional of a value that may itself be one.
    private static func wrap(_ found: Value?) -> Value {
        if case .optional? = found { return found ?? .null }
        return .optional(found)
    }

    static func element(_ index: Value, of container: Value) throws(EvaluationFailure) -> Value {
        switch container {
        case .list(let elements):
            guard let place = wholeNumber(index) else { throw .invalidArgument("the index of a list is an int") }
            guard place >= 0, place < Int64(elements.count) else { throw .indexOutOfRange(place) }
            return elements[Int(place)]
        case .map(let map):
            guard let found = map[index] else { throw .noSuchKey(shown(index)) }
            return found
        case .optional: return try optionalElement(index, of: container)
        case .null: throw .null(name: "the value before `[...]`")
        default: throw .noOverload("[...]")
        }
    }

    static func optionalElement(_ index: Value, of container: Value) throws(EvaluationFailure) -> Value {
        switch container {
        case .optional(let inner):
            guard let inner else { return .optional(nil) }
            return try optionalElement(index, of: inner)
        case .list(let elements):
            guard let place = wholeNumber(index) else { throw .invalidArgument("the index of a list is an int") }
            guard place >= 0, place < Int64(elements.count) else { return .optional(nil) }
            return .optional(elements[Int(place)])
        case .map(let map): return .optional(map[index])
        default: throw .noOverload("[?...]")
        }
    }

    private static func wholeNumber(_ value: Value) -> Int64? {
        switch value {
        case .int(let number): number
        case .uint(let number): Int64(exactly: number)
        case .double(let number): Int64(exactly: number)
        default: nil
        }
    }

    static func insert(_ value: Value, for key: Value, into map: inout MapValue) throws(EvaluationFailure) {
        switch key {
        case .bool, .int, .uint, .string: break
        default: throw .invalidArgument("a map's key is a bool, an int, a uint or text")
        }
        guard map.insert(value, for: key) else { throw .repeatedKey(shown(key)) }
    }

    /// A value as messages show it.
    static func shown(_ value: Value) -> String {
        switch value {
        case .string(let text): "\"\(text.prefix(64))\""
        default: (try? text(of: value)) ?? value.type.description
        }
    }
}
