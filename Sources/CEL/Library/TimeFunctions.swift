import Timekeeping

/// Parts of times, in UTC or in a zone.
extension Library {
    static let timeMembers: [String: Function] = Dictionary(
        uniqueKeysWithValues: TimePart.allCases.map { ($0.rawValue, reader(of: $0)) })

    private static func reader(of part: TimePart) -> Function {
        { a, _ throws(EvaluationFailure) in
            switch a.first {
            case .timestamp(let moment)?: .int(part.of(moment, offset: try offset(of: moment, a, part)))
            case .duration(let span)?: .int(try length(of: span, a, part))
            case .null?: throw .null(name: "the time before `.\(part.rawValue)`")
            default: throw .noOverload(part.rawValue)
            }
        }
    }

    private static func offset(
        of moment: Timestamp, _ a: [Value], _ part: TimePart
    ) throws(EvaluationFailure) -> Int64 {
        if a.count == 1 { return 0 }
        guard a.count == 2, case .string(let name) = a[1] else { throw .noOverload(part.rawValue) }
        guard let zone = ZoneTable.zone(name) else {
            throw .invalidArgument("there is no time zone `\(name.prefix(64))`")
        }
        return zone.offset(at: moment.seconds)
    }

    private static func length(of span: TimeSpan, _ a: [Value], _ part: TimePart) throws(EvaluationFailure) -> Int64 {
        guard a.count == 1, let length = part.of(span) else { throw .noOverload(part.rawValue) }
        return length
    }
}
