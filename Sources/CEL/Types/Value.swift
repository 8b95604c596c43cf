public import Timekeeping

/// A value of CEL, when it is not in a slot.
///
/// `==` and hashing are exact: kind and payload must agree, text by its code points, doubles by their bits. The
/// equality of the language, in which 1 equals 1.0, is `equals(_:)`.
public enum Value: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([Value])
    case map(MapValue)
    case timestamp(Timestamp)
    case duration(TimeSpan)
    /// A type by the name that `type(x)` gives.
    case type(String)
    indirect case optional(Value?)
    case object(ObjectValue)
    case ip(IPAddress)
    case cidr(AddressBlock)

    /// The type, as far as the value alone tells it.
    public var type: CELType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .list(let elements): .list(elements.first?.type ?? .dyn)
        case .map(let map): .map(map.keys.first?.type ?? .dyn, map.values.first?.type ?? .dyn)
        case .timestamp: .timestamp
        case .duration: .duration
        case .type: .type(.dyn)
        case .optional(let inner): .optional(inner?.type ?? .dyn)
        case .object(let object): .object(object.type.name)
        case .ip: .ip
        case .cidr: .cidr
        }
    }
}

extension Value: Hashable {
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let one), .bool(let two)): one == two
        case (.int(let one), .int(let two)): one == two
        case (.uint(let one), .uint(let two)): one == two
        case (.double(let one), .double(let two)): one.bitPattern == two.bitPattern
        case (.string(let one), .string(let two)), (.type(let one), .type(let two)): sameText(one, two)
        case (.bytes(let one), .bytes(let two)): one == two
        case (.list(let one), .list(let two)): one == two
        case (.map(let one), .map(let two)): one.isIdentical(to: two)
        case (.timestamp(let one), .timestamp(let two)): one == two
        case (.duration(let one), .duration(let two)): one == two
        case (.optional(let one), .optional(let two)): one == two
        case (.object(let one), .object(let two)): one === two || one.fieldValues == two.fieldValues
        case (.ip(let one), .ip(let two)): one == two
        case (.cidr(let one), .cidr(let two)): one == two
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .uint(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value.bitPattern)
        case .string(let text), .type(let text): hashText(text, into: &hasher)
        case .bytes(let bytes): hasher.combine(bytes)
        case .list(let elements): hasher.combine(elements)
        case .map(let map): hasher.combine(map.count)
        case .timestamp(let moment): hasher.combine(moment)
        case .duration(let span): hasher.combine(span)
        case .optional(let inner): hasher.combine(inner)
        case .object(let object): hasher.combine(object.fieldValues)
        case .ip(let address): hasher.combine(address)
        case .cidr(let block): hasher.combine(block)
        }
    }
}

/// Whether two texts have the same code points; Swift's own `==` takes `é` and `e` with an accent for equal.
@inline(__always)
func sameText(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
}

/// Hashes code points, to agree with `sameText(_:_:)`.
func hashText(_ text: String, into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(UInt8(0xff))
}

/// Text that is hashed and compared by its code points.
struct CodePoints: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: CodePoints, right: CodePoints) -> Bool { sameText(left.text, right.text) }
    func hash(into hasher: inout Hasher) { hashText(text, into: &hasher) }
}
