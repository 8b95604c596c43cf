import Foundation

/// The JSON of a small request body.
enum BodyValue: Decodable, Equatable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([BodyValue])
    case object([String: BodyValue])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let int = try? value.decode(Int.self) {
            self = .int(int)
        } else if let double = try? value.decode(Double.self) {
            self = .double(double)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([BodyValue].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: BodyValue].self))
        }
    }

    subscript(key: String) -> BodyValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var int: Int? {
        guard case .int(let value) = self else { return nil }
        return value
    }

    /// Integers of an array; text of digits counts too, as one client sends it.
    var integers: [Int]? {
        guard case .array(let values) = self else { return nil }
        var found: [Int] = []
        for value in values {
            guard let number = value.int ?? value.string.flatMap({ Int($0) }) else { return nil }
            found.append(number)
        }
        return found
    }
}

extension Call {
    /// The body as JSON; an empty body is an empty object.
    func json() throws(Failure) -> BodyValue {
        if body.isEmpty { return .object([:]) }
        do {
            return try JSONDecoder().decode(BodyValue.self, from: Data(body))
        } catch {
            throw .badRequest("the request body is not JSON")
        }
    }
}
