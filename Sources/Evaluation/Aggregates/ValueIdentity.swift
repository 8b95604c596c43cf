import CEL
import Timekeeping

extension Value {
    /// Appends bytes that only equal values share: kind first, lengths before contents.
    func appendIdentity(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(0)
        case .bool(let flag): bytes += [1, flag ? 1 : 0]
        case .int(let number): Self.append(2, UInt64(bitPattern: number), &bytes)
        case .uint(let number): Self.append(3, number, &bytes)
        case .double(let number): Self.append(4, number.bitPattern, &bytes)
        case .string(let text): Self.append(5, text, &bytes)
        case .bytes(let content):
            Self.append(6, UInt64(content.count), &bytes)
            bytes += content
        case .list(let elements): Self.append(7, elements, &bytes)
        case .map(let map): Self.append(map, &bytes)
        case .timestamp(let moment):
            Self.append(9, UInt64(bitPattern: moment.seconds), &bytes)
            Self.append(9, UInt64(moment.nanoseconds), &bytes)
        case .duration(let span):
            Self.append(10, UInt64(bitPattern: span.seconds), &bytes)
            Self.append(10, UInt64(bitPattern: Int64(span.nanoseconds)), &bytes)
        case .type(let name): Self.append(11, name, &bytes)
        case .optional(let inner): Self.append(12, inner.map { [$0] } ?? [], &bytes)
        case .object(let object): Self.append(13, object.fieldValues, &bytes)
        case .ip(let address): Self.append(14, String(describing: address), &bytes)
        case .cidr(let block): Self.append(15, String(describing: block), &bytes)
        }
    }

    private static func append(_ kind: UInt8, _ word: UInt64, _ bytes: inout [UInt8]) {
        bytes.append(kind)
        withUnsafeBytes(of: word.littleEndian) { bytes += $0 }
    }

    private static func append(_ kind: UInt8, _ text: String, _ bytes: inout [UInt8]) {
        append(kind, UInt64(text.utf8.count), &bytes)
        bytes += text.utf8
    }

    private static func append(_ kind: UInt8, _ elements: [Value], _ bytes: inout [UInt8]) {
        append(kind, UInt64(elements.count), &bytes)
        for element in elements { element.appendIdentity(to: &bytes) }
    }

    /// Maps are equal whatever the order of their entries.
    private static func append(_ map: MapValue, _ bytes: inout [UInt8]) {
        let entries = zip(map.keys, map.values).map { key, value in
            var entry: [UInt8] = []
            key.appendIdentity(to: &entry)
            value.appendIdentity(to: &entry)
            return entry
        }
        append(8, UInt64(entries.count), &bytes)
        for entry in entries.sorted(by: { $0.lexicographicallyPrecedes($1) }) { bytes += entry }
    }
}
