/// A map of CEL: keys are bool, int, uint or string, and numbers that are equal are one key.
///
/// Entries keep the order in which they were written, so that whatever is printed from a map is the same each time.
public struct MapValue: Sendable {
    /// A key in the form in which `1`, `1u` and `1.0` are the same.
    enum Key: Hashable, Sendable {
        case bool(Bool)
        case number(Int128)
        case text(CodePoints)

        /// nil for what can never be a key.
        init?(_ value: Value) {
            switch value {
            case .bool(let flag): self = .bool(flag)
            case .int(let number): self = .number(Int128(number))
            case .uint(let number): self = .number(Int128(number))
            case .double(let number):
                guard let whole = Int128(exactly: number) else { return nil }
                self = .number(whole)
            case .string(let text): self = .text(CodePoints(text))
            default: return nil
            }
        }
    }

    public private(set) var keys: [Value] = []
    public private(set) var values: [Value] = []
    private var places: [Key: Int] = [:]

    /// A map without entries.
    public init() {}

    /// A map from pairs with different keys; later pairs with a key already there are left out.
    public init(_ pairs: some Sequence<(Value, Value)>) {
        for (key, value) in pairs { _ = insert(value, for: key) }
    }

    public var count: Int { keys.count }
    public var isEmpty: Bool { keys.isEmpty }

    /// The value of a key; a double that is a whole number finds the int of that value.
    public subscript(_ key: Value) -> Value? {
        Key(key).flatMap { places[$0] }.map { values[$0] }
    }

    /// The value of a text key.
    public subscript(text key: String) -> Value? {
        places[.text(CodePoints(key))].map { values[$0] }
    }

    /// Adds an entry.
    ///
    /// - Returns: false, and no change, when the key is there already or cannot be a key.
    public mutating func insert(_ value: Value, for key: Value) -> Bool {
        guard let place = Key(key), places[place] == nil else { return false }
        places[place] = keys.count
        keys.append(key)
        values.append(value)
        return true
    }

    func isIdentical(to other: MapValue) -> Bool {
        guard count == other.count else { return false }
        for (key, value) in zip(keys, values) {
            guard let place = Key(key).flatMap({ other.places[$0] }), other.keys[place] == key,
                other.values[place] == value
            else { return false }
        }
        return true
    }
}
