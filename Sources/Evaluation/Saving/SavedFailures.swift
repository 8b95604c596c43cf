import CEL

/// Why an aggregate has no value, in a saved state.
extension StateWriter {
    mutating func write(_ failure: EvaluationFailure) {
        switch failure {
        case .unknown(let field): write(0, field)
        case .unbound(let name): write(1, name)
        case .noSuchKey(let key): write(2, key)
        case .noSuchField(let field): write(3, field)
        case .indexOutOfRange(let index): write(4, String(index))
        case .divisionByZero: write(5, "")
        case .overflow: write(6, "")
        case .null(let name): write(7, name)
        case .noOverload(let what): write(8, what)
        case .invalidArgument(let what): write(9, what)
        case .emptyOptional: write(10, "")
        case .repeatedKey(let key): write(11, key)
        case .limit(let limit): write(12, limit.rawValue)
        }
    }

    private mutating func write(_ kind: UInt8, _ text: String) {
        write(kind)
        write(text)
    }
}

extension StateReader {
    mutating func readFailure() throws(StateFault) -> EvaluationFailure {
        let kind: UInt8 = try read()
        let text = try readText()
        switch kind {
        case 0: return .unknown(field: text)
        case 1: return .unbound(name: text)
        case 2: return .noSuchKey(text)
        case 3: return .noSuchField(text)
        case 4: return .indexOutOfRange(Int64(text) ?? 0)
        case 5: return .divisionByZero
        case 6: return .overflow
        case 7: return .null(name: text)
        case 8: return .noOverload(text)
        case 9: return .invalidArgument(text)
        case 10: return .emptyOptional
        case 11: return .repeatedKey(text)
        case 12:
            if let limit = EvaluationFailure.Limit(rawValue: text) { return .limit(limit) }
            throw .damaged("there is no limit of \(text)")
        default: throw .damaged("there is no failure of kind \(kind)")
        }
    }
}
