import CEL
import Timekeeping

/// Values of the language in a saved state: a number for the kind, then the content.
extension StateWriter {
    mutating func write(_ value: Value) throws(StateFault) {
        switch value {
        case .null: write(UInt8(0))
        case .bool(let flag): write(1, flag ? 1 as UInt8 : 0)
        case .int(let number): write(2, number)
        case .uint(let number): write(3, number)
        case .double(let number): write(4, number.bitPattern)
        case .string(let text):
            write(UInt8(5))
            write(text)
        case .bytes(let content):
            write(UInt8(6))
            content.withUnsafeBytes { write($0) }
        case .list(let elements):
            write(UInt8(7))
            try write(each: elements) { element, writer throws(StateFault) in try writer.write(element) }
        case .map(let map):
            write(UInt8(8))
            try write(each: Array(zip(map.keys, map.values))) { pair, writer throws(StateFault) in
                try writer.write(pair.0)
                try writer.write(pair.1)
            }
        case .timestamp(let moment):
            write(UInt8(9))
            write(moment)
        case .duration(let span):
            write(10, span.seconds)
            write(Int64(span.nanoseconds))
        case .type(let name):
            write(UInt8(11))
            write(name)
        case .optional(let inner):
            write(UInt8(12))
            try write(ifAny: inner) { inner, writer throws(StateFault) in try writer.write(inner) }
        case .object(let object): throw .unsavable("an object of type \(object.type.name)")
        case .ip(let address):
            write(UInt8(14))
            write(String(describing: address))
        case .cidr(let block):
            write(UInt8(15))
            write(String(describing: block))
        }
    }

    private mutating func write(_ kind: UInt8, _ number: some FixedWidthInteger) {
        write(kind)
        write(number)
    }

    mutating func write(_ key: GroupKey) throws(StateFault) {
        try write(each: key.values) { value, writer throws(StateFault) in try writer.write(value) }
    }
}

extension StateReader {
    /// How deep lists, maps and optionals may lie in each other; what expressions make is far below.
    private static let depthLimit = 64

    mutating func readValue(depth: Int = 0) throws(StateFault) -> Value {
        guard depth < Self.depthLimit else { throw .damaged("values lie in values too deep") }
        let kind: UInt8 = try read()
        switch kind {
        case 0: return .null
        case 1: return .bool(try readFlag())
        case 2: return .int(try read())
        case 3: return .uint(try read())
        case 4: return .double(try readDouble())
        case 5: return .string(try readText())
        case 6: return .bytes(Array(try readContent()))
        case 7:
            return .list(try readEach { reader throws(StateFault) in try reader.readValue(depth: depth + 1) })
        case 8:
            let pairs = try readEach { reader throws(StateFault) in
                let key = try reader.readValue(depth: depth + 1)
                return (key, try reader.readValue(depth: depth + 1))
            }
            return .map(MapValue(pairs))
        case 9: return .timestamp(try readMoment())
        case 10:
            let seconds: Int64 = try read()
            return .duration(TimeSpan(seconds: seconds, nanoseconds: try read()))
        case 11: return .type(try readText())
        case 12:
            return .optional(try readIfAny { reader throws(StateFault) in try reader.readValue(depth: depth + 1) })
        case 14, 15: return try readAddress(isBlock: kind == 15)
        default: throw .damaged("there is no value of kind \(kind)")
        }
    }

    private mutating func readAddress(isBlock: Bool) throws(StateFault) -> Value {
        let text = try readText()
        let value = isBlock ? AddressBlock(text).map(Value.cidr) : IPAddress(text).map(Value.ip)
        guard let value else { throw .damaged("an address that is none") }
        return value
    }

    mutating func readKey() throws(StateFault) -> GroupKey {
        GroupKey(values: try readEach { reader throws(StateFault) in try reader.readValue() })
    }
}
