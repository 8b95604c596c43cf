/// The equality and the order of the language.
extension Value {
    /// Whether CEL's `==` holds: numbers compare by value across their types, NaN equals nothing, values of different
    /// kinds are not equal.
    public func equals(_ other: Value) -> Bool {
        switch (self, other) {
        case (.int(let left), .int(let right)): return left == right
        case (.string(let left), .string(let right)): return sameText(left, right)
        case (.double(let left), .double(let right)): return left == right
        case (.int, .uint), (.uint, .int), (.int, .double), (.double, .int), (.uint, .double), (.double, .uint):
            return compareNumbers(other) == .some(0)
        case (.list(let left), .list(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
        case (.map(let left), .map(let right)):
            guard left.count == right.count else { return false }
            return zip(left.keys, left.values).allSatisfy { key, value in right[key].map { value.equals($0) } ?? false }
        case (.optional(let left), .optional(let right)):
            switch (left, right) {
            case (nil, nil): return true
            case (let left?, let right?): return left.equals(right)
            default: return false
            }
        case (.object(let left), .object(let right)):
            guard left !== right else { return true }
            return left.type.name == right.type.name
                && zip(left.fieldValues, right.fieldValues).allSatisfy { $0.equals($1) }
        default: return self == other
        }
    }

    /// -1, 0 or 1 for values that have an order to each other; nil for NaN and for kinds that have none.
    public func compared(to other: Value) -> Int? {
        switch (self, other) {
        case (.bool(let left), .bool(let right)): order(left ? 1 : 0, right ? 1 : 0)
        case (.string(let left), .string(let right)): compareText(left, right)
        case (.bytes(let left), .bytes(let right)): compareBytes(left, right)
        case (.timestamp(let left), .timestamp(let right)): order(left, right)
        case (.duration(let left), .duration(let right)): order(left, right)
        default: compareNumbers(other)
        }
    }

    /// Whether the two kinds have an order to each other, even if these two values (NaN) have none.
    func isOrdered(with other: Value) -> Bool {
        switch (self, other) {
        case (.bool, .bool), (.string, .string), (.bytes, .bytes), (.timestamp, .timestamp),
            (.duration, .duration):
            true
        default: isNumber && other.isNumber
        }
    }

    var isNumber: Bool {
        switch self {
        case .int, .uint, .double: true
        default: false
        }
    }

    private func compareNumbers(_ other: Value) -> Int? {
        switch (self, other) {
        case (.int(let left), .int(let right)): order(left, right)
        case (.uint(let left), .uint(let right)): order(left, right)
        case (.int(let left), .uint(let right)): order(Int128(left), Int128(right))
        case (.uint(let left), .int(let right)): order(Int128(left), Int128(right))
        case (.double(let left), .double(let right)): compareDouble(left, right)
        case (.double(let left), .int(let right)): compareDouble(left, Double(right))
        case (.double(let left), .uint(let right)): compareDouble(left, Double(right))
        case (.int(let left), .double(let right)): compareDouble(right, Double(left)).map { -$0 }
        case (.uint(let left), .double(let right)): compareDouble(right, Double(left)).map { -$0 }
        default: nil
        }
    }
}

@inline(__always)
func order<T: Comparable>(_ left: T, _ right: T) -> Int { left < right ? -1 : left == right ? 0 : 1 }

/// The order of two doubles; nil for NaN.
///
/// A whole number is compared with a double as the nearest double, as the conformance suite asks.
func compareDouble(_ left: Double, _ right: Double) -> Int? {
    left.isNaN || right.isNaN ? nil : order(left, right)
}

/// The order of texts by their code points, which is the order of their UTF-8.
func compareText(_ left: String, _ right: String) -> Int {
    if left.utf8.lexicographicallyPrecedes(right.utf8) { return -1 }
    return sameText(left, right) ? 0 : 1
}

func compareBytes(_ left: [UInt8], _ right: [UInt8]) -> Int {
    if left.lexicographicallyPrecedes(right) { return -1 }
    return left == right ? 0 : 1
}
