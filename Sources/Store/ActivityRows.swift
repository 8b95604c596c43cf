internal import Directory
internal import FieldStorage
internal import Foundation
internal import GRDB
internal import Timekeeping

/// Writes activities as rows and reads them back into batches.
///
/// What came over the wire is kept as its text and decoded again; beside it stand the columns one searches by, and
/// what was decided when it came: enrichment, lateness, who saw it. What has no wire form is kept as JSON of our
/// field names.
struct ActivityRows {
    private static let insertion = """
        INSERT INTO activities (connection, source, id, time, type_id, kind, actor_id, user_id, ip, country, latitude,
            longitude, asn, is_anonymous, network, observed_by, is_late, shape, raw, enrichment, unknown_fields)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (connection, source, id) DO NOTHING
        """

    static let columns = """
        position, source, shape, raw, observed_by, is_late, country, latitude, longitude, asn, is_anonymous, network,
            unknown_fields
        """

    /// What enrichment fills; bit n of `unknown_fields` says that the n-th could not be looked up.
    private static let enriched: [ActivityField] = [.country, .latitude, .longitude, .asn, .isAnonymous, .network]

    /// Inserts those that are not here yet.
    ///
    /// - Parameter edges: What is late, and what too late to be an activity; nil: nothing.
    static func insert(
        _ batch: ActivityBatch, connection: Int64, source: ActivitySource, readUntil: Timestamp = .earliest,
        edges: LateEdges? = nil, into database: Database
    ) throws -> CommittedActivities {
        let statement = try database.cachedStatement(sql: insertion)
        let enrichment = try batch.enrichedBy.flatMap { try enrichmentID($0, in: database) }
        var done = CommittedActivities()
        for row in 0..<batch.count {
            let activity = batch.activity(at: row)
            if let edges, activity.time < edges.quarantine {
                let isNew = try edges.quarantine(
                    activity, connection: connection, source: source, readUntil: readUntil, in: database)
                if isNew { done.tooLate += 1 }
                continue
            }
            let isLate = activity[.isLate].boolValue || edges.map { activity.time < $0.late } ?? false
            let before = database.totalChangesCount
            statement.setUncheckedArguments(
                try arguments(
                    activity, connection: connection, source: source, isLate: isLate, enrichment: enrichment))
            try statement.execute()
            guard database.totalChangesCount > before else { continue }
            done.new += 1
            if isLate { done.late += 1 }
            if activity.kind == unknownKind { try countUnknown(activity, connection, database) }
        }
        return done
    }

    /// The number of what says which databases were asked.
    private static func enrichmentID(_ provenance: String, in database: Database) throws -> Int64? {
        try database.execute(
            sql: "INSERT INTO enrichments (provenance) VALUES (?) ON CONFLICT (provenance) DO NOTHING",
            arguments: [provenance])
        return try Int64.fetchOne(
            database, sql: "SELECT id FROM enrichments WHERE provenance = ?", arguments: [provenance])
    }

    private static let unknownKind = ActivityKind.unknown.kind

    /// Counts an activity of a type that is not known here.
    private static func countUnknown(_ activity: Activity, _ connection: Int64, _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO unknown_event_types (connection, type_id, count, first_seen, last_seen)
                VALUES (?, ?, 1, ?, ?)
                ON CONFLICT (connection, type_id) DO UPDATE SET count = count + 1,
                    first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)
                """)
        try statement.execute(
            arguments: [
                connection, activity.integer(.typeID) ?? 0, activity.time.stored, activity.time.stored,
            ])
    }

    private static func arguments(
        _ activity: Activity, connection: Int64, source: ActivitySource, isLate: Bool, enrichment: Int64?
    ) throws -> StatementArguments {
        let observedBy = activity.text(.observedBy) ?? source.rawValue
        let wire = observedBy == "snapshot" || observedBy == "rule" ? nil : activity.text(.raw)
        let id = activity.id
        let isNumeric = !id.isEmpty && id.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
        let shape: ActivityShape = wire == nil ? .derived : isNumeric ? .api : .webhook
        let values: [(any DatabaseValueConvertible)?] = [
            connection, source.rawValue, id, activity.time.stored, activity.integer(.typeID) ?? 0, activity.kind,
            activity.integer(.actorID), activity.integer(.userID), activity.text(.ip), activity.text(.country),
            double(activity[.latitude]), double(activity[.longitude]), activity.integer(.asn),
            activity[.isAnonymous].tag == .bool ? activity[.isAnonymous].boolValue : nil, activity.text(.network),
            observedBy, isLate, shape.rawValue,
            try wire ?? DerivedActivity.text(of: activity), activity.text(.ip) == nil ? nil : enrichment,
            unknownFields(activity),
        ]
        return StatementArguments(values)
    }

    private static func unknownFields(_ activity: Activity) -> Int64? {
        var bits: Int64 = 0
        for (place, field) in enriched.enumerated() where activity[field].tag == .unknown { bits |= 1 << place }
        return bits == 0 ? nil : bits
    }

    private static func double(_ slot: Slot) -> Double? { slot.tag == .double ? slot.doubleValue : nil }

    /// Appends one row of ``columns`` to a batch that has room.
    ///
    /// - Returns: Its position.
    static func append(_ row: Row, to batch: ActivityBatch, decoder: any ActivityDecoder) throws -> Int64 {
        let position: Int64 = row[0]
        let text = batch.arena.copy(row[3] as String)
        let place = batch.count
        do {
            if row[2] as String == ActivityShape.derived.rawValue {
                try DerivedActivity.append(text, to: batch)
            } else {
                let source = ActivitySource(rawValue: row[1] as String) ?? .file
                try decoder.decode(text.text, into: batch, source: source)
                batch[place, .raw] = text
            }
        } catch let error as UnreadableRecord {
            throw StoreError.unreadableActivity(position: position, reason: error.reason)
        }
        guard batch.count == place + 1 else {
            let reason = "it reads as \(batch.count - place) activities"
            throw StoreError.unreadableActivity(position: position, reason: reason)
        }
        batch[place, .observedBy] = batch.arena.copy(row[4] as String)
        batch[place, .isLate] = .bool(row[5])
        batch[place, .country] = (row[6] as String?).map { batch.arena.copy($0) } ?? .null
        batch[place, .latitude] = (row[7] as Double?).map(Slot.double) ?? .null
        batch[place, .longitude] = (row[8] as Double?).map(Slot.double) ?? .null
        batch[place, .asn] = (row[9] as Int64?).map(Slot.int) ?? .null
        batch[place, .isAnonymous] = (row[10] as Bool?).map(Slot.bool) ?? .null
        batch[place, .network] = (row[11] as String?).map { batch.arena.copy($0) } ?? .null
        if let bits = row[12] as Int64? {
            for (number, field) in enriched.enumerated() where bits >> number & 1 == 1 {
                batch[place, field] = .unknown
            }
        }
        return position
    }
}

/// The stored form of an activity that no wire record stands behind: a JSON object of our field names.
enum DerivedActivity {
    private enum Value: Codable {
        case bool(Bool)
        case int(Int64)
        case double(Double)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Int64.self) {
                self = .int(value)
            } else if let value = try? container.decode(Double.self) {
                self = .double(value)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .bool(let value): try container.encode(value)
            case .int(let value): try container.encode(value)
            case .double(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            }
        }
    }

    private static let fields = Dictionary(
        uniqueKeysWithValues: ActivityField.allCases.map { (String(describing: $0), $0) })

    static func text(of activity: Activity) throws -> String {
        var values: [String: Value] = [:]
        for (name, field) in fields {
            let slot = activity[field]
            switch slot.tag {
            case .bool: values[name] = .bool(slot.boolValue)
            case .int: values[name] = .int(slot.intValue)
            case .double: values[name] = .double(slot.doubleValue)
            case .string: values[name] = .text(slot.string)
            case .timestamp:
                values[name] = .text(Timestamp(seconds: slot.intValue, nanoseconds: slot.count).rfc3339)
            case .null, .uint, .duration, .reference, .unknown: break
            }
        }
        return try BodyEncoder().text(of: values)
    }

    static func append(_ text: Slot, to batch: ActivityBatch) throws {
        let values = try BodyDecoder().value(
            [String: Value].self, from: text.string, table: "activities", key: "derived activity")
        let row = batch.append()
        for (name, value) in values {
            guard let field = fields[name] else { continue }
            switch value {
            case .bool(let value): batch[row, field] = .bool(value)
            case .int(let value):
                batch[row, field] = field == .latitude || field == .longitude ? .double(Double(value)) : .int(value)
            case .double(let value): batch[row, field] = .double(value)
            case .text(let value):
                if field == .time, let time = Timestamp(rfc3339: value) {
                    batch[row, field] = .timestamp(seconds: time.seconds, nanoseconds: time.nanoseconds)
                } else {
                    batch[row, field] = batch.arena.copy(value)
                }
            }
        }
    }
}
