#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The math extension, and distances on the globe.
extension Library {
    static let mathFunctions: [String: Function] = [
        "math.greatest": { a, _ throws(EvaluationFailure) in try extreme(a, "math.greatest", sign: 1) },
        "math.least": { a, _ throws(EvaluationFailure) in try extreme(a, "math.least", sign: -1) },
        "math.ceil": { a, _ throws(EvaluationFailure) in try rounded(a, "math.ceil", .up) },
        "math.floor": { a, _ throws(EvaluationFailure) in try rounded(a, "math.floor", .down) },
        "math.round": { a, _ throws(EvaluationFailure) in
            try rounded(a, "math.round", .toNearestOrAwayFromZero)
        },
        "math.trunc": { a, _ throws(EvaluationFailure) in try rounded(a, "math.trunc", .towardZero) },
        "math.sqrt": { a, _ throws(EvaluationFailure) in
            switch try one(a, "math.sqrt") {
            case .double(let number): .double(number.squareRoot())
            case .int(let number): .double(Double(number).squareRoot())
            case .uint(let number): .double(Double(number).squareRoot())
            default: throw .noOverload("math.sqrt")
            }
        },
        "math.isInf": { a, _ throws(EvaluationFailure) in .bool(try double(a, "math.isInf").isInfinite) },
        "math.isNaN": { a, _ throws(EvaluationFailure) in .bool(try double(a, "math.isNaN").isNaN) },
        "math.isFinite": { a, _ throws(EvaluationFailure) in .bool(try double(a, "math.isFinite").isFinite) },
        "math.abs": { a, _ throws(EvaluationFailure) in
            switch try one(a, "math.abs") {
            case .int(let number):
                if number == .min { throw .overflow }
                return .int(abs(number))
            case .uint(let number): return .uint(number)
            case .double(let number): return .double(abs(number))
            default: throw .noOverload("math.abs")
            }
        },
        "math.sign": { a, _ throws(EvaluationFailure) in
            switch try one(a, "math.sign") {
            case .int(let number): .int(number.signum())
            case .uint(let number): .uint(number == 0 ? 0 : 1)
            case .double(let number): .double(number.isNaN ? number : number == 0 ? 0 : number < 0 ? -1 : 1)
            default: throw .noOverload("math.sign")
            }
        },
        "math.bitAnd": { a, _ throws(EvaluationFailure) in try bits(a, "math.bitAnd", { $0 & $1 }) },
        "math.bitOr": { a, _ throws(EvaluationFailure) in try bits(a, "math.bitOr", { $0 | $1 }) },
        "math.bitXor": { a, _ throws(EvaluationFailure) in try bits(a, "math.bitXor", { $0 ^ $1 }) },
        "math.bitNot": { a, _ throws(EvaluationFailure) in
            switch try one(a, "math.bitNot") {
            case .int(let number): .int(~number)
            case .uint(let number): .uint(~number)
            default: throw .noOverload("math.bitNot")
            }
        },
        "math.bitShiftLeft": { a, _ throws(EvaluationFailure) in
            try shifted(a, "math.bitShiftLeft") { $0 << $1 }
        },
        "math.bitShiftRight": { a, _ throws(EvaluationFailure) in
            try shifted(a, "math.bitShiftRight") { $0 >> $1 }
        },
        "geo_km": { a, _ throws(EvaluationFailure) in try distance(a) },
    ]

    private static func double(_ arguments: [Value], _ name: String) throws(EvaluationFailure) -> Double {
        guard case .double(let number) = try one(arguments, name) else { throw .noOverload(name) }
        return number
    }

    private static func rounded(
        _ arguments: [Value], _ name: String, _ rule: FloatingPointRoundingRule
    ) throws(EvaluationFailure) -> Value {
        .double(try double(arguments, name).rounded(rule))
    }

    private static func extreme(
        _ arguments: [Value], _ name: String, sign: Int
    ) throws(EvaluationFailure) -> Value {
        var numbers = arguments
        if arguments.count == 1, case .list(let elements) = arguments[0] { numbers = elements }
        guard var best = numbers.first, numbers.allSatisfy(\.isNumber) else { throw .noOverload(name) }
        for number in numbers.dropFirst() where (number.compared(to: best) ?? 0) * sign > 0 { best = number }
        return best
    }

    private static func bits(
        _ arguments: [Value], _ name: String, _ apply: (UInt64, UInt64) -> UInt64
    ) throws(EvaluationFailure) -> Value {
        guard arguments.count == 2 else { throw .noOverload(name) }
        switch (arguments[0], arguments[1]) {
        case (.int(let one), .int(let two)):
            return .int(Int64(bitPattern: apply(UInt64(bitPattern: one), UInt64(bitPattern: two))))
        case (.uint(let one), .uint(let two)): return .uint(apply(one, two))
        default: throw .noOverload(name)
        }
    }

    /// Shifts without sign: zeros come in from both sides, and 64 places or more give 0.
    private static func shifted(
        _ arguments: [Value], _ name: String, _ apply: (UInt64, Int64) -> UInt64
    ) throws(EvaluationFailure) -> Value {
        guard arguments.count == 2, case .int(let places) = arguments[1] else { throw .noOverload(name) }
        guard places >= 0 else { throw .invalidArgument("`\(name)` cannot shift by \(places) places") }
        switch arguments[0] {
        case .int(let number): return .int(Int64(bitPattern: apply(UInt64(bitPattern: number), places)))
        case .uint(let number): return .uint(apply(number, places))
        default: throw .noOverload(name)
        }
    }

    private static func distance(_ arguments: [Value]) throws(EvaluationFailure) -> Value {
        var degrees: [Double] = []
        for argument in arguments {
            guard case .double(let number) = argument else {
                if case .null = argument { throw .null(name: "an argument of geo_km") }
                throw .noOverload("geo_km")
            }
            degrees.append(number)
        }
        guard degrees.count == 4 else { throw .noOverload("geo_km") }
        return .double(try kilometres(degrees[0], degrees[1], degrees[2], degrees[3]))
    }

    /// Kilometres between two places on a globe of radius 6371.0088 km, by the haversine formula.
    ///
    /// Two places a quarter of the equator apart are 10,007.557 km from each other.
    static func kilometres(
        _ latitude: Double, _ longitude: Double, _ otherLatitude: Double, _ otherLongitude: Double
    ) throws(EvaluationFailure) -> Double {
        guard abs(latitude) <= 90, abs(otherLatitude) <= 90, abs(longitude) <= 180, abs(otherLongitude) <= 180 else {
            throw .invalidArgument("a latitude is -90 to 90 and a longitude -180 to 180 degrees")
        }
        let radians = Double.pi / 180
        let north = sin((otherLatitude - latitude) * radians / 2)
        let east = sin((otherLongitude - longitude) * radians / 2)
        let chord = north * north + cos(latitude * radians) * cos(otherLatitude * radians) * east * east
        return 2 * 6371.0088 * asin(min(1, chord.squareRoot()))
    }
}
