internal import Foundation
internal import GRDB
internal import Timekeeping

extension Timestamp {
    /// A stored moment.
    init(stored microseconds: Int64) {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let borrow: Int64 = remainder < 0 ? 1 : 0
        self.init(seconds: quotient - borrow, nanoseconds: UInt32(remainder + borrow * 1_000_000) * 1000)
    }

    /// Microseconds since 1970; what is finer is cut off towards the past.
    var stored: Int64 { seconds * 1_000_000 + Int64(nanoseconds / 1000) }
}

/// JSON of stored bodies: keys sorted, so that equal values are equal text and SQL can compare them.
struct BodyEncoder {
    private let encoder: JSONEncoder

    init() {
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    }

    func text(of value: some Encodable) throws -> String {
        String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// Reads what ``BodyEncoder`` wrote.
struct BodyDecoder {
    private let decoder: JSONDecoder

    init() {
        decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    }

    /// - Throws: ``StoreError/unreadableRecord(table:key:reason:)``.
    func value<T: Decodable>(_ type: T.Type, from text: String, table: String, key: String) throws -> T {
        do {
            return try decoder.decode(type, from: Data(text.utf8))
        } catch {
            throw StoreError.unreadableRecord(table: table, key: key, reason: "\(error)")
        }
    }
}

/// The number by which tables name a connection.
enum ConnectionRow {
    /// The number, nil for a connection that nothing is stored of.
    static func id(of name: String, in database: Database) throws -> Int64? {
        let statement = try database.cachedStatement(sql: "SELECT id FROM connections WHERE name = ?")
        return try Int64.fetchOne(statement, arguments: [name])
    }

    /// The number, given now when there is none.
    static func makeID(of name: String, in database: Database) throws -> Int64 {
        if let id = try id(of: name, in: database) { return id }
        try database.execute(sql: "INSERT INTO connections (name) VALUES (?)", arguments: [name])
        return database.lastInsertedRowID
    }
}
